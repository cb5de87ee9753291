"""The PDF settings (Paramétrage PDF): what is in force, and the wizard that changes it in three steps (PRODUCT C)."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, make_response, request, url_for
from flask_babel import gettext as _

from backend.domain.errors import FacteurError, NotFoundError
from backend.domain.pdf_test import FolderReport
from backend.domain.user import Role
from backend.usecases.save_pdf_settings import save_pdf_settings
from backend.usecases.test_pdf import TestPdfReport, is_test_failed, last_test
from backend.web.auth import require
from backend.web.format import file_size, moment
from backend.web.forms import Form
from backend.web.htmx import go_to, is_htmx, refuse_form, render_block, render_page
from backend.web.messages import explain
from backend.web.pdf_wizard import (
    check_folder,
    draft,
    engine_name,
    first,
    folder_warnings,
    forget_draft,
    keep_draft,
    program_line,
    report,
    shown_test,
    start_test,
    typed_settings,
    wizard_test_key,
)
from backend.web.security import current_session
from backend.web.sending_tasks import sending_tasks
from backend.web.services import desktop, services

blueprint = Blueprint("pdf_settings", __name__, url_prefix="/settings/pdf")

_NEWS_S = 0.5
_QUICK_S = 0.3
_PICTURE_PX = 600
_ENGINE_FIELDS = ("engine", "browser", "program", "open_each_pdf")


@blueprint.get("/")
@require(Role.ADMINISTRATOR)
def index() -> str:
    """Show engine, folder and options in force, and how their last test went."""
    settings = services().settings.pdf_settings()
    try:
        engine, problem = services().pdf_engine.describe(), None
    except FacteurError as error:
        engine, problem = None, explain(error)
    return render_page(
        "pdf_settings/index.html",
        settings=settings,
        engine_name=engine_name(settings.engine),
        engine=engine,
        problem=problem,
        folder=settings.folder or str(services().data_dir / "pdf"),
        tested=_tested(),
    )


@blueprint.post("/change")
@require(Role.ADMINISTRATOR)
def change() -> Response:
    """Begin the wizard with the settings in force."""
    forget_draft()
    return go_to(url_for("pdf_settings.engine"))


@blueprint.post("/leave")
@require(Role.ADMINISTRATOR)
def leave() -> Response:
    """End the wizard; what was in force stays."""
    forget_draft()
    return go_to(url_for("pdf_settings.index"))


@blueprint.get("/engine")
@require(Role.ADMINISTRATOR)
def engine() -> str:
    """Show the first step: which program makes the PDFs."""
    return render_page("pdf_settings/engine.html", **_engine_context(draft()))


@blueprint.post("/engine")
@require(Role.ADMINISTRATOR)
def choose_engine() -> Response:
    """Keep the first step and go on."""
    form = keep_draft(Form.sent(), *_ENGINE_FIELDS)
    typed_settings(form)
    if not form.is_valid:
        return refuse_form("pdf_settings/engine.html", "form", **_engine_context(form))
    return go_to(url_for("pdf_settings.folder"))


@blueprint.post("/browser")
@require(Role.ADMINISTRATOR)
def find_browser() -> str | Response:
    """Find a browser of this PC and set it (configuration automatique)."""
    typed = Form.sent()
    keep_draft(typed, *_ENGINE_FIELDS)
    found = first(services().pdf_engines.browsers())
    values = {name: draft()[name] for name in (*_ENGINE_FIELDS, "wkhtmltopdf", "folder")} | {"engine": "browser"}
    form = keep_draft(Form(values | {"browser": found.path if found and not found.problem else ""}), *_ENGINE_FIELDS)
    if found is None or found.problem:
        form.refuse("browser", _("No browser that makes PDFs was found: install Edge, Chrome or Chromium."))
        return refuse_form("pdf_settings/engine.html", "form", **_engine_context(form))
    return render_block("pdf_settings/engine.html", "form", **_engine_context(form))


@blueprint.get("/folder")
@require(Role.ADMINISTRATOR)
def folder() -> str:
    """Show the second step: where PDFs are made."""
    return render_page("pdf_settings/folder.html", **_folder_context(draft()))


@blueprint.post("/folder")
@require(Role.ADMINISTRATOR)
def choose_folder() -> Response:
    """Keep the second step; go back, or try the folder and go on to the test."""
    form = keep_draft(Form.sent(), "folder")
    if request.form.get("back"):
        return go_to(url_for("pdf_settings.engine"))
    check_folder(form)
    if not form.is_valid:
        return refuse_form("pdf_settings/folder.html", "form", **_folder_context(form))
    start_test(typed_settings(form)).wait_until_done(_QUICK_S)
    return go_to(url_for("pdf_settings.test"))


@blueprint.post("/try-folder")
@require(Role.ADMINISTRATOR)
def try_folder() -> str | Response:
    """Keep the folder and say what is found there; `choose` asks the window for another, `default` takes ours."""
    form = Form.sent()
    if form["choose"]:
        start = form["folder"] or str(services().data_dir)
        chosen = desktop().choose_folder(Path(start))
        form = Form({"folder": str(chosen) if chosen else form["folder"]})
    elif form["default"]:
        form = Form({"folder": ""})
    form = keep_draft(form, "folder")
    check_folder(form)
    if not form.is_valid:
        return refuse_form("pdf_settings/folder.html", "form", **_folder_context(form))
    return render_block("pdf_settings/folder.html", "form", **_folder_context(form, tried=True))


@blueprint.get("/test")
@require(Role.ADMINISTRATOR)
def test() -> str:
    """Show the third step: the test PDF as it is being made, made, or refused."""
    task = sending_tasks().find(wizard_test_key())
    if task is not None and is_htmx():
        task.wait_for_news(request.args.get("known", 0, int), _NEWS_S)
    return render_page("pdf_settings/test.html", **_test_context())


@blueprint.post("/test")
@require(Role.ADMINISTRATOR)
def make_test() -> Response:
    """Make the test PDF once more."""
    form = draft()
    settings = typed_settings(form)
    if not form.is_valid:
        return go_to(url_for("pdf_settings.engine"))
    start_test(settings).wait_until_done(_QUICK_S)
    return make_response(render_block("pdf_settings/test.html", "result", **_test_context()))


@blueprint.post("/consult")
@require(Role.ADMINISTRATOR)
def consult() -> Response:
    """Open the test PDF with the PC's program; raises NoProgramError."""
    desktop().open_file(_report().path)
    return make_response("", 204)


