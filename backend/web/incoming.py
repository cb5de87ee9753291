"""Tickets of other till software: the folder that is watched, and what became of its files (PRODUCT A5)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from backend.domain.closing import DayClosedError
from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.user import Role
from backend.domain.watched_folder import FileReport, WatchedFolder
from backend.usecases.located_json import ImportFileError
from backend.usecases.watch_folder import reports, retry_refused, save_watched_folder, watched_folder
from backend.web.auth import require
from backend.web.format import moment
from backend.web.forms import Form
from backend.web.htmx import go_to, refuse_form, render_block, render_page
from backend.web.messages import explain
from backend.web.security import current_session
from backend.web.services import services

blueprint = Blueprint("incoming", __name__, url_prefix="/settings/incoming")

_PAGE = "incoming/index.html"


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A file of the report: what to say of it."""

    file: str
    when: str
    text: str
    is_refused: bool
    warning: str = ""


@blueprint.get("/")
@require(Role.ADMINISTRATOR)
def index() -> str:
    """Show the folder and the latest files."""
    watched = watched_folder(services())
    return render_page(_PAGE, **_page(Form({"folder": watched.folder, "user": watched.user})))


@blueprint.post("/")
@require(Role.ADMINISTRATOR)
def save() -> Response:
    """Watch another folder, or none."""
    form = Form.sent()
    try:
        save_watched_folder(WatchedFolder(form["folder"], form["user"]), services())
    except InvalidInputError as error:
        form.refuse_error(error)
    except NotFoundError as error:
        form.refuse("user", explain(error).sentence)
    if not form.is_valid:
        return refuse_form(_PAGE, "form", **_page(form))
    saved = _("This folder is watched from now on.") if form["folder"] else _("No folder is watched any more.")
    current_session().toasts.append(saved)
    return go_to(url_for("incoming.index"))


@blueprint.post("/retry")
@require(Role.ADMINISTRATOR)
def retry() -> str:
    """Put a refused file back to be taken again."""
    retry_refused(request.form.get("file", ""), services())
    return render_block(_PAGE, "report", **_page(Form()))


def _page(form: Form) -> dict[str, object]:
    users = [("", _("Nobody: nothing is mailed")), *((user.name, user.name) for user in services().users.users())]
    return {
        "form": form,
        "users": users,
        "rows": [_row(report) for report in reports(services())],
        "is_watched": bool(watched_folder(services()).folder),
    }


def _row(report: FileReport) -> ReportRow:
    when = moment(report.at, services().clock.now())
    if report.reason:
        return ReportRow(report.file, when, _refusal(report), is_refused=True)
    text = ngettext("%(num)s ticket recorded", "%(num)s tickets recorded", report.recorded)
    if report.known:
        text += ", " + ngettext("%(num)s was there already", "%(num)s were there already", report.known)
    if report.mailed:
        text += ", " + ngettext("%(num)s mail waits to leave", "%(num)s mails wait to leave", report.mailed)
    warning = ""
    if report.mail_problem:
        warning = _("A mail that was asked for could not be made: choose who mails, and test the sender settings.")
    return ReportRow(report.file, when, text, is_refused=False, warning=warning)


def _refusal(report: FileReport) -> str:
    if report.reason == DayClosedError.cause:
        return explain(DayClosedError(report.where, report.value)).sentence
    return explain(ImportFileError(report.file, report.line, report.where, report.reason, report.value)).sentence
