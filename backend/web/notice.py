"""What a customer may read of his address: who asks, what for, not kept, no advertising; and the same to print."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from backend.domain.user import Role
from backend.usecases.print_notice import print_notice
from backend.web.auth import require
from backend.web.dialogs import show_dialog
from backend.web.htmx import is_htmx
from backend.web.services import desktop, services

blueprint = Blueprint("notice", __name__, url_prefix="/notice")


@blueprint.get("/")
@require(Role.CASHIER)
def index() -> str | Response:
    """Show the notice, over the assistant or as a page of its own."""
    context = {"title": _title(), "paragraphs": _paragraphs()}
    if is_htmx() and request.headers.get("HX-Target") == "dialogs":
        return show_dialog(render_template("notice/_dialog.html", **context))
    return render_template("notice/index.html", **context)


@blueprint.post("/print")
@require(Role.CASHIER)
def print_out() -> Response:
    """Show the notice's PDF, as wide as the till's paper, with the PC's program; raises NoProgramError."""
    print_notice(_("notice.pdf"), _title(), _paragraphs(), services(), desktop().open_file)
    return make_response("", 204)


def _title() -> str:
    return str(_("Your ticket by mail"))


def _paragraphs() -> list[str]:
    company = services().settings.company()
    name = company.name if company else _("This shop")
    return [
        str(_("%(company)s sends you your ticket by mail, if you agree and give an address.", company=name)),
        str(_("The address serves for this mail alone. You get no advertising at it.")),
        str(_("It is not kept: it is erased as soon as the mail has left, after 7 days at the latest.")),
        str(_("Are you a customer on file? You may ask to see your addresses, and to have them erased.")),
        str(_("Would you rather have paper? Just say so.")),
    ]
