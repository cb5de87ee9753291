"""Correct a recorded ticket by a credit note (avoir) of all of it (PRODUCT A4): the ticket itself never changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backend.domain.document_type import DocumentType
from backend.domain.errors import FacteurError
from backend.domain.ticket import Payment, RecordedTicket, Ticket, TicketEntry, TicketNumber
from backend.ports import Services
from backend.usecases.record_ticket import record_ticket


@dataclass(eq=False)
class NotCreditedError(FacteurError):
    """A credit note can't be credited."""

    cause = "not_credited"
    number: str


def credit_ticket(key: TicketNumber, cashier_code: str, services: Services) -> RecordedTicket:
    """Record the credit note of a ticket, once: asked for again, it is the same one.

    Raises NotFoundError, NotCreditedError, TillKindError for a till of other software, DayClosedError.
    """
    ticket = services.tickets.find(key).ticket
    if ticket.kind is not DocumentType.TICKET:
        raise NotCreditedError(str(key))
    lines = tuple(replace(line, quantity=-line.quantity, discount=-line.discount) for line in ticket.lines)
    return record_ticket(
        TicketEntry(
            ticket.till_code,
            lines,
            _paid_back(ticket),
            cashier_code,
            ticket.customer_code,
            DocumentType.CREDIT,
            str(key),
            reference=f"credit:{key}",
        ),
        services,
    )


def credit_of(key: TicketNumber, services: Services) -> RecordedTicket | None:
    """Return the credit note of a ticket, where there is one."""
    return services.tickets.find_reference(key.till_code, f"credit:{key}")


def _paid_back(ticket: Ticket) -> tuple[Payment, ...]:
    """Give back what was paid, way by way; what was given out as change is not given back again."""
    change, back = ticket.change_due, []
    for payment in reversed(ticket.payments):
        kept = min(change, payment.amount)
        change -= kept
        if payment.amount - kept:
            back.append(Payment(payment.method, kept - payment.amount))
    return tuple(reversed(back))
