"""Check a PDF that a customer shows: genuine, altered or unknown (Vérifier un ticket, PRODUCT F5)."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from backend.domain.user import Role
from backend.usecases.verify_ticket_pdf import verify_ticket_pdf
from backend.web.auth import require
from backend.web.htmx import refuse_form, render_page
from backend.web.security import accepts_upload
from backend.web.services import services
from backend.web.verdict_messages import explain_verdict

blueprint = Blueprint("verification", __name__, url_prefix="/verify")

UPLOAD_MAX_BYTES = 20_000_000  # a ticket of 1,000 lines with its logo stays far below


@blueprint.get("/")
@require(Role.CASHIER)
def index() -> str:
    """Show the box that takes a PDF."""
    return render_page("verification/index.html", **_page())


@blueprint.post("/")
@accepts_upload(UPLOAD_MAX_BYTES)
@require(Role.CASHIER)
def check() -> Response | str:
    """Say what the given PDF is; the file is kept nowhere."""
    given = request.files.get("file")
    pdf = given.read() if given else b""
    if given is None or not pdf.startswith(b"%PDF-"):
        note = _("This is no PDF. Choose the file that came with the mail, or that was saved.")
        return refuse_form("verification/index.html", "check", **_page(refusal=note, name=_name()))
    verdict = verify_ticket_pdf(pdf, services())
    explained = explain_verdict(verdict, services().clock.now())
    return render_page("verification/index.html", **_page(verdict=verdict, explained=explained, name=_name()))


def _name() -> str:
    given = request.files.get("file")
    return (given.filename or "") if given else ""


def _page(**shown: object) -> dict[str, object]:
    return {"verdict": None, "explained": None, "refusal": "", "name": "", **shown}
