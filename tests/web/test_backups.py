"""Sauvegardes: the list, one made now, a look into one, a restore prepared and dropped."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest

from backend.domain.backup import BackupFileError, ReplacedShop, ShopContents
from backend.usecases.make_backup import make_daily_backup
from backend.web.create_app import create_app
from backend.web.desktop_port import NoDesktop
from backend.web.security import UPLOAD_TYPE
from backend.web.sending_tasks import sending_tasks
from tests.builders import NOON, a_company

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from backend.web.launch import LaunchTokens
    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor

TODAYS = "facteur-2026-11-24.zip"


class Window(NoDesktop):
    """A PC whose dialogs answer with these paths."""

    has_dialogs = True

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def choose_files(self) -> list[Path]:
        return [self.path] if self.path else []

    def choose_target(self, name: str) -> Path | None:
        return self.path.with_name(name) if self.path else None


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    shop.settings.save_company(a_company())
    make_daily_backup(shop)
    return create_app(shop, launch=launch, language="en")


def look_into(visitor: Visitor, name: str = TODAYS) -> TestResponse:
    answer = visitor.post("/settings/backups/examine", {"name": name})
    assert answer.headers["HX-Redirect"] == "/settings/backups/restore"
    visitor.htmx("/settings/backups/restore", "backups-result")  # waits for its end
    return visitor.get("/settings/backups/restore")


def test_the_list_shows_each_backup_with_its_size(administrator: Visitor) -> None:
    page = administrator.get("/settings/backups/").text
    assert TODAYS in page
    assert re.search(r"2\.\d.MB", page)
    assert f"/settings/backups/{TODAYS}/file" in page
    assert "/settings/backups/" in administrator.get("/settings/").text


def test_without_dialogs_it_is_made_into_the_list_and_offered(administrator: Visitor, shop: FakeServices) -> None:
    answer = administrator.post("/settings/backups/")
    name = "facteur-BRICO-2026-11-24-12h00m00.zip"
    assert f"/settings/backups/{name}/file" in answer.text
    assert name in [backup.path.name for backup in shop.backups.automatic()]


def test_a_backup_of_the_list_is_given_as_a_file(administrator: Visitor, shop: FakeServices, tmp_path: Path) -> None:
    shop.backups.folder = tmp_path
    shop.backups.make(tmp_path / "a.zip", NOON)
    (tmp_path / "a.zip").write_bytes(b"PK")
    answer = administrator.get("/settings/backups/a.zip/file")
    assert (answer.data, answer.content_type) == (b"PK", "application/zip")
    assert "attachment; filename=a.zip" in answer.headers["Content-Disposition"]


def test_the_window_asks_where_to_save(shop: FakeServices, launch: LaunchTokens, tmp_path: Path) -> None:
    from tests.web.visitor import Visitor

    shop.settings.save_company(a_company(name="Café d'Art"))
    window = Visitor(create_app(shop, launch=launch, language="en", desktop=Window(tmp_path / "x"))).sign_in("MARTIN")
    assert 'hx-post="/settings/backups/"' in window.get("/settings/backups/").text
    window.post("/settings/backups/")
    assert [path.name for path in shop.backups.made] == ["facteur-Café-d-Art-2026-11-24-12h00m00.zip"]
    assert "The backup is in" in window.get("/settings/backups/").text


def test_a_dialog_that_is_closed_makes_and_restores_nothing(shop: FakeServices, launch: LaunchTokens) -> None:
    from tests.web.visitor import Visitor

    window = Visitor(create_app(shop, launch=launch, desktop=Window(None))).sign_in("MARTIN")
    window.post("/settings/backups/")
    window.post("/settings/backups/examine")
    assert shop.backups.made == {}
    assert shop.restoring.looked is None


def test_what_a_backup_replaces_is_shown_before(administrator: Visitor, shop: FakeServices) -> None:
    shop.restoring.now = ShopContents("BRICO", {"C1": 150, "C2": 1}, 13, 3, waiting=2)
    page = look_into(administrator).text
    assert "This backup is whole" in page
    assert re.search(r"Tickets of till C1</th><td class=\"num\">148</td><td class=\"num\">150", page)
    assert "Till C1: the last 2 tickets are not in the backup; their numbers will be given once more." in page
    assert "Till C2: the last ticket is not in the backup" in page
    assert "2 mails that have not left are put aside" in page
    assert shop.restoring.prepared() is None


def test_a_shop_that_can_not_be_read_is_said(administrator: Visitor, shop: FakeServices) -> None:
    shop.restoring.now = None
    assert "can't be read" in look_into(administrator).text


def test_a_restore_waits_for_the_next_start_and_can_be_dropped(
    administrator: Visitor, cashier: Visitor, shop: FakeServices
) -> None:
    look_into(administrator)
    assert shop.restoring.looked
    administrator.post("/settings/backups/restore", {"backup": shop.restoring.looked.id})
    assert shop.restoring.prepared() == shop.restoring.looked
    page = administrator.get("/settings/backups/").text
    assert "is restored at the next start" in page
    assert "Close every window of Facteur" in page
    assert "A backup is restored at the next start of Facteur." in cashier.get("/").text
    administrator.post("/settings/backups/drop")
    assert shop.restoring.prepared() is None
    assert "A backup is restored" not in cashier.get("/").text


def test_another_backup_than_the_shown_one_is_not_restored(administrator: Visitor, shop: FakeServices) -> None:
    look_into(administrator)
    answer = administrator.post("/settings/backups/restore", {"backup": "another"})
    assert answer.status_code == 409
    assert "Another backup has been looked into meanwhile." in answer.text
    assert shop.restoring.prepared() is None


def test_a_refused_backup_says_why_and_leads_back(administrator: Visitor, shop: FakeServices) -> None:
    shop.restoring.failure = BackupFileError("/x/old.zip", "journal")
    page = look_into(administrator).text
    assert "don&#39;t prove each other" in page
    assert "Choose an older backup. Your shop is as it was." in page
    assert 'hx-post="/settings/backups/restore"' not in page


def test_a_file_comes_by_the_browser_and_its_copy_goes(
    administrator: Visitor, shop: FakeServices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    form = {"file": (BytesIO(b"zip"), "old.zip")}
    answer = administrator.post("/settings/backups/examine", form, content_type=UPLOAD_TYPE)
    assert answer.headers["HX-Redirect"] == "/settings/backups/restore"
    page = administrator.htmx("/settings/backups/restore", "backups-result").text
    assert "This backup is whole" in page
    assert shop.restoring.looked
    assert shop.restoring.looked.name == "old.zip"
    assert list(tmp_path.rglob("old.zip")) == []


def test_a_file_that_comes_while_another_is_looked_into_leaves_no_copy(
    app: Flask, administrator: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    ending = Event()
    with app.app_context():
        first = sending_tasks().start("restore-examination", "first.zip", lambda _task: ending.wait(60))
    try:
        form = {"file": (BytesIO(b"zip"), "second.zip")}
        answer = administrator.post("/settings/backups/examine", form, content_type=UPLOAD_TYPE)
        assert answer.headers["HX-Redirect"] == "/settings/backups/restore"
        assert list(tmp_path.rglob("second.zip")) == []
    finally:
        ending.set()
    assert first.wait_until_done(60)


def test_no_file_and_an_unknown_name_are_refused(administrator: Visitor, shop: FakeServices) -> None:
    answer = administrator.post("/settings/backups/examine")
    assert answer.status_code == 422
    assert "Choose the file of a backup first." in answer.text
    for name in ("nothing.zip", "../../etc/passwd"):
        assert administrator.post("/settings/backups/examine", {"name": name}).status_code == 404
    assert administrator.get("/settings/backups/nothing.zip/file").status_code == 404
    assert shop.restoring.looked is None


def test_a_preview_of_nothing_leads_back(administrator: Visitor) -> None:
    assert administrator.get("/settings/backups/restore").status_code == 303


def test_what_was_put_aside_is_named(administrator: Visitor, shop: FakeServices) -> None:
    shop.restoring.put_aside = [ReplacedShop(Path("/data/replaced-2026-11-23T101500"), NOON)]
    shop.settings.damaged = [Path("/data/settings/shop.json.damaged-2026")]
    page = administrator.get("/settings/backups/").text
    assert "/data/replaced-2026-11-23T101500" in page
    assert "/data/settings/shop.json.damaged-2026" in page
