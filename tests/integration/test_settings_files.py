"""The settings files under what happens to files: damage, a full disk, a read-only folder, other programs."""

from __future__ import annotations

import errno
import json
import os
import random
import resource
import shutil
import tempfile
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from backend.adapters.atomic_file import REPLACE_ATTEMPTS, read_patiently, write_atomically
from backend.adapters.stores.settings.database import FORMAT, Recovery, SettingsFile
from backend.adapters.stores.settings.preferences import read_preference, write_preference
from backend.adapters.stores.settings.shop import read_company, write_company
from backend.adapters.stores.settings.store import FolderSettingsStore
from backend.domain.errors import StorageError
from tests.builders import a_company
from tests.store_workers import become_nobody, promises, worker

Damage = Callable[[bytes], bytes]


def flipped(content: bytes) -> bytes:
    place = random.randrange(len(content))
    return content[:place] + bytes([content[place] ^ (1 << random.randrange(8))]) + content[place + 1 :]


DAMAGES: dict[str, Damage] = {
    "empty": lambda content: b"",
    "truncated": lambda content: content[: random.randrange(1, len(content))],
    "zeros": lambda content: bytes(len(content)),
    "old tail": lambda content: content + content[-20:],
    "no UTF-8": lambda content: content.replace(b"BRICO", b"BRI\xff\xfe"),
    "another document": lambda content: b"[]",
    "a name altered": lambda content: content.replace(b"BRICO", b"BRICA"),
}


class Reports(list[Recovery]):
    """What was said of damaged files."""


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def file(tmp_path: Path, reports: Reports) -> SettingsFile:
    return SettingsFile(tmp_path / "shop.json", reports.append)


@pytest.mark.parametrize("damage", list(DAMAGES))
def test_a_damaged_file_is_put_aside_and_the_last_good_copy_takes_its_place(
    damage: str, file: SettingsFile, reports: Reports, tmp_path: Path
) -> None:
    write_company(file, a_company(name="ANCIEN"))
    write_company(file, a_company())
    damaged = DAMAGES[damage]((tmp_path / "shop.json").read_bytes())
    (tmp_path / "shop.json").write_bytes(damaged)
    assert read_company(file) == a_company()
    (recovery,) = reports
    assert recovery.restored
    assert recovery.put_aside
    assert recovery.put_aside.read_bytes() == damaged
    assert FolderSettingsStore(tmp_path).damaged_files() == [recovery.put_aside]
    assert read_company(SettingsFile(tmp_path / "shop.json")) == a_company()


def test_no_single_flipped_bit_goes_unnoticed(file: SettingsFile, reports: Reports, tmp_path: Path) -> None:
    write_company(file, a_company())
    sound = (tmp_path / "shop.json").read_bytes()
    for _ in range(200):
        (tmp_path / "shop.json").write_bytes(flipped(sound))
        assert read_company(file) == a_company()
    assert all(recovery.restored for recovery in reports)
    names = [recovery.put_aside for recovery in reports]
    assert len(names) == len(set(names))  # each under a name of its own


def test_without_a_good_copy_the_settings_start_empty_and_nothing_is_thrown_away(
    file: SettingsFile, reports: Reports, tmp_path: Path
) -> None:
    (tmp_path / "shop.json").write_bytes(b"{")
    (tmp_path / "shop.good").write_bytes(b"[")
    assert read_company(file) is None
    write_company(file, a_company())
    assert read_company(file) == a_company()
    assert [recovery.restored for recovery in reports] == [False]
    assert sorted(path.read_bytes() for path in tmp_path.glob("*.damaged-*")) == [b"[", b"{"]


def test_a_file_that_is_gone_comes_back_from_its_good_copy(
    file: SettingsFile, reports: Reports, tmp_path: Path
) -> None:
    write_company(file, a_company())
    (tmp_path / "shop.json").unlink()
    assert read_company(file) == a_company()
    assert reports == [Recovery("shop.json", None, restored=True)]


def test_a_change_on_a_damaged_file_starts_from_the_good_copy(
    file: SettingsFile, reports: Reports, tmp_path: Path
) -> None:
    write_preference(file, "a", "1")
    (tmp_path / "shop.json").write_bytes(b"")
    write_preference(file, "b", "2")
    assert (read_preference(file, "a"), read_preference(file, "b")) == ("1", "2")
    assert len(reports) == 1