@blueprint.get("/picture")
@require(Role.ADMINISTRATOR)
def picture() -> Response:
    """Return the test PDF as a picture."""
    response = make_response(services().page_picture(_report().path, _PICTURE_PX))
    response.mimetype = "image/png"
    return response


@blueprint.post("/finish")
@require(Role.ADMINISTRATOR)
def finish() -> Response:
    """Put the tested settings in force (Sortie); raises PdfNotTestedError."""
    save_pdf_settings(typed_settings(draft()), report(), services())
    forget_draft()
    current_session().toasts.append(_("The PDF settings are in force."))
    return go_to(url_for("pdf_settings.index"))


def _report() -> TestPdfReport:
    made = report()
    if made is None or not made.path.is_file():
        raise NotFoundError("attachment", "test-facteur.pdf")
    return made


def _tested() -> tuple[str, str]:
    """Return the word of the badge on the settings in force, and its tone."""
    at = last_test(services())
    if at is None:
        return (_("Test failed"), "bad") if is_test_failed(services()) else (_("Not tested yet"), "warn")
    return _("Tested %(when)s", when=moment(at, services().clock.now())), "ok"


def _engine_context(form: Form) -> dict[str, object]:
    built_in = first(services().pdf_engines.wkhtmltopdf_programs())
    sentences = (
        (
            "wkhtmltopdf",
            _("Built into Facteur (recommended)"),
            _("Needs no set-up: %(program)s.", program=program_line(built_in)),
        ),
        ("browser", _("The browser of this PC"), _("Edge, Chrome or Chromium; slower, and needs more memory.")),
        ("program", _("Another program"), _("For administrators: a command of your own makes the PDF from a page.")),
    )
    return {"form": form, "engines": sentences, "browser": form["browser"]}


def _folder_context(form: Form, *, tried: bool = False) -> dict[str, object]:
    default = str(services().data_dir / "pdf")
    shown: FolderReport | None = None
    if tried:
        shown = services().check_pdf_folder(typed_settings(form).folder)
    values = {"folder": form["folder"] or default}
    typed = Form(values)
    if form.note("folder"):
        typed.refuse("folder", form.note("folder"))
    return {
        "form": typed,
        "default": default,
        "has_dialogs": desktop().has_dialogs,
        "free": file_size(shown.free_bytes) if shown else "",
        "warnings": folder_warnings(shown.warnings) if shown else [],
    }


def _test_context() -> dict[str, object]:
    task = sending_tasks().find(wizard_test_key())
    known = len(task.steps) if task else 0
    return {
        "shown": shown_test(task),
        "test_url": url_for("pdf_settings.test", known=known),
        "picture_url": url_for("pdf_settings.picture", task=id(task)),
    }
