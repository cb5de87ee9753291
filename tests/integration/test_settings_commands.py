"""`settings export` and `settings import` between two data folders, as an administrator of many tills uses them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.cli.context import FAILED, NOT_READY, WRONG_USE
from backend.domain.pdf_settings import PdfSettings
from tests.program import Program
from tests.store_workers import promises, worker

SENDER = (
    *("sender", "set", "--user", "DUPOND", "--email", "caisse@brico.example", "--host", "smtp.brico.example"),
    *("--port", "587", "--security", "starttls", "--username", "caisse", "--password-stdin", "--unprotected-secrets"),
)


@pytest.fixture
def first(tmp_path: Path) -> Program:
    """Give a shop with a company and a sender with a password."""
    (tmp_path / "first").mkdir()
    program = Program(tmp_path / "first").with_options("--lang", "en")
    shop = tmp_path / "shop.json"
    shop.write_text(json.dumps({"company": {"name": "BRICO", "city": "Dijon"}}), "utf-8")
    assert program.call("shop", "load", shop).exit_code == 0
    assert program.call(*SENDER, stdin="motdepasse-7\n").exit_code == 0
    return program


@pytest.fixture
def second(tmp_path: Path) -> Program:
    (tmp_path / "second").mkdir()
    return Program(tmp_path / "second").with_options("--lang", "en")


@pytest.fixture
def exported(first: Program, tmp_path: Path) -> Path:
    file = tmp_path / "settings.json"
    assert first.call("settings", "export", file).exit_code == 0
    return file


def _edited(file: Path, edit: Callable[[dict[str, Any]], None]) -> Path:
    value = json.loads(file.read_text("utf-8"))
    edit(value)
    file.write_text(json.dumps(value, indent=1), "utf-8")
    return file


def test_the_settings_arrive_in_an_empty_shop_with_the_gate_closed(second: Program, exported: Path) -> None:
    answer = second.call("settings", "import", exported, "--only", "company", "--only", "senders", "--json")
    assert answer.exit_code == 0, answer
    assert answer.json["to_test"] == answer.json["to_sign_in"] == ["DUPOND"]
    (sender,) = second.call("sender", "show", "--json").json["senders"]
    assert (sender["host"], sender["tested"], sender["password_set"]) == ("smtp.brico.example", False, False)
    assert second.call("check", "mail", "--json").json["status"] == "failed"
    with second.opened() as services:
        assert services.settings.company().name == "BRICO"  # type: ignore[union-attr]
        assert services.users.find("DUPOND").is_administrator


def test_no_password_is_in_the_file_or_on_standard_output(first: Program, exported: Path) -> None:
    shown = first.call("settings", "export", "-")
    assert shown.exit_code == 0
    assert shown.json["format"] == "facteur-settings"
    for text in (exported.read_text("utf-8"), shown.stdout):
        assert "motdepasse-7" not in text


def test_a_file_that_is_there_is_not_replaced(first: Program, exported: Path) -> None:
    before = exported.read_bytes()
    refused = first.call("settings", "export", exported, "--json")
    assert (refused.exit_code, refused.json["cause"]) == (FAILED, "storage")
    assert exported.read_bytes() == before


def test_a_dry_run_tells_each_field_and_changes_nothing(second: Program, exported: Path) -> None:
    plain = second.call("settings", "import", exported, "--dry-run", "--only", "company", "--only", "senders")
    assert plain.exit_code == 0
    assert "Company (new)" in plain.stdout
    assert "  Town: – -> Dijon" in plain.stdout
    assert "check mail --user DUPOND" in plain.stdout
    assert plain.stdout.endswith("Nothing has been changed.\n")
    with second.opened() as services:
        assert services.settings.company() is None


def test_a_second_import_changes_nothing(first: Program, exported: Path) -> None:
    again = first.call("settings", "import", exported, "--json")
    assert (again.exit_code, again.json["changes"]) == (0, [])
    assert "already" in first.call("settings", "import", exported).stdout


def test_a_wrong_file_is_refused_with_line_place_and_remedy(second: Program, exported: Path) -> None:
    _edited(exported, lambda value: value["senders"][0].update(port=0))
    refused = second.call("settings", "import", exported, "--json")
    line = 1 + exported.read_text("utf-8").splitlines().index('   "port": 0,')
    assert (refused.exit_code, refused.json["cause"]) == (FAILED, "import_refused")
    assert (
        refused.json["message"]
        == f"“settings.json” was refused, line {line}, senders[1].port: “0” is not possible here."
    )
    assert refused.json["remedy"]
    with second.opened() as services:
        assert services.settings.company() is None


def test_an_unknown_part_is_wrong_use(second: Program, exported: Path) -> None:
    assert second.call("settings", "import", exported, "--only", "prices").exit_code == WRONG_USE
    missing = second.call("settings", "import", exported.parent / "nowhere.json", "--json")
    assert (missing.exit_code, missing.json["cause"]) == (FAILED, "import_refused")


def test_a_program_that_nobody_has_confirmed_keeps_everything_out(second: Program, exported: Path) -> None:
    trace = exported.parent / "it-ran"
    script = exported.parent / "evil"
    script.write_text(f"#!/bin/sh\ntouch '{trace}'\n", "utf-8")
    script.chmod(0o700)
    _edited(exported, lambda value: value["pdf"].update(engine="program", program=[str(script), "{html}", "{pdf}"]))
    refused = second.call("settings", "import", exported, "--json")
    assert (refused.exit_code, refused.json["cause"]) == (NOT_READY, "program_not_confirmed")
    assert str(script) in refused.json["message"]
    assert not trace.exists()
    tried = second.call("settings", "import", exported, "--accept-program", "--json")
    assert tried.exit_code == FAILED  # it ran, and made no PDF: nothing is taken over
    assert trace.exists()
    with second.opened() as services:
        assert services.settings.pdf_settings() == PdfSettings()
        assert services.settings.company() is None


def test_an_import_that_is_killed_leaves_what_was_before(first: Program) -> None:
    with worker(_die_in_an_import, first.shop_dir) as (_process, receiving):
        assert promises(receiving) == ["half"]
    with first.opened() as services:
        assert services.settings.company().name == "BRICO"  # type: ignore[union-attr]
        assert services.settings.sender_profile("DUPOND").host == "smtp.brico.example"  # type: ignore[union-attr]
    assert not (first.shop_dir / "settings" / "settings.undo").exists()


def _die_in_an_import(shop_dir: Path, sending: Any) -> None:  # noqa: ANN401 - a pipe's end
    import os
    import signal
    from dataclasses import replace

    from backend.adapters.stores.settings.store import FolderSettingsStore

    settings = FolderSettingsStore(shop_dir / "settings")
    company, profile = settings.company(), settings.sender_profile("DUPOND")
    assert company
    assert profile
    with settings.all_or_nothing():
        settings.save_company(replace(company, name="AUTRE"))
        settings.save_sender_profile(replace(profile, host="autre.example"))
        sending.send("half")
        os.kill(os.getpid(), signal.SIGKILL)
