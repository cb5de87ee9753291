"""Settings as a file: save them for another PC, or look at those of another one and take them over (PRODUCT H4)."""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass

from flask import Blueprint, Response, request, send_file, url_for
from flask_babel import gettext as _

from backend.domain.errors import FacteurError
from backend.domain.portable_settings import ChangeKind, PortableSettings, SettingsSection
from backend.domain.user import Role
from backend.usecases.export_settings import export_settings
from backend.usecases.import_settings import SettingsPreview, import_settings, preview_settings
from backend.usecases.located_json import ImportFileError
from backend.usecases.read_settings_file import read_settings_bytes
from backend.web.auth import require
from backend.web.htmx import go_to, refuse_form, render_page
from backend.web.messages import Explanation, explain
from backend.web.security import accepts_upload, current_session
from backend.web.services import services
from backend.web.settings_words import SECTIONS, ShownChange, shown_change

blueprint = Blueprint("settings_file", __name__, url_prefix="/settings/file")

UPLOAD_MAX_BYTES = 2_000_000
_DRAFT = "settings_file"
_INDEX, _REVIEW = "settings_file/index.html", "settings_file/review.html"


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A settings file that was read, until it is taken over or given up."""

    name: str
    settings: PortableSettings


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A part of the file: whether it is ticked, and what it changes."""

    value: str
    title: str
    is_wanted: bool
    changes: tuple[ShownChange, ...]


@blueprint.get("/")
@require(Role.ADMINISTRATOR)
def index() -> str:
    """Show both ways: to a file and from one."""
    return render_page(_INDEX, refusal=None)


@blueprint.get("/export")
@require(Role.ADMINISTRATOR)
def export() -> Response:
    """Give the settings as a file to save."""
    company = services().settings.company()
    day = services().clock.now().date().isoformat()
    name = f"Facteur-{company.name if company else ''}-{day}.json".replace("--", "-")
    text = export_settings(services()).encode()
    return send_file(io.BytesIO(text), mimetype="application/json", as_attachment=True, download_name=name)


@blueprint.post("/")
@accepts_upload(UPLOAD_MAX_BYTES)
@require(Role.ADMINISTRATOR)
def read() -> Response:
    """Read a file and go on to what it would change; nothing is taken over yet."""
    given = request.files.get("file")
    if given is None or not given.filename:
        refusal = Explanation(_("No file was chosen."), _("Choose the settings file of the other PC."), "no_file")
        return refuse_form(_INDEX, "take", refusal=refusal)
    try:
        settings = read_settings_bytes(given.filename, given.read())
    except ImportFileError as error:
        return refuse_form(_INDEX, "take", refusal=explain(error))
    current_session().drafts[_DRAFT] = GivenFile(given.filename, settings)
    return go_to(url_for("settings_file.review"))


@blueprint.get("/review")
@require(Role.ADMINISTRATOR)
def review() -> str | Response:
    """Show what the file would change here, part by part."""
    given = _given()
    if given is None:
        return go_to(url_for("settings_file.index"))
    return render_page(_REVIEW, **_context(given, given.settings.sections))


@blueprint.post("/take-over")
@require(Role.ADMINISTRATOR)
def take_over() -> Response:
    """Take over the ticked parts, all of them or none."""
    given = _given()
    if given is None:
        return go_to(url_for("settings_file.index"))
    wanted = [section for section in SettingsSection if section.value in request.form.getlist("section")]
    accepts = bool(request.form.get("accepts_programs"))
    try:
        done = import_settings(given.settings, services(), wanted, accepts_programs=accepts)
    except FacteurError as error:
        return refuse_form(_REVIEW, "form", **_context(given, wanted, refusal=explain(error), accepts=accepts))
    current_session().drafts.pop(_DRAFT, None)
    current_session().toasts.append(_("The settings are taken over."))
    return go_to(url_for("users.index") if done.to_test else url_for("shop.index"))


@blueprint.post("/leave")
@require(Role.ADMINISTRATOR)
def leave() -> Response:
    """Forget the file; everything stays as it is."""
    current_session().drafts.pop(_DRAFT, None)
    return go_to(url_for("settings_file.index"))


def _given() -> GivenFile | None:
    draft = current_session().drafts.get(_DRAFT)
    return draft if isinstance(draft, GivenFile) else None


def _context(given: GivenFile, wanted: Collection[SettingsSection], **more: object) -> dict[str, object]:
    preview = preview_settings(given.settings, services())
    return {
        "name": given.name,
        "sections": _sections(given.settings, preview, wanted),
        "preview": preview,
        "left_out": [change.name for change in preview.changes if change.kind is ChangeKind.LEFT_OUT],
        "refusal": None,
        "accepts": False,
        **more,
    }


def _sections(
    settings: PortableSettings, preview: SettingsPreview, wanted: Collection[SettingsSection]
) -> list[ShownSection]:
    return [
        ShownSection(
            section.value,
            str(SECTIONS[section]),
            section in wanted,
            tuple(
                shown_change(change)
                for change in preview.changes
                if change.section is section and change.kind is not ChangeKind.LEFT_OUT
            ),
        )
        for section in settings.sections
    ]
