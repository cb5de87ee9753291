"""The canonical content of a ticket and the chain of hashes over it (CGI 286 I 3 bis: inalterability)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from backend.domain.canonical import canonical_text, decimals, fields_of
from backend.domain.document_type import DocumentType
from backend.domain.shop import Company
from backend.domain.ticket import ChainFault, Payment, RecordedTicket, Ticket, TicketLine, VatTotal

FIRST_LINK = "0" * 64


def ticket_content(ticket: Ticket) -> dict[str, Any]:
    """Return the ticket as plain JSON values: cents as integers, rates and quantities as texts, times as ISO 8601."""
    content = fields_of(ticket)
    content["company"] = fields_of(ticket.company)
    for name in ("lines", "vat_totals", "payments"):
        content[name] = [fields_of(part) for part in content[name]]
    content["issued_at"] = ticket.issued_at.isoformat(timespec="seconds")
    content["issued_at_utc"] = ticket.issued_at.astimezone(UTC).isoformat(timespec="seconds")
    return content


def canonical_json(ticket: Ticket) -> str:
    """Return the one text form of a ticket: sorted keys, no spaces, UTF-8, Decimals without trailing zeros."""
    return canonical_text(ticket_content(ticket))


def ticket_from_content(content: Mapping[str, Any]) -> Ticket:
    """Rebuild a ticket from `ticket_content`; the inverse of it."""
    values = {key: value for key, value in content.items() if key != "issued_at_utc"}
    values["issued_at"] = datetime.fromisoformat(values["issued_at"])
    values["kind"] = DocumentType(values["kind"])
    company = dict(values["company"])
    company["address"] = tuple(company["address"])
    values["company"] = Company(**company)
    values["lines"] = tuple(TicketLine(**decimals(line, "quantity", "vat_rate")) for line in values["lines"])
    values["vat_totals"] = tuple(VatTotal(**decimals(total, "rate")) for total in values["vat_totals"])
    values["payments"] = tuple(Payment(**payment) for payment in values["payments"])
    return Ticket(**values)


def link(ticket: Ticket, *, position: int, previous_sha256: str) -> RecordedTicket:
    """Put a ticket behind the one whose chain hash is `previous_sha256`."""
    return link_content(ticket, canonical_json(ticket), position=position, previous_sha256=previous_sha256)


def link_content(ticket: Ticket, content: str, *, position: int, previous_sha256: str) -> RecordedTicket:
    """Do the same for one whose `canonical_json` is at hand."""
    content_sha256 = hashlib.sha256(content.encode()).hexdigest()
    return RecordedTicket(
        ticket, position, content_sha256, previous_sha256, chain_hash(previous_sha256, content_sha256)
    )


def chain_hash(previous_sha256: str, content_sha256: str) -> str:
    """Return the SHA-256 (hex) of two hex hashes one after the other."""
    return hashlib.sha256(f"{previous_sha256}{content_sha256}".encode()).hexdigest()


def first_fault(till_code: str, tickets: Iterable[RecordedTicket], *, own: bool) -> tuple[int, str, ChainFault | None]:
    """Walk a chain in order of arrival; return how many tickets are sound, the last hash, and the first fault."""
    count, previous = 0, FIRST_LINK
    for recorded in tickets:
        reason = _fault_of(recorded, count + 1, previous, own=own)
        if reason:
            return count, previous, ChainFault(till_code, count + 1, str(recorded.ticket.key), reason)
        count, previous = count + 1, recorded.chain_sha256
    return count, previous, None


def _fault_of(recorded: RecordedTicket, position: int, previous: str, *, own: bool) -> str:
    expected = link(recorded.ticket, position=position, previous_sha256=previous)
    if recorded.content_sha256 != expected.content_sha256:
        return "content"
    if recorded.position != position or (own and recorded.ticket.number != position):
        return "gap"
    return "" if recorded == expected else "link"
