"""Backup and restore killed in the middle: the shop is the old one or the new one, whole, and nothing is lost.

Before each file operation of the replacement once, then at random moments of the commands.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import sys
import time
import zipfile
from pathlib import Path

import pytest

from backend.adapters.stores.backup.replacing import is_interrupted, is_prepared, replace_shop
from backend.bootstrap import open_alone
from backend.usecases.make_backup import make_backup
from backend.usecases.restore_backup import examine_backup, prepare_restore
from tests.builders import NOON
from tests.forked_program import ForkedProgram, after
from tests.import_files import a_ticket_value, json_file
from tests.program import Program
from tests.shop_files import hashes

TRIES = 8
_FILE_OPERATIONS = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir", "open", "shutil.rmtree"})
_KILLED = 99


def tickets_in(shop: Program) -> int:
    assert shop.call("check", "journal").exit_code == 0
    return len(shop.call("ticket", "list", "--json").json["tickets"])


@pytest.fixture
def backup(shop: Program, tmp_path: Path) -> Path:
    """Give a backup with two tickets; the shop has three."""
    with shop.opened() as services:
        file = make_backup(tmp_path / "two.zip", services).path
    more = json_file(shop.folder / "more.json", a_ticket_value(3))
    assert shop.call("ticket", "import", more).exit_code == 0
    return file


def replace_and_die(data_dir: Path, operation: int) -> None:
    """Replace the shop in `data_dir`, and end without a word before the file operation of this number."""
    count = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count
        if event in _FILE_OPERATIONS and any(str(data_dir) in str(argument) for argument in arguments):
            count += 1
            if count == operation:
                os._exit(_KILLED)

    sys.addaudithook(watch)
    replace_shop(data_dir, NOON)
    os._exit(0)


def test_killed_before_any_file_operation_it_is_finished_by_the_next_start(shop: Program, backup: Path) -> None:
    with shop.opened() as services:
        prepare_restore(examine_backup(backup, services).backup.id, services)
    before = hashes(shop.shop_dir)
    prepared = shop.folder / "prepared"
    shutil.copytree(shop.shop_dir, prepared, symlinks=True)
    operation, code, interrupted = 0, _KILLED, 0
    while code == _KILLED:
        operation += 1
        assert operation < 300
        shutil.rmtree(shop.shop_dir)
        shutil.copytree(prepared, shop.shop_dir, symlinks=True)
        child = multiprocessing.get_context("fork").Process(target=replace_and_die, args=(shop.shop_dir, operation))
        child.start()
        child.join(60)
        code = child.exitcode or 0
        interrupted += is_interrupted(shop.shop_dir)
        with shop.opened() as services:  # the next start
            assert services.tickets.check_chain().faults == ()
            assert services.tickets.check_chain().tickets["K1"] == 1
            (aside,) = services.restoring.replaced()
            assert services.settings.damaged_files() == []
        assert hashes(aside.folder) == before
        assert not is_interrupted(shop.shop_dir)
        assert not is_prepared(shop.shop_dir)
    assert code == 0
    assert operation > 20
    assert interrupted > 10


def test_restore_killed_at_random_leaves_the_old_shop_or_the_new_one(shop: Program, backup: Path) -> None:
    before = hashes(shop.shop_dir)
    kept = shop.folder / "kept"
    shutil.copytree(shop.shop_dir, kept)
    outcomes = set()
    with ForkedProgram(shop) as forked:
        began = time.monotonic()
        assert forked.run("restore", backup) == 0
        whole = time.monotonic() - began
        for _ in range(TRIES):
            shutil.rmtree(shop.shop_dir)
            shutil.copytree(kept, shop.shop_dir)
            outcomes.add(forked.run("restore", backup, wait_to_kill=after(random.uniform(0, whole))))
            left = tickets_in(shop)  # the next start goes on where it broke off
            aside = list(shop.shop_dir.glob("replaced-*"))
            assert (left, len(aside)) in {(3, 0), (2, 1)}
            assert hashes(aside[0] if aside else shop.shop_dir) == before
    assert outcomes <= {-9, 0}
    assert -9 in outcomes


def test_backup_killed_at_random_leaves_a_whole_file_or_none(shop: Program, tmp_path: Path) -> None:
    before, outcomes = hashes(shop.shop_dir), set()
    with ForkedProgram(shop) as forked:
        began = time.monotonic()
        assert forked.run("backup", tmp_path / "first.zip") == 0
        whole = time.monotonic() - began
        for turn in range(TRIES):
            file = tmp_path / f"{turn}.zip"
            outcomes.add(forked.run("backup", file, wait_to_kill=after(random.uniform(0, whole))))
            if file.exists():
                with zipfile.ZipFile(file) as packed:
                    assert packed.testzip() is None
                with open_alone(shop.data_dir, training=False) as services:
                    assert examine_backup(file, services).backup.contents.ticket_count == 2
                    services.restoring.cancel()
    assert hashes(shop.shop_dir) == before
    assert outcomes <= {-9, 0}
    assert -9 in outcomes
    assert shop.call("backup", tmp_path / "last.zip").exit_code == 0  # what a killed one left is in nobody's way
    assert [path.name for path in (shop.shop_dir / "backups").iterdir()] == []
