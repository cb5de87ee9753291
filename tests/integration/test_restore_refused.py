"""A file that is no sound backup is refused with its reason, and nothing of the shop has moved."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from backend.adapters.stores.settings import database
from backend.domain.backup import BackupFileError
from backend.usecases.restore_backup import examine_backup
from tests.builders import a_company
from tests.program import Program
from tests.shop_files import hashes

Parts = dict[str, bytes]


@pytest.fixture
def backup(shop: Program, tmp_path: Path) -> Path:
    """Give a backup of the shop with its two tickets and its company."""
    with shop.opened() as services:
        services.settings.save_company(a_company())
    file = tmp_path / "shop.zip"
    assert shop.call("backup", file).exit_code == 0
    return file


def with_manifest(change: Callable[[dict[str, object]], object]) -> Callable[[Parts], None]:
    def changed(parts: Parts) -> None:
        manifest = json.loads(parts["manifest.json"])
        change(manifest)
        parts["manifest.json"] = json.dumps(manifest).encode()

    return changed


def listed_anew(parts: Parts) -> Parts:
    """Let the manifest agree with the parts: whoever makes a backup by hand can do that."""
    manifest = json.loads(parts.pop("manifest.json"))
    manifest["files"] = {name: [sha256(content).hexdigest(), len(content)] for name, content in parts.items()}
    parts["manifest.json"] = json.dumps(manifest).encode()
    return parts


def with_file(name: str, content: bytes) -> Callable[[Parts], None]:
    def changed(parts: Parts) -> None:
        parts[name] = content
        listed_anew(parts)

    return changed


def with_records(*statements: str) -> Callable[[Parts, Path], None]:
    def changed(parts: Parts, folder: Path) -> None:
        path = folder / "changed.sqlite3"
        path.write_bytes(parts["records.sqlite3"])
        with closing(sqlite3.connect(path)) as records:
            for statement in statements:
                records.execute(statement)
            records.commit()
        parts["records.sqlite3"] = path.read_bytes()
        listed_anew(parts)

    return changed


def test_settings_of_a_later_version_are_refused(shop: Program, backup: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(backup) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    tables: dict[str, dict[str, object]] = {}
    document = {"format": 99, "sha256": database._check_sum(99, tables), "tables": tables}
    parts["settings/shop.json"] = json.dumps(document).encode()
    listed_anew(parts)
    assert reason_of(shop, parts, tmp_path) == "too_new"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda parts: parts.pop("manifest.json"), "not_a_backup"),
        (lambda parts: parts.update({"manifest.json": b"[]"}), "not_a_backup"),
        (lambda parts: parts.update({"manifest.json": b"{" * 5_000_000}), "not_a_backup"),
        (with_manifest(lambda m: m.update(format=2)), "too_new"),
        (with_manifest(lambda m: m.pop("made_at")), "not_a_backup"),
        (with_manifest(lambda m: m.update(made_at="yesterday")), "damaged"),
        (lambda parts: parts.pop("settings/shop.json"), "damaged"),
        (lambda parts: parts.update({"settings/shop.json": b"{}"}), "damaged"),
        (lambda parts: parts.update({"settings/more.json": b"{}"}), "damaged"),
        (with_file("settings/../../out.json", b"{}"), "not_a_backup"),
        (with_file("/etc/out.json", b"{}"), "not_a_backup"),
        (with_file("secrets.json", b"{}"), "not_a_backup"),
        (with_file("settings/shop.json", b"{}"), "damaged"),
        (lambda parts: parts.pop("records.sqlite3") and listed_anew(parts), "damaged"),
        (with_file("records.sqlite3", b"SQLite? " * 999), "damaged"),
    ],
)
def test_a_file_that_is_no_sound_backup_is_refused(
    shop: Program, backup: Path, tmp_path: Path, change: Callable[[Parts], object], reason: str
) -> None:
    with zipfile.ZipFile(backup) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    change(parts)
    assert reason_of(shop, parts, tmp_path) == reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (with_records("UPDATE alembic_version SET version_num = '9999'"), "too_new"),
        (with_records("DROP TRIGGER tickets_no_update", "UPDATE tickets SET gross_total = 1"), "journal"),
        (with_records("DROP TRIGGER tickets_no_delete", "DELETE FROM tickets"), "journal"),
    ],
)
def test_records_that_do_not_prove_themselves_are_refused(
    shop: Program, backup: Path, tmp_path: Path, change: Callable[[Parts, Path], None], reason: str
) -> None:
    with zipfile.ZipFile(backup) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    change(parts, tmp_path)
    assert reason_of(shop, parts, tmp_path) == reason


def reason_of(shop: Program, parts: Parts, folder: Path) -> str:
    """Try to restore these parts; return the reason of the refusal."""
    changed = folder / "changed.zip"
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return refusal_of(shop, changed)


def refusal_of(shop: Program, changed: Path) -> str:
    """Try to restore a file; hold that nothing of the shop changed, and return the reason of the refusal."""
    before = hashes(shop.shop_dir)
    with shop.opened() as services, pytest.raises(BackupFileError) as refused:
        examine_backup(changed, services)
    assert hashes(shop.shop_dir) == before
    assert not (shop.shop_dir / "restoring").exists()
    return refused.value.reason


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (6, 99, "not_a_backup"),  # the version of zip that unpacks it
        (8, 0x1, "damaged"),  # encrypted
        (8, 0x20, "damaged"),  # a patch of another file
        (10, zipfile.ZIP_LZMA, "damaged"),
        (10, 97, "damaged"),  # a method that nobody knows
        (46, 0x80, "damaged"),  # the first letter of its name
    ],
)
def test_a_list_of_contents_in_which_one_byte_is_wrong_is_refused(
    shop: Program, backup: Path, place: int, value: int, reason: str
) -> None:
    content = bytearray(backup.read_bytes())
    with zipfile.ZipFile(backup) as packed:
        last_entry = content.rindex(b"PK\x01\x02", packed.start_dir)
    content[last_entry + place] = value
    backup.write_bytes(content)
    assert refusal_of(shop, backup) == reason


def test_a_name_or_a_place_that_no_file_can_have_is_refused(shop: Program, backup: Path) -> None:
    content = bytearray(backup.read_bytes())
    with zipfile.ZipFile(backup) as packed:
        entry = packed.start_dir
    content[entry + 8 : entry + 10] = (0x800).to_bytes(2, "little")  # its name is UTF-8
    content[entry + 46] = 0xFF
    backup.write_bytes(content)
    assert refusal_of(shop, backup) == "not_a_backup"


def test_a_cut_or_altered_file_is_refused_on_the_command_line(shop: Program, backup: Path, tmp_path: Path) -> None:
    before = hashes(shop.shop_dir)
    content = backup.read_bytes()
    for number, broken in enumerate((b"", b"hello", content[:-400], content[:3000] + b"\0" * 9 + content[3009:])):
        file = tmp_path / f"broken{number}.zip"
        file.write_bytes(broken)
        ran = shop.call("restore", file, "--json")
        assert (ran.exit_code, ran.json["cause"]) == (1, "backup_file"), ran
        assert file.name in ran.json["message"]
    assert hashes(shop.shop_dir) == before
    assert shop.call("restore", tmp_path / "nowhere.zip").exit_code == 2
