"""The PDF wizard in Chromium: from a broken setting to a working one, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from backend.domain.pdf_settings import PdfSettings
from tests.e2e.conftest import ADMINISTRATOR, LiveShop, Visit

pytestmark = pytest.mark.wkhtmltopdf
WORDS = {
    "fr": ("Modifier", "Suite", "Retour", "Sortie", "Corriger l’imprimante PDF"),
    "en": ("Edit", "Next", "Back", "Finish", "Correct the PDF printer"),
}
PROGRAM = "/opt/absent/print\n{html}\n{pdf}"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_from_a_broken_to_a_working_setting(
    live: LiveShop, visit: Callable[[str], Visit], tmp_path: Path, language: str
) -> None:
    edit, further, back, finish, mend = WORDS[language]
    folder = str(tmp_path / "PDF à moi")
    page = visit(ADMINISTRATOR).page
    live.session_of(page.context).language = language
    page.goto(f"{live.origin}/settings/pdf/")
    page.get_by_role("button", name=edit).click()
    _name_a_program_that_is_not_there(page, further)
    _name_a_folder_and_go_back(page, folder, further, back)
    _go_on_to_the_test(page, folder, further)
    expect(page.locator(".banner.bad")).to_contain_text("print")
    expect(page.get_by_role("button", name=finish)).to_have_count(0)
    assert live.services.settings.pdf_settings() == PdfSettings()

    page.get_by_role("link", name=mend).click()
    page.wait_for_url("**/engine")
    page.locator("[value=wkhtmltopdf]").check()
    page.get_by_role("button", name=further).click()
    _go_on_to_the_test(page, folder, further)
    _see_the_test_pdf(page)
    page.get_by_role("button", name=finish).click()
    page.wait_for_url("**/settings/pdf/")
    expect(page.locator("dl")).to_contain_text("PDF à moi")
    in_force = live.services.settings.pdf_settings()
    assert (in_force.engine, in_force.folder) == ("wkhtmltopdf", folder)


@pytest.fixture(autouse=True)
def _settings_of_the_start(live: LiveShop) -> Iterator[None]:
    live.services.settings.save_pdf_settings(PdfSettings())
    yield
    live.services.settings.save_pdf_settings(PdfSettings())


def _name_a_program_that_is_not_there(page: Page, further: str) -> None:
    page.locator("[value=program]").check()
    page.locator("[name=program]").fill("/opt/absent/print\n{html}")
    page.get_by_role("button", name=further).click()
    expect(page.locator("#program-note.bad")).to_contain_text("{pdf}")
    page.locator("[name=program]").fill(PROGRAM)
    page.get_by_role("button", name=further).click()
    page.wait_for_url("**/folder")


def _name_a_folder_and_go_back(page: Page, folder: str, further: str, back: str) -> None:
    page.locator("[name=folder]").fill("relative")
    page.get_by_role("button", name=further).click()
    expect(page.locator("#folder-note.bad")).to_be_visible()
    page.locator("[name=folder]").fill(folder)
    page.get_by_role("button", name=back).click()
    page.wait_for_url("**/engine")
    page.reload()
    expect(page.locator("[name=program]")).to_have_value(PROGRAM)
    page.get_by_role("button", name=further).click()


def _go_on_to_the_test(page: Page, folder: str, further: str) -> None:
    page.wait_for_url("**/folder")
    expect(page.locator("[name=folder]")).to_have_value(folder)
    page.get_by_role("button", name=further).click()
    page.wait_for_url("**/test")


def _see_the_test_pdf(page: Page) -> None:
    expect(page.locator(".banner.ok")).to_be_visible()
    page.reload()
    expect(page.locator(".progress-list .step-mark.done")).to_have_count(4)
    picture = page.locator("img.paper-picture")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 0
