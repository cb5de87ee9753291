"""Files that go with a mail behind its PDF: added by button or drag and drop, taken out again (PRODUCT E3)."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from backend.domain.errors import FacteurError, InvalidInputError
from backend.domain.outgoing_mail import ForbiddenMoveError, OutgoingMail
from backend.domain.user import Role
from backend.usecases.edit_attachments import AddedFile, add_files, own_limit, remove_file, reset_files, save_own_limit
from backend.web.auth import require
from backend.web.forms import Form
from backend.web.htmx import go_to, refuse_form, render_page
from backend.web.messages import explain
from backend.web.security import accepts_upload, current_session
from backend.web.sending_answers import files_answer
from backend.web.sending_draft import edit_url, own_mail
from backend.web.sending_tasks import sending_tasks
from backend.web.services import services

blueprint = Blueprint("attachments", __name__, url_prefix="/attachments")

# Bigger ones are refused unread; what is read is refused with the limit that the server names.
UPLOAD_MAX_BYTES = 60_000_000


@blueprint.post("/<mail_id>")
@accepts_upload(UPLOAD_MAX_BYTES)
@require(Role.CASHIER)
def add(mail_id: str) -> Response:
    """Add the files that were chosen or dropped."""
    own_mail(mail_id)
    files = [AddedFile(each.filename, each.read()) for each in request.files.getlist("files") if each.filename]
    return _changed(mail_id, lambda: add_files(mail_id, files, services()))


@blueprint.delete("/<mail_id>/<key>")
@require(Role.CASHIER)
def remove(mail_id: str, key: str) -> Response:
    """Take one added file out; the PDF stays."""
    own_mail(mail_id)
    return _changed(mail_id, lambda: remove_file(mail_id, key, services()))


@blueprint.delete("/<mail_id>")
@require(Role.CASHIER)
def reset(mail_id: str) -> Response:
    """Take every added file out (*réinitialiser*)."""
    own_mail(mail_id)
    return _changed(mail_id, lambda: reset_files(mail_id, services()))


@blueprint.get("/limit")
@require(Role.ADMINISTRATOR)
def limit() -> str:
    """Show how big the shop lets its mails be."""
    own = own_limit(services())
    return render_page("attachments/limit.html", form=Form({"megabytes": str(own) if own else ""}))


@blueprint.post("/limit")
@require(Role.ADMINISTRATOR)
def save_limit() -> Response:
    """Save how big the shop lets its mails be; an empty field leaves it to each server."""
    form = Form.sent()
    try:
        typed = form["megabytes"]
        is_number = typed.isdecimal() and len(typed) < 4
        save_own_limit(int(typed) if is_number else -1 if typed else 0, services())
    except InvalidInputError as error:
        form.refuse_error(error)
        return refuse_form("attachments/limit.html", "form", form=form)
    current_session().toasts.append(_("The limit is saved. It counts from the next file on."))
    return go_to(url_for("shop.index"))


def _changed(mail_id: str, change: Callable[[], OutgoingMail]) -> Response:
    """Answer with the files as they now stand, and with why they did not change."""
    try:
        with sending_tasks().writing:
            mail = change()
    except ForbiddenMoveError:  # it left, or was ended, meanwhile
        return go_to(edit_url(mail_id))
    except FacteurError as error:
        explained = explain(error)
        return files_answer(own_mail(mail_id), f"{explained.sentence} {explained.remedy}")
    return files_answer(mail)
