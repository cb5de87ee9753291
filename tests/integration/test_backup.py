"""`backup` while the program works: whole, and without what must not be kept."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import zipfile
from contextlib import closing
from pathlib import Path

from backend.adapters.stores.records.schema import VERSIONS
from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import MailState
from backend.usecases.make_backup import make_daily_backup
from tests.builders import a_logo, a_mail
from tests.import_files import a_ticket_value, json_file
from tests.program import Program, set_tested_sender
from tests.servers.ports import closed_port

ADDRESS = "zelda.quignard@vergessen.example"
PASSWORD = "grenouille-4711"


def with_waiting_mail(shop: Program) -> bytes:
    """Queue a mail to ADDRESS from behind, with a password in the secrets; return what is sealed."""
    set_tested_sender(shop, closed_port(), password=PASSWORD)
    with shop.opened() as services:
        services.outbox.save(
            a_mail(recipients=(ADDRESS,), state=MailState.DEFERRED, mail_cause=MailCause.CONNECTION_REFUSED)
        )
    with closing(sqlite3.connect(shop.shop_dir / "records.sqlite3")) as records:
        (sealed,) = records.execute("SELECT sealed FROM outbox WHERE sealed IS NOT NULL").fetchone()
    assert isinstance(sealed, bytes)
    return sealed


def unpacked(file: Path, folder: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as packed:
        packed.extractall(folder)
        return {name: packed.read(name) for name in packed.namelist()}


def test_a_backup_holds_records_and_settings_and_says_what_is_missing(shop: Program, tmp_path: Path) -> None:
    with_waiting_mail(shop)
    made = shop.call("backup", tmp_path / "shop.zip", "--json")
    assert (made.exit_code, made.json["mails_left_out"]) == (0, 1), made
    contents = unpacked(tmp_path / "shop.zip", tmp_path / "out")
    manifest = json.loads(contents.pop("manifest.json"))
    assert manifest["schema"] == VERSIONS[-1]
    assert manifest["files"] == {
        name: [hashlib.sha256(content).hexdigest(), len(content)] for name, content in contents.items()
    }
    assert {"records.sqlite3", "settings/shop.json", "settings/sender_profiles.json", "settings/users.json"} <= {
        *contents
    }
    assert {name.partition("/")[0] for name in contents} == {"records.sqlite3", "settings"}
    with closing(sqlite3.connect(tmp_path / "out" / "records.sqlite3")) as records:
        assert records.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert records.execute("SELECT count(*) FROM tickets").fetchone() == (2,)
        assert records.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
    assert not list((shop.shop_dir / "backups").iterdir())


def test_the_logos_of_the_shop_are_in_it(shop: Program, tmp_path: Path) -> None:
    with shop.opened() as services:
        services.logos.save(a_logo())
    assert shop.call("backup", tmp_path / "shop.zip").exit_code == 0
    contents = unpacked(tmp_path / "shop.zip", tmp_path / "out")
    assert contents[f"logos/{a_logo().sha256}.png"] == a_logo().png
    assert f"logos/{a_logo().sha256}.png" in json.loads(contents["manifest.json"])["files"]


def test_neither_addresses_nor_secrets_nor_keys_are_in_it(shop: Program, tmp_path: Path) -> None:
    sealed = with_waiting_mail(shop)
    with shop.opened() as other:  # what is written now stands in a side file of SQLite as well
        other.outbox.save(a_mail("b" * 32, recipients=(ADDRESS,), state=MailState.QUEUED))
        assert any(sealed[-40:] in path.read_bytes() for path in shop.shop_dir.glob("records.sqlite3*"))
        assert shop.call("backup", tmp_path / "shop.zip").exit_code == 0
    contents = b"".join(unpacked(tmp_path / "shop.zip", tmp_path / "out").values())
    secret_files = [path.read_bytes() for path in shop.shop_dir.glob("secrets*") if path.is_file()]
    forbidden = [ADDRESS.encode(), b"zelda.quignard", PASSWORD.encode(), sealed[-40:], *filter(None, secret_files)]
    assert len(forbidden) > 5
    assert [one for one in forbidden if one in contents] == []


def test_a_backup_is_consistent_while_tickets_are_recorded(shop: Program, tmp_path: Path) -> None:
    stopping = threading.Event()
    imported: list[int] = []
    failures: list[object] = []

    def import_tickets() -> None:
        number = 2
        while not stopping.is_set():
            file = json_file(tmp_path / "more.json", [a_ticket_value(number=number)])
            ran = shop.run("ticket", "import", file)
            if ran.exit_code:
                failures.append(ran)
            else:
                imported.append(number)
            number += 1

    thread = threading.Thread(target=import_tickets)
    thread.start()
    try:
        for turn in range(4):
            assert shop.call("backup", tmp_path / f"{turn}.zip").exit_code == 0
    finally:
        stopping.set()
        thread.join()
    assert failures == []
    assert imported
    for turn in range(4):
        data_dir = tmp_path / f"copy{turn}" / "data"
        unpacked(tmp_path / f"{turn}.zip", data_dir)
        assert Program(data_dir.parent).call("check", "journal").exit_code == 0


def test_an_existing_file_a_missing_folder_and_a_folder_are_refused(shop: Program, tmp_path: Path) -> None:
    taken = tmp_path / "taken.zip"
    taken.write_bytes(b"a letter")
    refused = shop.call("backup", taken, "--json")
    assert (refused.exit_code, refused.json["cause"]) == (1, "storage")
    assert str(taken) in refused.json["message"]
    assert taken.read_bytes() == b"a letter"
    assert shop.call("backup", tmp_path / "nowhere" / "shop.zip").exit_code == 1
    assert shop.call("backup", tmp_path).exit_code == 2
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_the_daily_backup_lies_in_the_shop_once_a_day(shop: Program) -> None:
    with shop.opened() as services:
        made = make_daily_backup(services)
        assert made
        assert made.path.parent == shop.shop_dir / "backups"
        assert made.path.stat().st_mode & 0o077 == 0
        assert make_daily_backup(services) is None
        assert [backup.path for backup in services.backups.automatic()] == [made.path]
