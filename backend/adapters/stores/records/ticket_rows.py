"""Tickets as rows: the canonical content, and columns beside it by which they are listed and found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from backend.adapters.stores.records.schema import tickets
from backend.adapters.stores.records.words import search_text, words_of
from backend.domain.document_type import DocumentType
from backend.domain.ticket import RecordedTicket, Ticket, TicketNumber, TicketSummary
from backend.domain.ticket_chain import ticket_from_content

if TYPE_CHECKING:
    from sqlalchemy import Row

SUMMARY_COLUMNS = (
    tickets.c.till_code,
    tickets.c.number,
    tickets.c.kind,
    tickets.c.issued_at,
    tickets.c.customer_name,
    tickets.c.cashier_name,
    tickets.c.gross_total,
)


def index_columns(ticket: Ticket) -> dict[str, Any]:
    """Return the columns that repeat what the content says."""
    return {
        "till_code": ticket.till_code,
        "number": ticket.number,
        "reference": ticket.reference or None,
        "kind": ticket.kind.value,
        "issued_at": ticket.issued_at.isoformat(timespec="seconds"),
        "issued_at_utc": ticket.issued_at.astimezone(UTC).isoformat(timespec="seconds"),
        "customer_name": ticket.customer_name,
        "cashier_name": ticket.cashier_name,
        "gross_total": ticket.gross_total,
        "search_text": search_text(words_of(ticket.customer_name)),
    }


def ticket_row(recorded: RecordedTicket, content: str) -> dict[str, Any]:
    """Return the whole row of a ticket whose canonical JSON is `content`."""
    return {
        **index_columns(recorded.ticket),
        "position": recorded.position,
        "content_sha256": recorded.content_sha256,
        "previous_sha256": recorded.previous_sha256,
        "chain_sha256": recorded.chain_sha256,
        "content": content,
    }


def word_rows(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the entries of a ticket's row in the word index."""
    for word in (*row["search_text"].split(), amount_word(row["gross_total"])):
        yield {"word": word, **{name: row[name] for name in ("issued_at_utc", "till_code", "number")}}


def amount_word(cents: int) -> str:
    """Return the entry under which a total is found; no word of a text begins with `=`."""
    return f"={cents}"


def recorded_from_row(row: Row[Any]) -> RecordedTicket:
    """Rebuild a ticket; raises ValueError, TypeError or KeyError where the content was tampered with."""
    ticket = ticket_from_content(json.loads(row.content))
    return RecordedTicket(ticket, row.position, row.content_sha256, row.previous_sha256, row.chain_sha256)


def summary_from_row(row: Row[Any]) -> TicketSummary:
    """Return a row of the ticket list."""
    return TicketSummary(
        TicketNumber(row.till_code, row.number),
        DocumentType(row.kind),
        datetime.fromisoformat(row.issued_at),
        row.customer_name,
        row.cashier_name,
        row.gross_total,
    )
