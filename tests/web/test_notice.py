"""The notice for customers: what it says, over the assistant and as a page, and its print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.web.create_app import create_app
from tests.builders import a_company
from tests.web.sending_parts import RecordingDesktop
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask

    from backend.web.launch import LaunchTokens
    from tests.fakes import FakeServices


@pytest.fixture
def desktop() -> RecordingDesktop:
    return RecordingDesktop()


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens, desktop: RecordingDesktop) -> Flask:
    shop.settings.save_company(a_company())
    return create_app(shop, launch=launch, language="en", desktop=desktop)


def test_it_says_who_why_how_long_and_no_advertising(cashier: Visitor) -> None:
    page = cashier.get("/notice/").text
    assert "BRICO sends you your ticket by mail, if you agree" in page
    assert "serves for this mail alone" in page
    assert "no advertising" in page
    assert "erased as soon as the mail has left, after 7 days at the latest" in page


def test_over_the_assistant_it_is_a_dialog(cashier: Visitor) -> None:
    answer = cashier.htmx("/notice/", "dialogs")
    assert answer.headers["HX-Retarget"] == "#dialogs"
    assert '<dialog class="dialog medium" id="notice"' in answer.text


def test_it_is_printed_from_a_pdf_in_the_language_of_the_page(
    cashier: Visitor, desktop: RecordingDesktop, shop: FakeServices
) -> None:
    assert cashier.post("/notice/print").status_code == 204
    (shown,) = desktop.shown
    assert shown.parent.parent == shop.pdf_folder
    assert shown.is_file()


def test_where_nothing_shows_a_pdf_it_is_said_and_no_file_stays(
    cashier: Visitor, desktop: RecordingDesktop, shop: FakeServices
) -> None:
    desktop.fails = True
    answer = cashier.post("/notice/print")
    assert answer.status_code == 409
    assert "no program that opens" in answer.text
    assert list(shop.pdf_folder.iterdir()) == []
