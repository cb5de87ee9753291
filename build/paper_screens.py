"""What stands on paper: company, logo, layouts, and what makes the PDF, for build/screens.py."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from screen import Screen, drawn, refused

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent


def _empty_company(page: Page) -> None:
    page.locator("[name=siret]").fill("123")
    refused(page)


def _give_logo(page: Page) -> None:
    page.locator("input[name=logo]").set_input_files(ROOT / "frontend" / "static" / "img" / "mark.svg")
    page.locator(".logo-shown").scroll_into_view_if_needed()


def _unknown_field(page: Page) -> None:
    drawn(page)
    page.locator("[name=footer]").fill("Carte [CARTE.CODE]")
    refused(page)


def _other_program(page: Page) -> None:
    page.locator("[value=program]").check()
    page.locator("[name=program]").fill("/usr/bin/imprime\n{html}")
    refused(page)


def _try_folder(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Essayer|Try this")).click()
    page.locator(".banner.ok").wait_for()


def _refused_folder(page: Page) -> None:
    page.locator("[name=folder]").fill("PDF")
    refused(page)


def _test_pdf(page: Page) -> None:
    page.locator(".primary").click()
    page.locator(".banner.ok").wait_for()
    page.locator("img.paper-picture").wait_for()


PAPER_SCREENS = (
    Screen("company", "/settings/company"),
    Screen("company-logo", "/settings/company", _give_logo),
    Screen("pdf-settings", "/settings/pdf/"),
    Screen("pdf-engine", "/settings/pdf/engine"),
    Screen("pdf-engine-refused", "/settings/pdf/engine", _other_program),
    Screen("pdf-folder", "/settings/pdf/folder", _try_folder),
    Screen("pdf-folder-refused", "/settings/pdf/folder", _refused_folder),
    Screen("pdf-test", "/settings/pdf/test", _test_pdf),
    Screen("company-lacking", "/settings/company", shop="started"),
    Screen("layout-list", "/settings/layouts/"),
    Screen("layout-list-lacking", "/settings/layouts/", shop="started"),
    Screen("layout", "/settings/layouts/80mm", drawn),
    Screen("layout-a4", "/settings/layouts/a4", drawn),
    Screen("layout-refused", "/settings/layouts/58mm", _unknown_field),
    Screen("company-refused", "/settings/company", _empty_company),
)
