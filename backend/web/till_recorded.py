"""The ticket that was just recorded, beside the question how the customer wants it."""

from __future__ import annotations

from flask import url_for

from backend.domain.errors import NotFoundError
from backend.domain.ticket import Ticket
from backend.web.services import services
from backend.web.till_page import payment_word, shown_ticket_line


def recorded_context(ticket: Ticket) -> dict[str, object]:
    """Return what the page of a recorded ticket adds to the till's."""
    return {
        "ticket": ticket,
        "paid": [(payment_word(payment.method), payment.amount) for payment in ticket.payments],
        "has_address": _has_address(ticket.customer_code),
        "mail_url": url_for("sending.start", number=ticket.key),
        "print_url": url_for("till.print_recorded", number=ticket.key),
        "recorded_lines": [shown_ticket_line(line) for line in ticket.lines],
        "is_recorded": True,
    }


def _has_address(customer_code: str) -> bool:
    try:
        return bool(services().customers.find(customer_code).billing_address.email)
    except NotFoundError:
        return False
