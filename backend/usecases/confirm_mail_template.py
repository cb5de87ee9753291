"""Say that the proposed mail of a document type was read and may leave so (the third level of set-up)."""

from __future__ import annotations

from backend.domain.document_type import DocumentType
from backend.ports import Services


def confirm_mail_template(document_type: DocumentType, services: Services) -> None:
    """Remember that somebody looked at subject and message."""
    services.settings.save_preference(_name(document_type), "yes")


def is_confirmed(document_type: DocumentType, services: Services) -> bool:
    """Tell whether the mail of this type was looked at."""
    return bool(services.settings.preference(_name(document_type)))


def _name(document_type: DocumentType) -> str:
    return f"mail_confirmed:{document_type.value}"
