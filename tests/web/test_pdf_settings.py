"""The wizard of the PDF settings: nothing typed is lost, nothing is in force before its test passed (PRODUCT C)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from backend.domain.pdf_settings import FoundProgram, PdfEngineMissingError, PdfFailure, PdfSettings
from backend.usecases.test_pdf import is_test_failed, last_test, try_settings_in_force
from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from backend.web.sending_tasks import SendingTasks
from tests.fake_pdf import A_GOOD_TEST_PDF
from tests.web.sending_parts import RecordingDesktop

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor

PROGRAM = "/opt/print\n{html}\n{pdf}"


class ChoosingDesktop(RecordingDesktop):
    """A window whose user chooses `chosen`."""

    chosen: Path | None = None

    def choose_folder(self, start: Path) -> Path | None:
        assert start.is_absolute()
        return self.chosen


@pytest.fixture
def desktop() -> ChoosingDesktop:
    return ChoosingDesktop()


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens, desktop: ChoosingDesktop) -> Flask:
    return create_app(shop, launch=launch, desktop=desktop, language="en")


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def _tested(app: Flask, administrator: Visitor, folder: str = "") -> str:
    """Go from the folder on to the test, and return the page of its end."""
    administrator.post("/settings/pdf/folder", {"folder": folder})
    tasks: SendingTasks = app.extensions["facteur.sending_tasks"]
    task = tasks.find(f"pdf-test-{administrator.session.header_token}")
    assert task is not None
    assert task.wait_until_done(30)
    return administrator.get("/settings/pdf/test").text


def _engine(administrator: Visitor, **form: str) -> TestResponse:
    return administrator.post("/settings/pdf/engine", form)


def test_what_is_in_force_is_shown(administrator: Visitor, shop: FakeServices) -> None:
    page = administrator.get("/settings/pdf/").text
    assert "wkhtmltopdf 0.12.6" in page
    assert "build of the system" in page
    assert str(shop.data_dir / "pdf") in page
    assert "Not tested yet" in page


def test_an_engine_that_is_missing_is_named_on_the_page(administrator: Visitor, shop: FakeServices) -> None:
    shop.pdf_engine.failure = PdfEngineMissingError("wkhtmltopdf")
    assert "The program that makes PDFs (wkhtmltopdf) is missing" in administrator.get("/settings/pdf/").text


def test_cashiers_do_not_set_it(cashier: Visitor) -> None:
    for path in ("", "engine", "folder", "test", "picture"):
        assert cashier.get(f"/settings/pdf/{path}").status_code == 403


def test_a_program_without_its_places_is_refused_and_kept_as_typed(administrator: Visitor, shop: FakeServices) -> None:
    answer = _engine(administrator, engine="program", program="/opt/print\n{html}", open_each_pdf="yes")
    assert answer.status_code == 422
    assert "hold no {pdf}" in answer.text
    page = administrator.get("/settings/pdf/engine").text  # F5
    assert "/opt/print\n{html}</textarea>" in page
    assert re.search(r'name="open_each_pdf" value="yes" checked', page)
    assert shop.settings.pdf_settings() == PdfSettings()


def test_a_step_back_loses_nothing(administrator: Visitor, shop: FakeServices, tmp_path: Path) -> None:
    assert _engine(administrator, engine="program", program=PROGRAM).headers["HX-Redirect"] == "/settings/pdf/folder"
    typed = str(tmp_path / "à moi")
    answer = administrator.post("/settings/pdf/folder", {"folder": typed, "back": "yes"})
    assert answer.headers["HX-Redirect"] == "/settings/pdf/engine"
    assert f"{PROGRAM}</textarea>" in administrator.get("/settings/pdf/engine").text
    assert _field(administrator.get("/settings/pdf/folder").text, "folder") == typed
    assert not (tmp_path / "à moi").exists()
    assert shop.settings.pdf_settings() == PdfSettings()


def test_the_automatic_configuration_sets_the_browser(administrator: Visitor, shop: FakeServices) -> None:
    page = administrator.post("/settings/pdf/browser", {"engine": "wkhtmltopdf"}).text
    assert _field(page, "browser") == "/usr/bin/chromium"
    assert re.search(r'value="browser" checked', page)
    shop.pdf_engines.found = ()
    answer = administrator.post("/settings/pdf/browser", {"engine": "wkhtmltopdf"})
    assert answer.status_code == 422
    assert "No browser that makes PDFs was found" in answer.text


def test_a_browser_that_does_not_start_is_not_set(administrator: Visitor, shop: FakeServices) -> None:
    shop.pdf_engines.found = (FoundProgram("browser", "Edge", "/opt/edge", problem="exit code 1"),)
    assert administrator.post("/settings/pdf/browser", {"engine": "browser"}).status_code == 422


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("relative", "not the full path"),
        ("file", "is a file, not a folder"),
        ("absent", "is not there"),
        ("read_only", "may not write"),
        ("full", "is full"),
        ("io", "be made in"),
    ],
)
def test_a_folder_that_takes_no_pdf_is_refused_with_the_reason(
    administrator: Visitor, shop: FakeServices, reason: str, words: str
) -> None:
    shop.folder_refusal = reason
    answer = administrator.post("/settings/pdf/folder", {"folder": "/mnt/pdf"})
    assert answer.status_code == 422
    assert words in answer.text
    assert _field(answer.text, "folder") == "/mnt/pdf"


def test_what_is_not_good_about_a_folder_is_said(administrator: Visitor, shop: FakeServices) -> None:
    shop.folder_warnings = ("synced", "network", "little_space")
    page = administrator.post("/settings/pdf/try-folder", {"folder": ""}).text
    assert page.count('class="banner warn"') == 3
    assert "has 212\u00a0GB left" in page


def test_the_window_asks_for_the_folder(administrator: Visitor, desktop: ChoosingDesktop, tmp_path: Path) -> None:
    assert 'name="choose"' not in administrator.get("/settings/pdf/folder").text
    desktop.has_dialogs = True
    desktop.chosen = tmp_path / "chosen"
    assert 'name="choose"' in administrator.get("/settings/pdf/folder").text
    page = administrator.post("/settings/pdf/try-folder", {"folder": "", "choose": "yes"}).text
    assert _field(page, "folder") == str(desktop.chosen)
    desktop.chosen = None
    page = administrator.post("/settings/pdf/try-folder", {"folder": str(tmp_path), "choose": "yes"}).text
    assert _field(page, "folder") == str(tmp_path)


def test_settings_are_in_force_at_the_end_alone(
    app: Flask, administrator: Visitor, shop: FakeServices, desktop: ChoosingDesktop, tmp_path: Path
) -> None:
    _engine(administrator, engine="browser", browser="/usr/bin/chromium", open_each_pdf="yes")
    page = _tested(app, administrator, str(tmp_path))
    assert "The test PDF is made, and right." in page
    wanted = PdfSettings("browser", str(tmp_path), browser="/usr/bin/chromium", open_each_pdf=True)
    assert shop.pdf_engines.asked[-1] == wanted
    assert shop.settings.pdf_settings() == PdfSettings()
    assert administrator.post("/settings/pdf/consult").status_code == 204
    (shown,) = desktop.shown
    assert shown.name == "test-facteur.pdf"
    assert administrator.get("/settings/pdf/picture").mimetype == "image/png"
    assert administrator.post("/settings/pdf/finish").headers["HX-Redirect"] == "/settings/pdf/"
    assert shop.settings.pdf_settings() == wanted
    assert list(tmp_path.glob("test-*")) == []
    assert "Tested today" in administrator.get("/settings/pdf/").text


def test_what_was_changed_after_the_test_is_not_in_force(
    app: Flask, administrator: Visitor, shop: FakeServices
) -> None:
    _tested(app, administrator)
    _engine(administrator, engine="browser", browser="/usr/bin/chromium")
    answer = administrator.post("/settings/pdf/finish")
    assert answer.status_code == 409
    assert "have not passed their test" in answer.text
    assert shop.settings.pdf_settings() == PdfSettings()
    assert "not tested yet" in administrator.get("/settings/pdf/test").text
    assert administrator.get("/settings/pdf/picture").status_code == 404


@pytest.mark.parametrize(
    ("failure", "words", "step"),
    [
        (PdfEngineMissingError("x"), "missing on this PC", "engine"),
        (PdfFailure("hung"), "not ready in time", "engine"),
        (PdfFailure("died"), "broken off", "engine"),
        (PdfFailure("incomplete", detail="no end"), "was not complete", "engine"),
        (PdfFailure("disk_full"), "The disk is full", "folder"),
        (PdfFailure("unwritable"), "could not be written", "folder"),
    ],
)
def test_a_fault_of_the_engine_is_named_and_leads_to_the_step_to_mend(
    app: Flask,
    administrator: Visitor,
    shop: FakeServices,
    failure: PdfFailure | PdfEngineMissingError,
    words: str,
    step: str,
) -> None:
    shop.pdf_engines.engine.failure = failure
    page = _tested(app, administrator)
    assert words in page
    assert re.search(rf'class="button primary" href="/settings/pdf/{step}"', page)
    assert administrator.post("/settings/pdf/finish").status_code == 409
    assert list(shop.pdf_folder.iterdir()) == []
    shop.pdf_engines.engine.failure = None
    administrator.post("/settings/pdf/test")
    assert administrator.post("/settings/pdf/finish").status_code == 204


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"page_count": 2}, "on 2 pages instead of one"),
        ({"width_mm": 210.0}, "210.0 mm wide instead of 80"),
        ({"bars_mm": ()}, "ruler is missing"),
        ({"bars_mm": ((15.0, 53.4), (0.0, 61.4))}, "ruler of 50 mm is 38.4 mm long"),
        ({"bars_mm": ((15.0, 65.0), (0.0, 72.0))}, "only 72.0 mm are on the paper"),
        ({"bars_mm": ((15.0, 65.0), (6.0, 86.0))}, "only 80.0 mm are on the paper"),
        ({"foreign_fonts": ("Arial",)}, "hold its font (Arial)"),
        ({"text": "Pate a crepes"}, "can&#39;t be read in the test PDF"),
    ],
)
def test_a_wrong_test_pdf_says_exactly_what_is_wrong(
    app: Flask, administrator: Visitor, shop: FakeServices, change: dict[str, Any], words: str
) -> None:
    shop.inspection = replace(A_GOOD_TEST_PDF, **change)
    assert words in _tested(app, administrator)
    assert administrator.post("/settings/pdf/finish").status_code == 409
    assert list(shop.pdf_folder.iterdir()) == []


def test_to_cancel_changes_nothing_and_forgets_what_was_typed(
    app: Flask, administrator: Visitor, shop: FakeServices
) -> None:
    _engine(administrator, engine="program", program=PROGRAM)
    _tested(app, administrator)
    assert administrator.post("/settings/pdf/leave").headers["HX-Redirect"] == "/settings/pdf/"
    assert "/opt/print" not in administrator.get("/settings/pdf/engine").text
    assert shop.settings.pdf_settings() == PdfSettings()
    assert list(shop.pdf_folder.iterdir()) == []


def test_the_test_opened_directly_offers_to_make_it(administrator: Visitor) -> None:
    page = administrator.get("/settings/pdf/test").text
    assert "Make the test PDF" in page
    assert administrator.post("/settings/pdf/consult").status_code == 404


def test_a_first_start_tests_the_settings_without_a_question(shop: FakeServices) -> None:
    try_settings_in_force(shop)
    assert last_test(shop) == shop.clock.now()
    assert list(shop.pdf_folder.iterdir()) == []
    shop.pdf_engines.engine.failure = PdfEngineMissingError("wkhtmltopdf")
    try_settings_in_force(shop)
    assert is_test_failed(shop)


def test_a_failed_test_shows_on_the_home_page(administrator: Visitor, shop: FakeServices) -> None:
    shop.inspection = replace(A_GOOD_TEST_PDF, page_count=2)
    try_settings_in_force(shop)
    assert "The test PDF could not be made, or is wrong." in administrator.get("/").text
    assert "Test failed" in administrator.get("/settings/pdf/").text
