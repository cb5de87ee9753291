"""The tables and fields that mail texts may use; adding a field is one entry of CATALOGUE."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backend.domain.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Field:
    """One field: code as users know it, and how to read it from a ticket as text."""

    code: str  # TABLE.FIELD
    read: Callable[[Ticket], str]


CATALOGUE: dict[str, Field] = {
    field.code: field
    for field in (
        Field("TICKET.NUMERO", lambda ticket: str(ticket.number)),
        Field("TICKET.DATE", lambda ticket: ticket.issued_at.strftime("%d/%m/%Y")),
    )
}


def read_field(code: str, ticket: Ticket) -> str:
    """Return the text of a field for a ticket; raises KeyError for a code that isn't in the catalogue."""
    return CATALOGUE[code].read(ticket)
