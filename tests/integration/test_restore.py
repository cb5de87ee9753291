"""`restore`: the shop as the backup holds it, what was there put aside."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tinydb import Query

from backend.adapters.stores.settings.database import SettingsFile
from backend.domain.backup import BackupFileError
from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import MailState
from backend.domain.sender_profile import SendingMode
from backend.usecases.restore_backup import examine_backup, prepare_restore
from tests.builders import NOON, a_company, a_mail, a_sender
from tests.import_files import a_ticket_value, json_file
from tests.program import Program, set_tested_sender
from tests.shop_files import hashes


def import_ticket(shop: Program, number: int) -> None:
    assert shop.call("ticket", "import", json_file(shop.folder / "more.json", a_ticket_value(number))).exit_code == 0


def count_tickets(shop: Program) -> int:
    return len(shop.call("ticket", "list", "--json").json["tickets"])


@pytest.fixture
def backup(shop: Program, tmp_path: Path) -> Path:
    """Give a backup of the shop with its two tickets; then a third is recorded and the company renamed."""
    with shop.opened() as services:
        services.settings.save_company(a_company(name="Before"))
    file = tmp_path / "shop.zip"
    assert shop.call("backup", file).exit_code == 0
    import_ticket(shop, 3)
    with shop.opened() as services:
        services.settings.save_company(a_company(name="After"))
    return file


def test_the_shop_is_as_in_the_backup_and_what_was_there_is_kept(shop: Program, backup: Path) -> None:
    before = hashes(shop.shop_dir)
    ran = shop.run("restore", backup, "--json")
    assert (ran.exit_code, ran.json["status"], ran.stderr) == (0, "restored", ""), ran
    assert ran.json["backup"]["tickets"]["K1"] == 1
    assert ran.json["lost"] == [{"till": "K1", "first": 2, "last": 2}]
    assert count_tickets(shop) == 2
    assert shop.call("check", "journal").exit_code == 0
    with shop.opened() as services:
        company = services.settings.company()
        assert company
        assert company.name == "Before"
        (aside,) = services.restoring.replaced()
    assert aside.folder.stat().st_mode & 0o077 == 0
    assert hashes(aside.folder) == before
    assert not (shop.shop_dir / "restoring").exists()
    log = (shop.shop_dir / "logs" / "facteur.log").read_text("utf-8")
    assert f"what was there before is in {aside.folder.name}" in log


def test_a_preview_says_what_would_be_lost_and_changes_nothing(shop: Program, backup: Path) -> None:
    before = hashes(shop.shop_dir)
    ran = shop.with_options("--lang", "en").call("restore", backup, "--preview")
    assert ran.exit_code == 0
    assert "In the backup: Before, 2 tickets" in ran.stdout
    assert "In the shop until now: After, 3 tickets" in ran.stdout
    assert "Till K1: the last ticket is not in the backup" in ran.stdout
    assert hashes(shop.shop_dir) == before
    assert not list((shop.shop_dir / "restoring").iterdir())


def test_a_shop_that_another_program_has_open_is_left_alone(shop: Program, backup: Path) -> None:
    before = hashes(shop.shop_dir)
    with shop.opened():
        ran = shop.run("restore", backup, "--json")
    assert (ran.exit_code, ran.json["cause"]) == (1, "storage")
    assert "Un autre Facteur est ouvert" in ran.json["message"]
    assert hashes(shop.shop_dir) == before


def test_it_fills_an_empty_folder_on_another_pc(shop: Program, backup: Path, tmp_path: Path) -> None:
    set_tested_sender(shop, 587, password="grenouille")
    (tmp_path / "other").mkdir()
    other = Program(tmp_path / "other")
    assert shop.call("backup", tmp_path / "second.zip").exit_code == 0
    assert other.run("restore", tmp_path / "second.zip").exit_code == 0
    assert count_tickets(other) == 3
    with other.opened() as services:
        sender = services.settings.sender_profile("DUPOND")
        assert sender
        assert not sender.gate_is_open
        assert sender.host == "127.0.0.1"


def test_gates_stay_open_only_where_exactly_these_settings_are_in_force(shop: Program, tmp_path: Path) -> None:
    tested = {name: a_sender(name, host="smtp.example").tested(NOON) for name in ("SAME", "MOVED", "CLOSED", "GONE")}
    tested["CLIENT"] = a_sender("CLIENT", mode=SendingMode.MAIL_CLIENT).tested(NOON)
    with shop.opened() as services:
        for sender in tested.values():
            services.settings.save_sender_profile(sender)
    assert shop.call("backup", tmp_path / "shop.zip").exit_code == 0
    with shop.opened() as services:
        services.settings.save_sender_profile(replace(tested["MOVED"], host="smtp.other.example").tested(NOON))
        services.settings.save_sender_profile(tested["CLOSED"].not_working())
    with SettingsFile(shop.shop_dir / "settings" / "sender_profiles.json").change() as tables:
        for name in tables.tables():
            tables.table(name).remove(Query().user == "GONE")
    assert shop.call("restore", tmp_path / "shop.zip").exit_code == 0
    with shop.opened() as services:
        open_gates = {sender.user for sender in services.settings.sender_profiles() if sender.gate_is_open}
    assert open_gates == {"SAME", "CLIENT"}


def test_waiting_mails_are_said_and_put_aside_with_the_records(shop: Program, backup: Path) -> None:
    with shop.opened() as services:
        services.outbox.save(
            a_mail(recipients=("a@x.example",), state=MailState.DEFERRED, mail_cause=MailCause.CONNECTION_REFUSED)
        )
    ran = shop.with_options("--lang", "en").call("restore", backup)
    assert "1 mail that has not left is put aside" in ran.stdout
    with shop.opened() as services:
        assert services.outbox.waiting(MailState) == []
        (aside,) = services.restoring.replaced()
    with closing(sqlite3.connect(aside.folder / "records.sqlite3")) as old:
        assert old.execute("SELECT count(*) FROM outbox WHERE sealed IS NOT NULL").fetchone() == (1,)


def test_a_damaged_database_is_put_aside_by_a_restore(shop: Program, backup: Path) -> None:
    records = shop.shop_dir / "records.sqlite3"
    damaged = b"no longer a database " * 500
    records.write_bytes(damaged)
    listed = shop.call("ticket", "list", "--json")
    assert (listed.exit_code, listed.json["cause"]) == (1, "storage")
    assert "records.sqlite3" in listed.json["message"]
    assert records.read_bytes() == damaged
    ran = shop.call("restore", backup, "--json")
    assert (ran.exit_code, ran.json["replaced"]) == (0, None)
    assert count_tickets(shop) == 2
    (aside,) = shop.shop_dir.glob("replaced-*")
    assert (aside / "records.sqlite3").read_bytes() == damaged


def test_what_the_window_prepares_is_restored_at_the_next_start_of_the_last_program(
    shop: Program, backup: Path
) -> None:
    with shop.opened() as window:
        looked = examine_backup(backup, window)
        with pytest.raises(BackupFileError, match="changed"):
            prepare_restore("another", window)
        prepare_restore(looked.backup.id, window)
        with pytest.raises(BackupFileError, match="waiting"):
            examine_backup(backup, window)
        with shop.opened() as second:  # the window is still open: not yet
            assert second.restoring.prepared() == looked.backup
            assert count_tickets(shop) == 3
    with shop.opened() as services:
        assert services.restoring.prepared() is None
    assert count_tickets(shop) == 2


def test_a_restore_that_was_dropped_never_happens(shop: Program, backup: Path) -> None:
    with shop.opened() as window:
        prepare_restore(examine_backup(backup, window).backup.id, window)
        window.restoring.cancel()
    assert count_tickets(shop) == 3
