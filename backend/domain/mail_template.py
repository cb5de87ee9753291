"""What is written to whom, per document type (modèle de mail, PRODUCT D)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.domain.document_type import DocumentType
from backend.domain.field_catalogue import FIELDS, TicketSources, read_value
from backend.domain.formula.errors import FormulaError
from backend.domain.formula.evaluation import evaluate, evaluate_text
from backend.domain.formula.grammar import is_formula
from backend.domain.placeholder import Placeholder, fill_placeholders, used_codes
from backend.domain.plain_text import one_line
from backend.domain.value_format import Value, format_value


@dataclass(frozen=True, slots=True)
class MailTemplate:
    """Subject and body with placeholders, which addresses are filled in, and whether a page goes beside the text."""

    document_type: DocumentType
    subject: str
    body: str
    placeholders: tuple[Placeholder, ...] = ()
    to_billing_address: bool = True
    to_main_contact: bool = False
    free_addresses: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    has_html: bool = True


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
    """A text as it would leave, the placeholders in it that are empty for this ticket, and why its formula failed."""

    text: str
    empty: tuple[Placeholder, ...] = ()
    fault: FormulaError | None = None


def fill_text(text: str, placeholders: Sequence[Placeholder], sources: TicketSources) -> FilledText:
    """Fill every `[CODE]` of a text for a ticket, or work out its formula; a value is one line of plain text.

    Unknown brackets stay as they are. A placeholder is empty and leaves nothing where it has no value, where its field
    or format is not known any more, and where its formula fails. A formula that fails leaves "".
    """
    if is_formula(text):
        try:
            return FilledText(evaluate_text(text, FIELDS, *_reading(sources)))
        except FormulaError as error:
            return FilledText("", fault=error)
    used = used_codes(text)
    values = {one.code: _shown(one, sources) for one in placeholders if one.code in used}
    empty = tuple(one for one in placeholders if values.get(one.code) == "")
    return FilledText(fill_placeholders(text, values), empty)


def work_out(formula: str, sources: TicketSources) -> Value:
    """Return the value of a formula for a ticket; raises FormulaError."""
    return evaluate(formula, FIELDS, *_reading(sources))


def _reading(sources: TicketSources) -> tuple[Callable[[str], Value], str]:
    return lambda code: _plain(read_value(code, sources)), sources.ticket.company.language


def _shown(placeholder: Placeholder, sources: TicketSources) -> str:
    value = _value(placeholder, sources)
    language = sources.ticket.company.language
    try:
        text = format_value(value, placeholder.format, language)
    except ValueError:
        text = format_value(value, "", language)
    return one_line(text)


def _value(placeholder: Placeholder, sources: TicketSources) -> Value:
    if placeholder.formula:
        try:
            return work_out(placeholder.formula, sources)
        except FormulaError:
            return ""
    return read_value(placeholder.field, sources) if placeholder.field in FIELDS else ""


def _plain(value: Value) -> Value:
    """Return a field's value as formulas get it: a text holds no line break that its author can't see."""
    return one_line(value) if isinstance(value, str) else value
