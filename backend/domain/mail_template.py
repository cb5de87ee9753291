"""What is written to whom, per document type (modèle de mail, PRODUCT D)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.domain.document_type import DocumentType
from backend.domain.field_catalogue import FIELDS, TicketSources, read_value
from backend.domain.placeholder import Placeholder, fill_placeholders, used_codes
from backend.domain.value_format import format_value


@dataclass(frozen=True, slots=True)
class MailTemplate:
    """Subject and body with placeholders, and which addresses are filled in."""

    document_type: DocumentType
    subject: str
    body: str
    placeholders: tuple[Placeholder, ...] = ()
    to_billing_address: bool = True
    to_main_contact: bool = False
    free_addresses: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()


def default_template(document_type: DocumentType) -> MailTemplate:
    """Return the setting that exists at first start; its texts are the shop's language, French."""
    noun = {DocumentType.TICKET: "ticket de caisse", DocumentType.CREDIT: "avoir", DocumentType.CLOSING: "clôture"}[
        document_type
    ]
    your = "votre" if document_type is not DocumentType.CLOSING else "la"
    return MailTemplate(
        document_type,
        subject=f"{your.capitalize()} {noun} n° [NUMERO TICKET] du [DATE TICKET]",
        body=(
            f"Bonjour,\n\nVeuillez trouver ci-joint {your} {noun} n° [NUMERO TICKET] du [DATE TICKET].\n\n"
            "Merci de votre visite."
        ),
        placeholders=(
            Placeholder("NUMERO TICKET", "N° de ticket", "TICKET.NUMERO"),
            Placeholder("DATE TICKET", "Date du ticket", "TICKET.DATE"),
        ),
        to_billing_address=document_type is not DocumentType.CLOSING,
    )


@dataclass(frozen=True, slots=True)
class FilledText:
    """A text as it would leave, and the placeholders in it that are empty for this ticket."""

    text: str
    empty: tuple[Placeholder, ...] = ()


def fill_text(text: str, placeholders: Sequence[Placeholder], sources: TicketSources) -> FilledText:
    """Fill every `[CODE]` of a text for a ticket; values are one line of plain text, an empty one leaves nothing.

    Unknown brackets stay as they are; a placeholder whose field or format is not known any more counts as empty.
    """
    values = {placeholder.code: _value(placeholder, sources) for placeholder in placeholders}
    used = used_codes(text)
    empty = tuple(one for one in placeholders if one.code in used and not values[one.code])
    return FilledText(fill_placeholders(text, values), empty)


def _value(placeholder: Placeholder, sources: TicketSources) -> str:
    if placeholder.field not in FIELDS:
        return ""
    value = read_value(placeholder.field, sources)
    language = sources.ticket.company.language
    try:
        text = format_value(value, placeholder.format, language)
    except ValueError:
        text = format_value(value, "", language)
    return " ".join("".join(char if char.isprintable() else " " for char in text).split(" ")).strip()
