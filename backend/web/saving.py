"""Save the PDF of a ticket: where the window asks for a place, else as a download (PRODUCT A7)."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, render_template, send_file, url_for
from flask_babel import gettext as _

from backend.domain.ticket import TicketNumber
from backend.domain.ticket_layout import ticket_pdf_name
from backend.domain.user import Role
from backend.usecases.make_ticket_pdf import save_ticket_pdf
from backend.usecases.print_ticket import offer_ticket_pdf, offered_ticket_pdf
from backend.web.auth import current_user, require
from backend.web.desktop_port import NoProgramError
from backend.web.dialogs import show_dialog
from backend.web.forms import Form
from backend.web.htmx import go_to
from backend.web.layout_choice import ask_for_layout, chosen_layout
from backend.web.messages import explain
from backend.web.security import current_session
from backend.web.services import desktop, services

blueprint = Blueprint("saving", __name__, url_prefix="/tickets")


@blueprint.post("/<number>/save")
@require(Role.CASHIER)
def save(number: str) -> Response:
    """Make the PDF on the chosen layout and save it; it counts as issued."""
    key, form = TicketNumber.parse(number), Form.sent()
    layout_id = chosen_layout(key.till_code, form)
    if not layout_id:
        return ask_for_layout(key.till_code, url_for("saving.save", number=number), form["back"])
    name = ticket_pdf_name(services().tickets.find(key).ticket)
    if desktop().has_dialogs:
        target = desktop().choose_target(name)
        if target is None:
            return show_dialog("")
        save_ticket_pdf(key, layout_id, target, current_user().name, services())
        current_session().toasts.append(_("%(name)s is saved", name=target.name))
        if services().settings.pdf_settings().open_each_pdf:
            _open(target)
        return go_to(url_for("tickets.detail", number=key))
    pdf = offer_ticket_pdf(key, layout_id, current_user().name, services())
    return show_dialog(
        render_template(
            "saving/_ready.html",
            pdf=pdf,
            url=url_for("saving.file", number=key, folder=pdf.path.parent.name),
            done_url=url_for("tickets.detail", number=key),
        )
    )


def _open(pdf: Path) -> None:
    """Show a PDF that is saved; a PC without a viewer has it all the same, and says so."""
    try:
        desktop().open_file(pdf)
    except NoProgramError as error:
        explained = explain(error)
        current_session().toasts.append(f"{explained.sentence} {explained.remedy}")


@blueprint.get("/<number>/saved/<folder>")
@require(Role.CASHIER)
def file(number: str, folder: str) -> Response:
    """Hand a PDF that was made for it to the browser, as a file to save."""
    path = offered_ticket_pdf(TicketNumber.parse(number), folder, services())
    return send_file(path, mimetype="application/pdf", as_attachment=True, download_name=path.name)
