"""What the wizard of the PDF settings holds between its steps, and what each step shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from flask_babel import gettext as _

from backend.domain.errors import FacteurError, InvalidInputError
from backend.domain.pdf_settings import ENGINE_KINDS, EngineKind, FoundProgram, PdfSettings, checked_arguments
from backend.domain.pdf_test import PdfFolderError
from backend.ports import Services
from backend.usecases.test_pdf import TestPdfReport, TestPdfTexts, forget_test_pdf, make_test_pdf
from backend.web.format import NO_BREAK, file_size
from backend.web.forms import Form
from backend.web.messages import explain, step_label
from backend.web.security import current_session
from backend.web.sending_steps import ShownStep
from backend.web.sending_tasks import Task, sending_tasks
from backend.web.services import services

_DRAFT = "pdf_settings"
_FIELDS = ("engine", "wkhtmltopdf", "browser", "program", "open_each_pdf", "folder")
_STEPS = ("pdf_engine", "pdf_folder", "pdf_made", "pdf_read")
WizardStep = Literal["engine", "folder"]


def draft() -> Form:
    """Return what was typed so far in this session; at first the settings in force."""
    kept = current_session().drafts.get(_DRAFT)
    return Form(kept if isinstance(kept, Mapping) else form_values(services().settings.pdf_settings()))


def keep_draft(form: Form, *names: str) -> Form:
    """Keep these fields of a step as they were typed, whether right or wrong."""
    known = draft()
    values = {name: form[name] if name in names else known[name] for name in _FIELDS}
    current_session().drafts[_DRAFT] = values
    return Form(values)


def forget_draft() -> None:
    """End the wizard: what was typed and the test PDF go."""
    current_session().drafts.pop(_DRAFT, None)
    task = sending_tasks().find(wizard_test_key())
    if task is not None and isinstance(task.result, TestPdfReport):
        forget_test_pdf(task.result)
    sending_tasks().forget(wizard_test_key())


def form_values(settings: PdfSettings) -> dict[str, str]:
    """Return settings as the fields of the wizard."""
    return {
        "engine": settings.engine,
        "wkhtmltopdf": settings.wkhtmltopdf,
        "browser": settings.browser,
        "program": "\n".join(settings.program),
        "open_each_pdf": "yes" if settings.open_each_pdf else "",
        "folder": settings.folder,
    }


def typed_settings(form: Form) -> PdfSettings:
    """Return the settings that a form holds; what has to be mended is noted in it."""
    engine: EngineKind = next((kind for kind in ENGINE_KINDS if kind == form["engine"]), "wkhtmltopdf")
    arguments: tuple[str, ...] = tuple(line.strip() for line in form["program"].splitlines() if line.strip())
    if engine == "program":
        try:
            arguments = checked_arguments(arguments)
        except InvalidInputError as error:
            form.refuse_error(InvalidInputError("program", error.reason, error.value))
    default = str(services().data_dir / "pdf")
    folder = "" if form["folder"] == default else form["folder"]
    return PdfSettings(
        engine,
        folder,
        form["wkhtmltopdf"],
        form["browser"],
        arguments,
        open_each_pdf=bool(form["open_each_pdf"]),
    )


def check_folder(form: Form) -> None:
    """Try the folder of a form; a refusal is noted under its field."""
    try:
        services().check_pdf_folder(typed_settings(form).folder)
    except PdfFolderError as error:
        explained = explain(error)
        form.refuse("folder", f"{explained.sentence} {explained.remedy}")


def wizard_test_key() -> str:
    """Return under which key this session's test runs."""
    return f"pdf-test-{current_session().header_token}"


