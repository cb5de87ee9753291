"""`self-test`: every part of the program as it is on this PC, in a folder of its own."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.bootstrap import open_scratch
from backend.domain.errors import InvalidInputError
from backend.domain.logo import Logo
from backend.domain.pdf_settings import FoundProgram
from backend.domain.self_check import Check, CheckState, SelfTestError, SelfTestOutcome, outcome_of
from backend.usecases.self_test import ScratchRooms, check_parts
from tests.browser_program import a_browser
from tests.fake_pdf import FakePdfEngines
from tests.program import Program
from tests.servers.screen import virtual_screen
from tests.servers.secret_service import SecretService

PARTS = ["shop", "records", "settings", "logo", "mail", "keyring", "passphrase", "languages", "pages"]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Give the program on a PC whose scratch folders can be looked at."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    return Program(tmp_path).with_environment(TMPDIR=scratch)


@pytest.fixture
def rooms() -> Iterator[ScratchRooms]:
    with open_scratch() as opened:
        yield opened


def find_engines(rooms: ScratchRooms, *found: FoundProgram) -> None:
    """Let this PC have these engines and no other."""
    engines = FakePdfEngines()
    engines.found = found
    rooms.shop.__dict__["pdf_engines"] = engines


def by_name(rooms: ScratchRooms) -> dict[str, Check]:
    return {check.name: check for check in check_parts(rooms)}


@pytest.mark.wkhtmltopdf
@pytest.mark.chromium
def test_on_a_whole_pc_every_line_is_good(program: Program, tmp_path: Path, secret_service: SecretService) -> None:
    path = f"{a_browser(tmp_path).parent}{os.pathsep}{os.environ['PATH']}"
    ran = program.with_environment(**{**secret_service.environment, "PATH": path}).run("self-test", "--json")
    # As root the browser of the PC refuses to start beside the one that a_browser gives.
    refused = [row for row in ran.json["checks"] if "root without --no-sandbox" in row["detail"]]
    good = [row["check"] for row in ran.json["checks"] if row["state"] == "good"]
    assert len(good) + len(refused) == len(ran.json["checks"]), ran.stdout
    assert [*dict.fromkeys(good)] == [*PARTS[:4], "pdf_wkhtmltopdf", "pdf_browser", *PARTS[4:]]
    assert (ran.exit_code, ran.json["status"]) == ((1, "bad") if refused else (0, "good"))
    assert ran.stderr == ""


@pytest.mark.wkhtmltopdf
def test_the_report_is_for_people_and_leaves_nothing_behind(program: Program, tmp_path: Path) -> None:
    ran = program.run("self-test", "--window")
    lines = ran.stdout.splitlines()
    assert lines[0].startswith("Facteur ")
    assert any(line.startswith("bon     Tickets") for line in lines)
    for part in ("Trousseau", "Fenêtre"):  # there is neither a keyring nor a screen
        place = next(place for place, line in enumerate(lines) if line.startswith(f"absent  {part}"))
        assert lines[place + 1].startswith("        ")
    assert ran.exit_code != 0
    assert str(tmp_path) not in ran.stdout
    assert not (tmp_path / "data").exists()
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.window
@pytest.mark.wkhtmltopdf
def test_the_window_is_opened_and_shows_its_page(program: Program, tmp_path: Path) -> None:
    with virtual_screen(tmp_path) as screen:
        ran = program.with_environment(**screen.environment).run("self-test", "--window", "--json")
    (window,) = [row for row in ran.json["checks"] if row["check"] == "window"]
    assert window["state"] == "good", ran
    assert "Facteur" in window["detail"]


def test_without_an_engine_the_report_says_so_and_the_rest_is_tried(rooms: ScratchRooms) -> None:
    find_engines(rooms)
    checks = by_name(rooms)
    absent = {name for name, check in checks.items() if check.state is CheckState.ABSENT}
    assert {"pdf", "pdf_wkhtmltopdf", "pdf_browser"} <= absent
    assert checks["mail"].state is CheckState.GOOD
    assert outcome_of(checks.values()) is SelfTestOutcome.INCOMPLETE


def test_a_program_that_does_not_start_is_bad_with_what_it_said(rooms: ScratchRooms) -> None:
    find_engines(rooms, FoundProgram("browser", "Chromium", "/usr/bin/chromium", problem="no\nsandbox"))
    browser = by_name(rooms)["pdf_browser"]
    assert browser.state is CheckState.BAD
    assert browser.failure
    assert "no sandbox" in str(browser.failure)


def test_an_engine_that_forgets_the_ticket_is_bad(rooms: ScratchRooms) -> None:
    find_engines(rooms, FoundProgram("wkhtmltopdf", "wkhtmltopdf", "/usr/bin/wkhtmltopdf", "0.12.6"))
    assert by_name(rooms)["pdf_wkhtmltopdf"].state is CheckState.BAD


def test_a_picture_that_can_not_be_read_is_bad(rooms: ScratchRooms) -> None:
    def without_its_library(_content: bytes) -> Logo:
        raise InvalidInputError("logo", "logo_damaged")

    rooms.shop.__dict__["read_logo"] = without_its_library
    logo = by_name(rooms)["logo"]
    assert logo.state is CheckState.BAD
    assert isinstance(logo.failure, SelfTestError)
    assert (logo.failure.kind, logo.failure.detail) == ("logo", "logo_damaged")


def test_a_journal_that_was_tampered_with_is_bad(rooms: ScratchRooms) -> None:
    checks = check_parts(rooms)
    assert next(checks).state is CheckState.GOOD
    with sqlite3.connect(rooms.shop.data_dir / "records.sqlite3") as records:
        for name in [row[0] for row in records.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
            records.execute(f'DROP TRIGGER "{name}"')
        records.execute("UPDATE tickets SET gross_total = gross_total + 1")
    records.close()
    assert next(checks).state is CheckState.BAD
