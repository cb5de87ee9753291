"""The fixed list of document types that Facteur mails (PRODUCT D1)."""

from __future__ import annotations

from enum import StrEnum


class DocumentType(StrEnum):
    """What a mail setting is for; codes are stable, labels stand in web/messages.py."""

    TICKET = "ticket"  # Ticket de caisse TPV
    CREDIT = "credit"  # Avoir
    CLOSING = "closing"  # Clôture

    @property
    def may_copy(self) -> bool:
        """Tell whether Cc and Bcc exist for this type; tickets have none."""
        return self is not DocumentType.TICKET
