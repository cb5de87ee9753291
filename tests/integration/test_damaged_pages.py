"""The window on a data folder that is damaged or of a newer version: it says so, and leads to the backups."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backend.domain.shop import Company
from backend.usecases.make_backup import make_daily_backup
from backend.usecases.start_shop import start_shop
from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from tests.program import Program
from tests.web.visitor import Visitor

PORT = 40_124


@pytest.fixture
def started(tmp_path: Path) -> Program:
    """Give a shop with an administrator, MARTIN, and a backup."""
    program = Program(tmp_path)
    with program.opened() as services:
        start_shop("MARTIN", "grenouille-4711", Company("BRICO"), services)
        assert make_daily_backup(services)
    return program


@contextmanager
def window_on(program: Program) -> Iterator[Visitor]:
    with program.opened() as services:
        yield Visitor(create_app(services, launch=LaunchTokens(PORT), language="en")).enter()


def damage_records(folder: Path) -> None:
    (folder / "records.sqlite3").write_bytes(b"no longer a database " * 500)


def renew_records(folder: Path) -> None:
    with sqlite3.connect(folder / "records.sqlite3") as records:
        records.execute("UPDATE alembic_version SET version_num = '9999'")
    records.close()


def renew_settings(folder: Path) -> None:
    from backend.adapters.stores.settings.database import _check_sum

    document = {"format": 99, "sha256": _check_sum(99, {}), "tables": {}}
    (folder / "settings" / "users.json").write_text(json.dumps(document), "utf-8")


def test_damaged_records_lead_to_the_backups_and_a_restore_brings_the_shop_back(started: Program) -> None:
    damage_records(started.shop_dir)
    with window_on(started) as window:
        window.session.user = "MARTIN"
        page = window.get("/")
        assert page.status_code == 503
        assert "records.sqlite3” is damaged" in page.text
        assert 'href="/settings/backups/"' in page.text
        listed = window.get("/settings/backups/")
        assert listed.status_code == 200
        (backup,) = (started.shop_dir / "backups").glob("*.zip")
        assert backup.name in listed.text
        window.post("/settings/backups/examine", {"name": backup.name})
        looked = window.htmx("/settings/backups/restore", "backups-result").text
        assert "This backup is whole" in looked
        assert "can't be read" in looked
        backup_id = looked.partition('name="backup" value="')[2].partition('"')[0]
        window.post("/settings/backups/restore", {"backup": backup_id})
    with window_on(started) as window:
        window.session.user = "MARTIN"
        assert window.get("/").status_code == 200
        (aside,) = started.shop_dir.glob("replaced-*")
        assert (aside / "records.sqlite3").read_bytes().startswith(b"no longer a database")
        assert str(aside) in window.get("/settings/backups/").text


@pytest.mark.parametrize(
    ("renew", "path", "name"),
    [(renew_records, "/", "records.sqlite3"), (renew_settings, "/sign-in", "users.json")],
)
def test_a_newer_folder_is_refused_in_the_window_with_what_to_do(
    started: Program, renew: Callable[[Path], None], path: str, name: str
) -> None:
    renew(started.shop_dir)
    before = {file: file.read_bytes() for file in started.shop_dir.glob("**/*.json")}
    with window_on(started) as window:
        window.session.user = "MARTIN" if path == "/" else ""
        page = window.get(path)
        assert page.status_code == 503
        assert f"{name}” was written by a newer version of Facteur." in page.text
        assert "Install the newest version of Facteur on this PC." in page.text
    assert {file: file.read_bytes() for file in before} == before


def test_damaged_settings_are_named_on_the_page_of_the_backups(started: Program) -> None:
    (started.shop_dir / "settings" / "shop.json").write_bytes(b"{broken")
    with window_on(started) as window:
        window.session.user = "MARTIN"
        assert window.get("/").status_code == 200
        (aside,) = (started.shop_dir / "settings").glob("shop.json.damaged-*")
        assert aside.read_bytes() == b"{broken"
        assert str(aside) in window.get("/settings/backups/").text
