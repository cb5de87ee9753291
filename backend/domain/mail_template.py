"""What is written to whom, per document type (modèle de mail, PRODUCT D)."""

from __future__ import annotations

from dataclasses import dataclass

from backend.domain.document_type import DocumentType
from backend.domain.placeholder import Placeholder


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
