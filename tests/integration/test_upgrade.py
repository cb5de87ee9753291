"""A data folder of the first release opens with everything in it; a newer one is refused, a damaged one not touched."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backend.adapters.stores.records.schema import VERSIONS
from backend.adapters.stores.settings.database import FORMAT, UPGRADES, SettingsFile, Tables
from backend.domain.document_type import DocumentType
from backend.domain.errors import StorageError
from backend.domain.outgoing_mail import MailState
from backend.usecases.manage_users import check_password
from backend.usecases.save_sender_profile import password_name
from tests.program import Program

if TYPE_CHECKING:
    from tinydb import TinyDB

FIRST = Path(__file__).resolve().parents[1] / "first_release"
EXPECTED = json.loads((FIRST / "expected.json").read_text("utf-8"))


@pytest.fixture
def old(tmp_path: Path) -> Program:
    """Give the program on a copy of the data folder that the first release made."""
    with zipfile.ZipFile(FIRST / "data.zip") as packed:
        packed.extractall(tmp_path / "data")
    return Program(tmp_path)


def schema_of(records: Path) -> str:
    with closing(sqlite3.connect(records)) as connection:
        (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(version)


def test_every_ticket_of_the_first_release_is_there_unchanged(old: Program) -> None:
    assert schema_of(old.shop_dir / "records.sqlite3") == "0001"
    assert old.run("check", "journal", "--json").json["tickets"] == {"C1": 2, "C2": 0, "K1": 2}
    for number, known in EXPECTED["tickets"].items():
        shown = old.call("ticket", "show", number, "--json").json
        assert {name: shown[name] for name in known} == known, number
    assert schema_of(old.shop_dir / "records.sqlite3") == VERSIONS[-1]
    assert old.call("closing", "close", "C1", "2024-11-23").exit_code == 0  # what came since works on it


def test_settings_users_and_secrets_of_the_first_release_are_there(old: Program) -> None:
    (shown,) = old.call("sender", "show", "--json").json["senders"]
    assert {name: shown[name] for name in EXPECTED["senders"][0] if name != "password_set"} == {
        name: value for name, value in EXPECTED["senders"][0].items() if name != "password_set"
    }
    with old.opened() as services:
        sender = services.settings.sender_profile("DUPOND")
        assert sender
        assert sender.gate_is_open
        assert services.secrets.get(password_name("DUPOND")) == "secret-de-dupond"
        company = services.settings.company()
        assert company
        assert company.name == "BRICO"
        template = services.settings.mail_template(DocumentType.TICKET)
        assert template
        assert template.subject == "Votre ticket chez BRICO"
        assert services.settings.preference("printing.C1") == "58mm"
        users = {user.name: user for user in services.users.users()}
        assert {name: user.role.value for name, user in users.items()} == {
            "Martin": "administrator",
            "DUPOND": "cashier",
        }
        assert check_password(users["Martin"], "grenouille-4711")
        assert check_password(users["DUPOND"], "1234")
        assert not check_password(users["Martin"], "1234")
        assert services.settings.damaged_files() == []


def test_mails_of_the_first_release_wait_on_and_its_journal_is_kept(old: Program) -> None:
    with old.opened() as services:
        (waiting,) = services.outbox.waiting([MailState.DEFERRED])
        assert waiting.recipients == ("attend@example.org",)
        assert "mailed" in {entry.event for entry in services.journal.latest(10)}


def test_the_records_are_backed_up_before_their_schema_changes(old: Program, tmp_path: Path) -> None:
    assert old.call("ticket", "list").exit_code == 0
    (backup,) = (old.shop_dir / "backups").glob("*-before-upgrade.zip")
    assert backup.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(backup) as packed:
        assert json.loads(packed.read("manifest.json"))["schema"] == "0001"
        assert b"attend@example.org" not in packed.read("records.sqlite3")
    (tmp_path / "other").mkdir()
    other = Program(tmp_path / "other")
    assert other.call("restore", backup).exit_code == 0  # an older backup is brought up to date
    assert schema_of(other.shop_dir / "records.sqlite3") == VERSIONS[-1]
    assert other.call("check", "journal").exit_code == 0
    assert old.call("ticket", "list").exit_code == 0
    assert len(list((old.shop_dir / "backups").iterdir())) == 1  # once


def test_without_room_for_the_backup_the_records_stay_as_they_are(old: Program) -> None:
    (old.shop_dir / "backups").write_bytes(b"a file in the way")
    before = sha256((old.shop_dir / "records.sqlite3").read_bytes()).hexdigest()
    ran = old.call("ticket", "list", "--json")
    assert (ran.exit_code, ran.json["cause"]) == (1, "storage")
    assert "backups" in ran.json["message"]
    assert sha256((old.shop_dir / "records.sqlite3").read_bytes()).hexdigest() == before


def test_records_of_a_newer_version_are_refused_with_what_to_do(old: Program) -> None:
    with sqlite3.connect(old.shop_dir / "records.sqlite3") as records:
        records.execute("UPDATE alembic_version SET version_num = '9999'")
    records.close()
    before = (old.shop_dir / "records.sqlite3").read_bytes()
    ran = old.with_options("--lang", "en").run("ticket", "list")
    assert ran.exit_code == 1
    assert "was written by a newer version of Facteur" in ran.stderr
    assert "Install the newest version of Facteur" in ran.stderr
    assert (old.shop_dir / "records.sqlite3").read_bytes() == before
    assert not (old.shop_dir / "backups").exists()


def test_damaged_settings_are_put_aside_and_the_command_names_them(old: Program) -> None:
    settings = old.shop_dir / "settings"
    (settings / "shop.json").write_bytes(b"{broken")
    ran = old.with_options("--lang", "en").run("ticket", "list")
    (aside,) = settings.glob("shop.json.damaged-*")
    assert ran.exit_code == 0
    assert aside.read_bytes() == b"{broken"
    assert aside.name in ran.stderr
    assert "last good copy" in ran.stderr
    assert old.with_options("--lang", "en").run("ticket", "list").stderr == ""  # said once


# Settings of an older format


def renamed(tables: Tables) -> Tables:
    return {"company": tables.get("old_company", {})}


def counted(tables: Tables) -> Tables:
    return {**tables, "count": {"1": {"value": len(tables)}}}


def test_settings_of_an_older_format_go_through_each_upgrade_and_the_old_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    with SettingsFile(path).change() as tables:
        tables.table("old_company").insert({"name": "BRICO"})
    first = path.read_bytes()
    newer = SettingsFile(path, upgrades=(renamed, counted))
    assert names(newer.read()) == {"company", "count"}
    assert path.read_bytes() == first  # reading writes nothing
    with newer.change() as tables:
        tables.table("company").insert({"name": "BRICO 2"})
    assert json.loads(path.read_bytes())["format"] == 3
    assert (tmp_path / "shop.format-1").read_bytes() == first
    assert names(SettingsFile(path, upgrades=(renamed, counted)).read()) == {"company", "count"}
    written = path.read_bytes()
    with pytest.raises(StorageError) as refused:  # an older program
        SettingsFile(path, upgrades=(renamed,)).read()
    assert refused.value.reason == "too_new"
    assert path.read_bytes() == written


def names(tables: TinyDB) -> set[str]:
    return tables.tables()


def test_the_format_counts_the_upgrades() -> None:
    assert len(UPGRADES) + 1 == FORMAT
