"""What must agree on a ticket that comes from elsewhere: lines, VAT, total, payments, dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from backend.domain.document_type import DocumentType
from backend.domain.ticket import Ticket, line_total, vat_totals

CLOCK_SLACK = timedelta(hours=24)

Fault = tuple[tuple[str | int, ...], str, str]  # place in the file, reason code, what stood there


def first_fault(ticket: Ticket, now: datetime) -> Fault | None:
    """Return the first thing that doesn't agree, or None."""
    return next(iter(_faults(ticket, now)), None)


def _faults(ticket: Ticket, now: datetime) -> Iterator[Fault]:
    if ticket.issued_at > now + CLOCK_SLACK:
        yield ("issued_at",), "date_in_future", ticket.issued_at.isoformat()
    if ticket.credit_of and ticket.kind is not DocumentType.CREDIT:
        yield ("credit_of",), "credit_of_ticket", ticket.credit_of
    yield from _line_faults(ticket)
    yield from _vat_faults(ticket)
    lines = sum(line.gross_total for line in ticket.lines)
    if lines != ticket.gross_total:
        yield ("total",), "total_differs", _euros(lines)
    if (ticket.gross_total < 0) != (ticket.kind is DocumentType.CREDIT) and ticket.gross_total:
        yield ("total",), "credit_sign", _euros(ticket.gross_total)
    paid = sum(payment.amount for payment in ticket.payments) - ticket.change_due
    if paid != ticket.gross_total:
        yield ("payments",), "payments_differ", _euros(paid)
    if ticket.change_due < 0:
        yield ("change_due",), "wrong_value", _euros(ticket.change_due)


def _line_faults(ticket: Ticket) -> Iterator[Fault]:
    for place, line in enumerate(ticket.lines):
        total = line_total(line.quantity, line.unit_price, line.discount)
        if total != line.gross_total:
            yield ("lines", place, "total"), "line_total_differs", _euros(total)
        if not 0 <= line.vat_rate < 100:
            yield ("lines", place, "vat_rate"), "wrong_value", str(line.vat_rate)


def _vat_faults(ticket: Ticket) -> Iterator[Fault]:
    """Other tills round the VAT per line: one cent per line of that rate is allowed."""
    expected = {total.rate: total for total in vat_totals(ticket.lines)}
    counts = {rate: sum(line.vat_rate.normalize() == rate for line in ticket.lines) for rate in expected}
    for place, given in enumerate(ticket.vat_totals):
        own = expected.pop(given.rate.normalize(), None)
        if own is None:
            yield ("vat", place, "rate"), "vat_rate_unused", str(given.rate)
        elif given.gross_amount != own.gross_amount:
            yield ("vat", place, "gross"), "vat_gross_differs", _euros(own.gross_amount)
        elif given.net_amount + given.vat_amount != given.gross_amount:
            yield ("vat", place, "vat"), "vat_sum_differs", _euros(given.gross_amount - given.net_amount)
        elif abs(given.vat_amount - own.vat_amount) > counts[given.rate.normalize()]:
            yield ("vat", place, "vat"), "vat_amount_differs", _euros(own.vat_amount)
    for rate in expected:
        yield ("vat",), "vat_rate_missing", str(rate)


def _euros(cents: int) -> str:
    return f"{cents / 100:.2f}"