def test_a_file_of_a_later_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    document = json.loads(_content_of_format(FORMAT + 1, tmp_path))
    path.write_text(json.dumps(document), "utf-8")
    before = path.read_bytes()
    for attempt in (read_company, lambda file: write_company(file, a_company())):
        with pytest.raises(StorageError) as caught:
            attempt(SettingsFile(path))
        assert caught.value.reason == "too_new"
    assert path.read_bytes() == before


def test_a_change_by_another_process_is_seen_even_within_one_tick_of_the_clock(tmp_path: Path) -> None:
    here, elsewhere = (SettingsFile(tmp_path / "preferences.json") for _ in range(2))
    for number in range(300):
        write_preference(elsewhere, "n", str(1000 + number))
        assert read_preference(here, "n") == str(1000 + number)


def test_an_unchanged_file_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    write_preference(SettingsFile(path), "n", "1")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    file = SettingsFile(path)
    assert read_preference(file, "n") == "1"
    status = path.stat()
    descriptor = os.open(path, os.O_WRONLY)  # altered behind its time stamp: only a reader of the file would see it
    os.write(descriptor, b"?")
    os.close(descriptor)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert read_preference(file, "n") == "1"


def test_a_save_that_fails_leaves_memory_and_file_as_they_were(file: SettingsFile) -> None:
    write_company(file, a_company())

    def change_and_fail() -> None:
        with file.change() as database:
            database.table("company").truncate()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert read_company(file) == a_company()


def test_a_replacement_refused_for_a_moment_succeeds_in_the_end(tmp_path: Path) -> None:
    path = tmp_path / "file"
    refusals = iter([PermissionError(errno.EACCES, "held by another process")] * 3)

    def replace(source: Path, target: Path) -> None:
        for refusal in refusals:
            raise refusal
        source.replace(target)

    write_atomically(path, b"new", replace=replace)
    assert path.read_bytes() == b"new"


def test_a_replacement_refused_for_good_is_said_and_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    attempts = []

    def replace(source: Path, target: Path) -> None:
        attempts.append(source)
        raise PermissionError(errno.EACCES, "held by another process")

    with pytest.raises(StorageError) as caught:
        write_atomically(path, b"new", replace=replace)
    assert caught.value.reason == "read_only"
    assert len(attempts) == REPLACE_ATTEMPTS
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
    assert read_patiently(path) == b"old"


def test_a_file_keeps_its_rights_when_it_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"1")
    path.chmod(0o640)
    write_atomically(path, b"2")
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    with worker(_save_on_a_full_disk, tmp_path) as (_, told):
        assert promises(told) == ["disk_full", "ANCIEN", "PETIT"]
    assert FolderSettingsStore(tmp_path).company() == a_company(name="PETIT")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop.good", "shop.json", "shop.lock"]


def test_a_read_only_folder_is_said_and_its_settings_can_be_read(open_folder: Path) -> None:
    FolderSettingsStore(open_folder).save_company(a_company())
    open_folder.chmod(0o555)
    with worker(_save_in_a_read_only_folder, open_folder) as (_, told):
        assert promises(told) == ["BRICO", "read_only"]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Give a folder that everybody may enter, as pytest's are not."""
    folder = Path(tempfile.mkdtemp(prefix="facteur-test-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o700)
    shutil.rmtree(folder)


def _content_of_format(version: int, folder: Path) -> bytes:
    """Return what a later version of the program would write."""
    from backend.adapters.stores.settings import database

    document = {"format": version, "sha256": database._check_sum(version, {"x": {}}), "tables": {"x": {}}}
    return json.dumps(document).encode()


def _save_on_a_full_disk(folder: Path, told: Connection) -> None:
    settings = FolderSettingsStore(folder)
    settings.save_company(a_company(name="ANCIEN"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, resource.RLIM_INFINITY))
    try:
        settings.save_company(a_company(footer="x" * 5_000))
    except StorageError as error:
        told.send(error.reason)
    company = settings.company()
    told.send(company.name if company else "")
    settings.save_company(a_company(name="PETIT"))
    company = settings.company()
    told.send(company.name if company else "")


def _save_in_a_read_only_folder(folder: Path, told: Connection) -> None:
    become_nobody()
    settings = FolderSettingsStore(folder)
    company = settings.company()
    told.send(company.name if company else "")
    try:
        settings.save_company(a_company(name="AUTRE"))
    except StorageError as error:
        told.send(error.reason)
