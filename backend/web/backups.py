"""Backups: the list, one made now, and a restore that is looked at first and done at the next start (PRODUCT H4)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import Blueprint, Response, render_template, request, send_file, url_for
from flask_babel import gettext as _

from backend.domain.backup import Backup, ExaminedBackup
from backend.domain.errors import NotFoundError
from backend.domain.user import Role
from backend.usecases.make_backup import make_backup
from backend.usecases.restore_backup import RestorePreview, drop_restore, examine_backup, prepare_restore, preview_of
from backend.web.auth import require
from backend.web.backup_words import loss_lines
from backend.web.dialogs import show_dialog
from backend.web.forms import Form
from backend.web.htmx import go_to, is_htmx, refuse_form, render_page
from backend.web.messages import explain
from backend.web.security import accepts_upload, current_session
from backend.web.sending_tasks import Task, sending_tasks
from backend.web.services import desktop, services

blueprint = Blueprint("backups", __name__, url_prefix="/settings/backups")
UPLOAD_MAX_BYTES = 60_000_000
_TASK = "restore-examination"  # of all sessions one: there is one place to unpack
_NEWS_S = 1.5


@blueprint.get("/")
@require(Role.ADMINISTRATOR)
def index() -> str:
    """Show the backups there are, and what earlier restores have put aside."""
    return render_page("backups/index.html", **_context())


@blueprint.post("/")
@require(Role.ADMINISTRATOR)
def make() -> Response:
    """Make a backup where the window's dialog says; where there is none, in the list, to be saved from there."""
    if not desktop().has_dialogs:
        made = make_backup(services().backups.automatic_file(_file_name()), services())
        return show_dialog(render_template("backups/_ready.html", backup=made))
    target = desktop().choose_target(_file_name())
    if target is None:
        return show_dialog("")
    made = make_backup(target, services())
    current_session().toasts.append(_("The backup is in “%(path)s”.", path=str(made.path)))
    return go_to(url_for("backups.index"))


@blueprint.get("/<name>/file")
@require(Role.ADMINISTRATOR)
def file(name: str) -> Response:
    """Give a backup of the list to the browser."""
    path = _listed(name).path
    return send_file(path, mimetype="application/zip", as_attachment=True, download_name=path.name)


@blueprint.post("/examine")
@accepts_upload(UPLOAD_MAX_BYTES)
@require(Role.ADMINISTRATOR)
def examine() -> Response:
    """Look into a backup: one of the list, one that the window's dialog or the browser gives."""
    form = Form.sent()
    if form["name"]:
        return _look_into(_listed(form["name"]).path)
    if desktop().has_dialogs:
        chosen = desktop().choose_files()
        return _look_into(chosen[0]) if chosen else go_to(url_for("backups.index"))
    given = request.files.get("file")
    if given is None or not given.filename:
        note = _("Choose the file of a backup first.")
        return refuse_form("backups/index.html", "choice", **_context(refusal=note))
    folder = Path(tempfile.mkdtemp())  # of this account alone
    forget_copy = partial(shutil.rmtree, folder, ignore_errors=True)
    target = folder / (Path(given.filename).name or "backup.zip")
    try:
        given.save(target)
    except OSError:
        forget_copy()
        raise
    return _look_into(target, forget_copy)


@blueprint.get("/restore")
@require(Role.ADMINISTRATOR)
def preview() -> str | Response:
    """Show what is in a backup and what it would replace, or how far the look into it is."""
    task = sending_tasks().find(_TASK)
    if task is not None and is_htmx():
        task.wait_for_news(0, _NEWS_S)
    looked = _looked(task)
    if looked is None and (task is None or (task.is_done and task.error is None)):
        return go_to(url_for("backups.index"))
    return render_page("backups/preview.html", **_preview_context(task, looked))


@blueprint.post("/restore")
@require(Role.ADMINISTRATOR)
def prepare() -> Response:
    """Have the backup that was shown restored at the next start; raises BackupFileError("changed")."""
    prepare_restore(Form.sent()["backup"], services())
    sending_tasks().forget(_TASK)
    return go_to(url_for("backups.index"))


@blueprint.post("/drop")
@require(Role.ADMINISTRATOR)
def drop() -> Response:
    """Drop what was looked into or prepared: the shop stays as it is."""
    if not sending_tasks().is_running(_TASK):
        drop_restore(services())
        sending_tasks().forget(_TASK)
    current_session().toasts.append(_("Nothing is restored: the shop stays as it is."))
    return go_to(url_for("backups.index"))


def _look_into(path: Path, afterwards: Callable[[], object] = lambda: None) -> Response:
    shop = services()

    def work(_task: Task) -> object:
        try:
            return examine_backup(path, shop)
        finally:
            afterwards()

    if sending_tasks().is_running(_TASK):  # what is looked into is shown, this one is not
        afterwards()
    else:
        sending_tasks().start(_TASK, path.name, work).wait_until_done(_NEWS_S / 5)
    return go_to(url_for("backups.preview"))


def _looked(task: Task | None) -> RestorePreview | None:
    """Return what was looked into, also after a restart of the program."""
    if task is not None and (not task.is_done or task.error is not None):
        return None
    examined = services().restoring.examined()
    return preview_of(examined, services()) if examined else None


def _preview_context(task: Task | None, looked: RestorePreview | None) -> dict[str, object]:
    failure = task.error if task is not None and looked is None else None
    return {
        "name": looked.backup.name if looked else task.subject if task else "",
        "explained": explain(failure) if failure else None,
        "looked": looked,
        "rows": _rows(looked) if looked else [],
        "warnings": loss_lines(looked) if looked else [],
        "now": services().clock.now(),
    }


def _rows(looked: RestorePreview) -> list[tuple[str, object, object]]:
    """Return what is compared: a word, the backup's figure, the shop's ("" where it can't be read)."""
    backup, now = looked.backup.contents, looked.now
    tills = sorted({*backup.tickets, *(now.tickets if now else ())})
    rows: list[tuple[str, object, object]] = [(_("Company"), backup.company, now.company if now else "")]
    rows += [
        (_("Tickets of till %(till)s", till=till), backup.tickets.get(till, 0), now.tickets.get(till, 0) if now else "")
        for till in tills
    ]
    rows.append((_("Customers"), backup.customers, now.customers if now else ""))
    rows.append((_("Users"), backup.users, now.users if now else ""))
    return rows


def _context(refusal: str = "") -> dict[str, object]:
    prepared: ExaminedBackup | None = services().restoring.prepared()
    return {
        "backups": services().backups.automatic(),
        "prepared": prepared,
        "replaced": services().restoring.replaced(),
        "damaged": services().settings.damaged_files(),
        "folder": str(services().backups.automatic_file("")),
        "has_dialogs": desktop().has_dialogs,
        "refusal": refusal,
        "now": services().clock.now(),
    }


def _file_name() -> str:
    company = services().settings.company()
    word = "-".join("".join(c if c.isalnum() else " " for c in company.name).split()) if company else ""
    return "-".join(filter(None, ("facteur", word, f"{services().clock.now():%Y-%m-%d-%Hh%Mm%S}"))) + ".zip"


def _listed(name: str) -> Backup:
    found = next((backup for backup in services().backups.automatic() if backup.path.name == name), None)
    if found is None:
        raise NotFoundError("backup", name)
    return found
