"""Record a ticket that a cashier entered: totals, number, chain."""

from __future__ import annotations

from dataclasses import replace

from backend.domain.customer import WALK_IN_CUSTOMER, Customer
from backend.domain.document_type import DocumentType
from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.shop import Cashier, TillKind, TillKindError
from backend.domain.ticket import (
    LINES_MAX,
    NOT_NUMBERED,
    RecordedTicket,
    Ticket,
    TicketEntry,
    TicketLine,
    change_due,
    line_total,
    vat_totals,
)
from backend.ports import Services


def record_ticket(entry: TicketEntry, services: Services) -> RecordedTicket:
    """Check the entry, give it the next number of its till and record it durably, once under its reference.

    Raises InvalidInputError, NotFoundError, TillKindError (tickets of a foreign till come by import), StorageError.
    """
    if services.shop.till(entry.till_code).kind is not TillKind.OWN:
        raise TillKindError(entry.till_code)
    company = services.settings.company()
    if company is None:
        raise NotFoundError("company", "")
    lines = tuple(_checked_line(line, entry.kind, place) for place, line in enumerate(entry.lines, 1))
    if not 1 <= len(lines) <= LINES_MAX:
        raise InvalidInputError("lines", "line_count", str(len(lines)))
    total = sum(line.gross_total for line in lines)
    cashier = _cashier(entry.cashier_code, services)
    customer = _customer(entry.customer_code, services)
    return services.tickets.record(
        Ticket(
            entry.till_code,
            NOT_NUMBERED,
            services.clock.now().replace(microsecond=0),
            lines,
            vat_totals(lines),
            entry.payments,
            total,
            company,
            change_due=change_due(entry.payments, total),
            kind=entry.kind,
            cashier_code=cashier.code,
            cashier_name=cashier.name,
            customer_code=customer.code,
            customer_name=customer.name,
            credit_of=entry.credit_of,
            reference=entry.reference,
            training=services.training,
        )
    )


def _checked_line(line: TicketLine, kind: DocumentType, place: int) -> TicketLine:
    where = f"lines[{place}]"
    if not line.label.strip():
        raise InvalidInputError(where, "label_missing")
    if not 0 <= line.vat_rate < 100:
        raise InvalidInputError(where, "vat_rate", str(line.vat_rate))
    if line.quantity == 0 or (line.quantity < 0) != (kind is DocumentType.CREDIT):
        raise InvalidInputError(where, "quantity_sign", str(line.quantity))
    total = line_total(line.quantity, line.unit_price, line.discount)
    return replace(line, label=line.label.strip()[:200], gross_total=total)


def _cashier(code: str, services: Services) -> Cashier:
    if not code:
        return Cashier("", "")
    for cashier in services.shop.cashiers():
        if cashier.code == code:
            return cashier
    raise NotFoundError("cashier", code)


def _customer(code: str, services: Services) -> Customer:
    return WALK_IN_CUSTOMER if code == WALK_IN_CUSTOMER.code else services.customers.find(code)
