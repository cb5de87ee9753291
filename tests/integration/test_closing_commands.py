"""`closing` and `archive` on the command line, over a real data folder."""

from __future__ import annotations

import hashlib
import zipfile
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest

from tests.program import Program


@pytest.fixture
def shop(tmp_path: Path) -> Program:
    return Program(tmp_path, ("--training",))


def oldest_day(shop: Program) -> str:
    """Return the day of the first ticket of till C1."""
    rows = shop.call("ticket", "list", "--limit", "500", "--json").json["tickets"]
    return min(str(row["issued_at"])[:10] for row in rows if row["number"].startswith("C1-"))


def test_a_day_is_read_closed_listed_proved_and_archived(shop: Program, tmp_path: Path) -> None:
    day = oldest_day(shop)
    assert shop.call("closing", "close", "C1", "1999-01-01", "--json").exit_code == 1
    assert shop.call("closing", "close", "C1", "tomorrow").exit_code == 2
    before = shop.call("closing", "read", "C1", "--json").json
    closed = shop.call("closing", "close", "C1", day, "--json").json
    assert (closed["closing"], closed["span"], closed["perpetual_total"]) == ("C1-Z1", day, closed["gross_total"])
    assert (
        shop.call("closing", "read", "C1", "--json").json["gross_total"]
        == before["gross_total"] - closed["gross_total"]
    )
    assert [each["closing"] for each in shop.call("closing", "list", "--json").json["closings"]] == ["C1-Z1"]
    assert shop.call("check", "journal", "--json").json["status"] == "intact"
    target = tmp_path / "archive.zip"
    report = shop.call("archive", "export", day[:4], target, "--json").json
    with zipfile.ZipFile(target) as archive:
        sums = dict(line.split("  ")[::-1] for line in archive.read("SHA256SUMS").decode().splitlines())
        assert {name: hashlib.sha256(archive.read(name)).hexdigest() for name in sums} == sums
        assert len(archive.read("tickets.jsonl").splitlines()) == report["tickets"] > 0
        assert len(archive.read("closings.jsonl").splitlines()) == report["closings"] == 1
    written = target.read_bytes()
    assert shop.call("archive", "export", day[:4], target, "--json").exit_code == 1
    assert target.read_bytes() == written


def test_a_closing_changed_behind_its_back_is_named(shop: Program) -> None:
    shop.call("closing", "close", "C1", oldest_day(shop), "--json")
    with closing(connect(shop.shop_dir / "records.sqlite3", isolation_level=None)) as database:
        database.execute("DROP TRIGGER closings_no_update")
        database.execute(
            """UPDATE closings SET content = replace(content, '"perpetual_total":', '"perpetual_total":1')"""
        )
    broken = shop.call("check", "journal", "--json")
    assert broken.exit_code == 1
    assert [(fault["number"], fault["reason"]) for fault in broken.json["faults"]] == [("C1-Z1", "closing")]
