"""Correct a ticket by its credit note: ask, record, show (PRODUCT A4)."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, url_for
from flask_babel import gettext as _

from backend.domain.ticket import TicketNumber
from backend.domain.user import Role
from backend.usecases.credit_ticket import credit_of, credit_ticket
from backend.web.auth import current_user, require
from backend.web.dialogs import show_dialog
from backend.web.htmx import go_to
from backend.web.security import current_session
from backend.web.services import services

blueprint = Blueprint("credit_notes", __name__, url_prefix="/tickets")


@blueprint.get("/<number>/credit")
@require(Role.CASHIER)
def ask(number: str) -> Response:
    """Ask before what can't be undone, or lead to the credit note that is there."""
    key = TicketNumber.parse(number)
    ticket = services().tickets.find(key).ticket
    known = credit_of(key, services())
    return show_dialog(
        render_template("credit_notes/_question.html", ticket=ticket, known=known.ticket if known else None)
    )


@blueprint.post("/<number>/credit")
@require(Role.CASHIER)
def record(number: str) -> Response:
    """Record the credit note of a ticket, and show it."""
    recorded = credit_ticket(TicketNumber.parse(number), current_user().cashier_code, services())
    current_session().toasts.append(_("Credit %(number)s is recorded.", number=recorded.ticket.key))
    return go_to(url_for("tickets.detail", number=recorded.ticket.key))