def start_test(settings: PdfSettings) -> Task:
    """Make the test PDF beside; the one before goes."""
    known = sending_tasks().find(wizard_test_key())
    if known is not None and known.is_done and isinstance(known.result, TestPdfReport):
        forget_test_pdf(known.result)
    shop: Services = services()
    texts = TestPdfTexts(
        _("Test of the PDF printer"), _("This bar is 50 mm long"), _("This bar is as wide as the paper")
    )
    return sending_tasks().start(
        wizard_test_key(), settings.engine, lambda task: make_test_pdf(shop, settings, texts, watch=task)
    )


def report() -> TestPdfReport | None:
    """Return the report of this session's test where it is of what the wizard holds now."""
    task = sending_tasks().find(wizard_test_key())
    if task is None or not isinstance(task.result, TestPdfReport):
        return None
    return task.result if task.result.settings == typed_settings(draft()) else None


@dataclass(frozen=True, slots=True)
class ShownPdfTest:
    """The test as it stands: `state` is never, running, done or failed; `mend` is the step to go back to."""

    state: str
    steps: list[ShownStep]
    sentence: str = ""
    remedy: str = ""
    detail: str = ""
    mend: WizardStep = "engine"
    report: TestPdfReport | None = None
    size: str = ""


def shown_test(task: Task | None) -> ShownPdfTest:
    """Return what the third step shows."""
    if task is None:
        return ShownPdfTest("never", _rows([], "waiting"))
    done = [step.name for step in task.steps]
    if not task.is_done:
        return ShownPdfTest("running", _rows(done, "running"))
    if task.error is not None:
        explained = explain(task.error)
        return ShownPdfTest(
            "failed",
            _rows(done, "failed"),
            explained.sentence,
            explained.remedy,
            str(getattr(task.error, "detail", "")),
            _step_to_mend(task.error),
        )
    made = report()
    if made is None:
        return ShownPdfTest("never", _rows([], "waiting"))
    details = {step.name: (step.detail, f"{step.milliseconds}{NO_BREAK}ms") for step in task.steps}
    rows = [ShownStep("done", step_label(name), *details.get(name, ())) for name in _STEPS]
    return ShownPdfTest("done", rows, report=made, size=file_size(made.size_bytes))


def folder_warnings(warnings: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return a sentence and a remedy for each thing about a folder that is possible but not good."""
    texts = {
        "synced": (
            _("A program copies this folder to other computers: tickets would leave this PC."),
            _("Better choose a folder that stays on this PC."),
        ),
        "network": (
            _("This folder is on another computer: without the network no PDF can be made."),
            _("Better choose a folder of this PC."),
        ),
        "little_space": (_("There is little room left on this disk."), _("Make room soon.")),
    }
    return [texts[warning] for warning in warnings]


def engine_name(engine: EngineKind) -> str:
    """Return what an engine is called on the pages."""
    names = {
        "wkhtmltopdf": _("Built into Facteur"),
        "browser": _("The browser of this PC"),
        "program": _("Another program"),
    }
    return str(names[engine])


def program_line(found: FoundProgram | None) -> str:
    """Return `wkhtmltopdf 0.12.6 · /usr/bin/wkhtmltopdf`, or that there is none."""
    if found is None:
        return str(_("not found on this PC"))
    if found.problem:
        return str(_("%(path)s doesn't start", path=found.path))
    return f"{found.name} {found.version} · {found.path}"


def _step_to_mend(error: FacteurError) -> WizardStep:
    is_folder = error.cause_code in {"pdf_folder", "storage", "pdf_unwritable", "pdf_disk_full"}
    return "folder" if is_folder else "engine"


def _rows(done: list[str], current: str) -> list[ShownStep]:
    rows = []
    for name in _STEPS:
        if name in done:
            rows.append(ShownStep("done", step_label(name)))
        else:
            rows.append(ShownStep(current, step_label(name)))
            current = "waiting"
    return rows


def first(programs: tuple[FoundProgram, ...]) -> FoundProgram | None:
    """Return the program that is taken where none is named: the first that starts, else the first."""
    return next((found for found in programs if not found.problem), programs[0] if programs else None)
