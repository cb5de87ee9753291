"""The PDF of a ticket is saved where the window asks for a place, else downloaded; it counts as issued."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest

from backend.domain.pdf_settings import PdfFailure, PdfSettings
from backend.web.create_app import create_app
from backend.web.desktop_port import NoDesktop
from backend.web.launch import LaunchTokens
from tests.builders import a_ticket, a_till

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor

SAVE = "/tickets/C1-1/save"


class AskingDesktop(NoDesktop):
    """A window whose user answers with `target`."""

    has_dialogs = False
    target: Path | None = None
    asked: str = ""
    has_viewer = False

    def __init__(self) -> None:
        self.opened: list[Path] = []

    def open_file(self, path: Path) -> None:
        if not self.has_viewer:
            super().open_file(path)
        self.opened.append(path)

    def choose_target(self, name: str) -> Path | None:
        self.asked = name
        return self.target


@pytest.fixture
def desktop() -> AskingDesktop:
    return AskingDesktop()


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens, desktop: AskingDesktop) -> Flask:
    shop.shop.save([a_till()])
    shop.tickets.record(a_ticket())
    return create_app(shop, launch=launch, desktop=desktop, language="en")


def _events(shop: FakeServices) -> list[tuple[str, int, str]]:
    return [(entry.event, entry.reprint, entry.pdf_sha256) for entry in shop.journal.all]


def test_the_layout_is_asked_for_first(cashier: Visitor, shop: FakeServices) -> None:
    assert f'hx-post="{SAVE}"' in cashier.post(SAVE).text
    assert shop.journal.all == []


def test_in_a_browser_the_pdf_is_downloaded_as_the_very_file_in_the_journal(
    cashier: Visitor, shop: FakeServices
) -> None:
    dialog = cashier.post(SAVE, {"layout": "80mm"}).text
    (url,) = re.findall(r'href="(/tickets/C1-1/saved/[0-9a-f]{32})"', dialog)
    for _again in range(2):
        answer = cashier.get(url)
        assert answer.mimetype == "application/pdf"
        assert "attachment" in answer.headers["Content-Disposition"]
        assert "C1-1-" in answer.headers["Content-Disposition"]
        assert _events(shop) == [("saved", 0, hashlib.sha256(answer.data).hexdigest())]
    cashier.post(SAVE, {"layout": "80mm"})
    assert [reprint for _event, reprint, _sha in _events(shop)] == [0, 1]


def test_no_other_file_is_handed_out(cashier: Visitor, shop: FakeServices) -> None:
    cashier.post(SAVE, {"layout": "80mm"})
    (folder,) = shop.pdf_folder.iterdir()
    (pdf,) = folder.iterdir()
    other = shop.pdf_folder / ("a" * 32)
    other.mkdir()
    (other / pdf.name).write_bytes(b"%PDF-1.4 of a mail in preparation")
    link = shop.pdf_folder / ("b" * 32)
    link.mkdir()
    (link / pdf.name).symlink_to(pdf)
    for name in ("a" * 32, "b" * 32, "c" * 32, "..", "%2e%2e", folder.name.upper()):
        assert cashier.get(f"/tickets/C1-1/saved/{name}").status_code == 404, name


def test_with_a_window_its_user_chooses_the_place(
    cashier: Visitor, shop: FakeServices, desktop: AskingDesktop, tmp_path: Path
) -> None:
    desktop.has_dialogs = True
    desktop.target = tmp_path / "à garder.pdf"
    answer = cashier.post(SAVE, {"layout": "80mm"}, headers={"HX-Request": "true"})
    assert desktop.asked.startswith("C1-1-")
    assert answer.headers["HX-Redirect"] == "/tickets/C1-1"
    assert _events(shop) == [("saved", 0, hashlib.sha256(desktop.target.read_bytes()).hexdigest())]
    assert "à garder.pdf is saved" in cashier.get("/tickets/").text


def test_who_chooses_no_place_issues_nothing(cashier: Visitor, shop: FakeServices, desktop: AskingDesktop) -> None:
    desktop.has_dialogs = True
    assert cashier.post(SAVE, {"layout": "80mm"}).status_code == 200
    assert shop.journal.all == []


def test_a_place_that_takes_no_file_is_named(
    cashier: Visitor, shop: FakeServices, desktop: AskingDesktop, tmp_path: Path
) -> None:
    desktop.has_dialogs = True
    desktop.target = tmp_path / "absent" / "x.pdf"
    shop.pdf_engine.failure = PdfFailure("unwritable")
    assert cashier.post(SAVE, {"layout": "80mm"}).status_code == 503
    assert shop.journal.all == []


@pytest.mark.parametrize("opens", [False, True])
def test_a_saved_pdf_is_opened_where_the_settings_say_so(
    opens: bool, cashier: Visitor, shop: FakeServices, desktop: AskingDesktop, tmp_path: Path
) -> None:
    shop.settings.save_pdf_settings(PdfSettings(open_each_pdf=opens))
    desktop.has_dialogs, desktop.target, desktop.has_viewer = True, tmp_path / "mine.pdf", True
    cashier.post(SAVE, {"layout": "80mm"})
    assert desktop.opened == ([tmp_path / "mine.pdf"] if opens else [])


def test_a_pc_without_a_viewer_has_the_saved_pdf_all_the_same(
    cashier: Visitor, shop: FakeServices, desktop: AskingDesktop, tmp_path: Path
) -> None:
    shop.settings.save_pdf_settings(PdfSettings(open_each_pdf=True))
    desktop.has_dialogs, desktop.target = True, tmp_path / "mine.pdf"
    assert cashier.post(SAVE, {"layout": "80mm"}).headers["HX-Redirect"] == "/tickets/C1-1"
    assert (tmp_path / "mine.pdf").is_file()
    assert [event for event, _reprint, _sha256 in _events(shop)] == ["saved"]
    assert len(cashier.session.toasts) == 2
