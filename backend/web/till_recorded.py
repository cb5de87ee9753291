"""The ticket that was just recorded, beside the question how the customer wants it."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from backend.domain.customer import Customer
from backend.domain.errors import NotFoundError
from backend.domain.ticket import Ticket
from backend.web.services import services
from backend.web.till_page import payment_word, shown_ticket_line


def recorded_context(ticket: Ticket) -> dict[str, object]:
    """Return what the page of a recorded ticket adds to the till's."""
    return {
        "ticket": ticket,
        "paid": [(payment_word(payment.method), payment.amount) for payment in ticket.payments],
        "wish": _wish(ticket.customer_code),
        "first": _first(ticket.customer_code),
        "handovers": [("", _("Ask each time")), ("none", _("No ticket")), ("print", _("Print")), ("mail", _("E-mail"))],
        "mail_url": url_for("sending.start", number=ticket.key),
        "print_url": url_for("till.print_recorded", number=ticket.key),
        "recorded_lines": [shown_ticket_line(line) for line in ticket.lines],
        "is_recorded": True,
    }


def _first(customer_code: str) -> str:
    """Return the way the focus waits on: as the customer wishes, else by mail where he has an address."""
    customer = _known(customer_code)
    if customer is None:
        return "none"
    return customer.handover.value or ("mail" if customer.billing_address.email else "none")


def _wish(customer_code: str) -> str | None:
    """Return what a known customer wishes, None of a walk-in."""
    customer = _known(customer_code)
    return customer.handover.value if customer else None


def _known(customer_code: str) -> Customer | None:
    try:
        customer = services().customers.find(customer_code)
    except NotFoundError:
        return None
    return None if customer.is_walk_in else customer
