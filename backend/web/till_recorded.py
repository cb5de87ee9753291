"""The ticket that was just recorded: how the customer wants it, none, printed or mailed (PRODUCT A1)."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from backend.domain.customer import Customer
from backend.domain.errors import NotFoundError
from backend.domain.ticket import Ticket, TicketNumber
from backend.domain.user import Role
from backend.usecases.keep_basket import basket_of
from backend.usecases.print_ticket import print_ticket
from backend.usecases.remember_wish import remember_wish
from backend.web.auth import current_user, require
from backend.web.forms import Form
from backend.web.htmx import go_to, render_block, render_page
from backend.web.layout_choice import ask_for_layout, chosen_layout
from backend.web.security import current_session
from backend.web.services import desktop, services
from backend.web.till_page import no_till_page, payment_word, shown_ticket_line, till_context

blueprint = Blueprint("till_recorded", __name__, url_prefix="/till/recorded")


@blueprint.get("/<number>")
@require(Role.CASHIER)
def show(number: str) -> str | Response:
    """Show the recorded ticket and ask how the customer wants it."""
    basket = basket_of(current_user(), services())
    if basket is None:
        return no_till_page()
    ticket = services().tickets.find(TicketNumber.parse(number)).ticket
    return render_page("till_recorded/show.html", **till_context(basket, Form()) | _context(ticket))


@blueprint.post("/<number>/print")
@require(Role.CASHIER)
def print_it(number: str) -> Response:
    """Make the PDF on the chosen layout, show it in the PC's viewer, and go on with the next ticket."""
    key, form = TicketNumber.parse(number), Form.sent()
    layout_id = chosen_layout(key.till_code, form)
    if not layout_id:
        return ask_for_layout(key.till_code, url_for("till_recorded.print_it", number=number), form["back"])
    print_ticket(key, layout_id, current_user().name, services(), desktop().open_file)
    current_session().toasts.append(_("%(number)s is open in the PDF viewer: print it there", number=key))
    return go_to(url_for("tickets.detail", number=key) if form["back"] == "ticket" else url_for("till.index"))


@blueprint.post("/<number>/handover")
@require(Role.CASHIER)
def remember_handover(number: str) -> str:
    """Remember how the customer of a ticket wants the next ones."""
    key = TicketNumber.parse(number)
    remember_wish(key, request.form.get("handover", ""), services())
    current = _context(services().tickets.find(key).ticket)
    return render_block("till_recorded/show.html", "wish", **current)


def _context(ticket: Ticket) -> dict[str, object]:
    """Return what the page of a recorded ticket adds to the till's."""
    return {
        "ticket": ticket,
        "paid": [(payment_word(payment.method), payment.amount) for payment in ticket.payments],
        "wish": _wish(ticket.customer_code),
        "first": _first(ticket.customer_code),
        "handovers": [("", _("Ask each time")), ("none", _("No ticket")), ("print", _("Print")), ("mail", _("E-mail"))],
        "mail_url": url_for("sending.start", number=ticket.key),
        "print_url": url_for("till_recorded.print_it", number=ticket.key),
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
