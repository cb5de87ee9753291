"""Several processes work on one data folder; some of them die in the middle."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.adapters.stores.records.database import RecordsDatabase
from backend.adapters.stores.records.shop import SqlShopStore
from backend.adapters.stores.records.tickets import SqlTicketStore
from backend.adapters.stores.settings.store import FolderSettingsStore
from backend.domain.ticket import TicketNumber, TicketQuery
from tests.builders import a_till
from tests.store_workers import (
    kill_at,
    kill_at_work,
    list_tickets,
    open_records,
    promises,
    record_tickets,
    save_preferences,
    worker,
)

KILLS = 50


@pytest.fixture
def records(tmp_path: Path) -> Iterator[RecordsDatabase]:
    database = RecordsDatabase(tmp_path / "records.db")
    SqlShopStore(database).save([a_till("C1")])
    yield database
    database.close()


def numbers_of(database: RecordsDatabase) -> list[int]:
    found = SqlTicketStore(database).search(TicketQuery(limit=100_000))
    return sorted(summary.key.number for summary in found)


def test_two_processes_record_on_one_till_while_a_third_lists(tmp_path: Path, records: RecordsDatabase) -> None:
    path = tmp_path / "records.db"
    with (
        worker(list_tickets, path, 400) as (_, looks),
        worker(record_tickets, path, "C1", 200) as (_, first),
        worker(record_tickets, path, "C1", 200) as (_, second),
    ):
        told_first, told_second, told_looks = promises(first), promises(second), promises(looks)
    assert len(told_first) == len(told_second) == 200
    assert told_first == sorted(told_first)
    assert sorted(told_first + told_second) == list(range(1, 401))
    assert told_looks
    assert all(look == (True, ()) for look in told_looks)
    report = SqlTicketStore(records).check_chain()
    assert (report.tickets, report.faults) == ({"C1": 400}, ())


def test_no_promised_ticket_is_lost_when_processes_are_killed(tmp_path: Path, records: RecordsDatabase) -> None:
    path = tmp_path / "records.db"
    store = SqlTicketStore(records)
    promised: list[int] = []
    for kill in range(KILLS):
        with (
            worker(record_tickets, path, "C1", 100_000) as (killed, first),
            worker(record_tickets, path, "C1", 20) as (_, second),
        ):
            kill_at_work(killed, first, within_s=0.1)
            promised += promises(first) + promises(second)
        if kill % 10 == 9:
            assert store.check_chain().faults == ()
    numbers = numbers_of(records)
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(promised) == len(set(promised)) > KILLS * 20
    assert set(promised) <= set(numbers)
    assert len(numbers) - len(promised) <= KILLS  # at most the one that each had in hand
    assert store.find(TicketNumber("C1", promised[-1])).ticket.number == promised[-1]


def test_processes_that_start_at_once_make_the_records_once(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    with (
        worker(open_records, path) as (_, first),
        worker(open_records, path) as (_, second),
        worker(open_records, path) as (_, third),
    ):
        assert [promises(told) for told in (first, second, third)] == [[0], [0], [0]]


def test_a_process_killed_while_it_makes_the_records_leaves_them_to_the_next(tmp_path: Path) -> None:
    for attempt in range(8):
        path = tmp_path / f"records{attempt}.db"
        with worker(open_records, path) as (process, told):
            kill_at(process, random.uniform(0.0, 0.2))
            promises(told)
        database = RecordsDatabase(path)
        SqlShopStore(database).save([a_till("C1")])
        assert SqlTicketStore(database).check_chain().tickets == {"C1": 0}
        database.close()


def test_two_processes_save_settings_and_none_is_lost(tmp_path: Path) -> None:
    with (
        worker(save_preferences, tmp_path, "a", 60) as (_, first),
        worker(save_preferences, tmp_path, "b", 60) as (_, second),
    ):
        assert promises(first) == promises(second) == list(range(60))
    settings = FolderSettingsStore(tmp_path)
    kept = {name: [settings.preference(f"{name}-{number}") for number in range(10)] for name in "ab"}
    last = [str(number) for number in range(50, 60)]
    assert kept == {"a": last, "b": last}
    assert settings.damaged_files() == []


def test_no_promised_setting_is_lost_when_processes_are_killed(tmp_path: Path) -> None:
    settings = FolderSettingsStore(tmp_path)
    count = 0
    for attempt in range(KILLS):
        with worker(save_preferences, tmp_path, f"k{attempt}", 100_000) as (process, told):
            kill_at_work(process, told, within_s=0.1)
            promised = promises(told)
        count += len(promised)
        for number in promised[-10:]:
            kept = settings.preference(f"k{attempt}-{number % 10}")
            assert int(kept) in {number, promised[-1] + 1}
    assert settings.damaged_files() == []
    assert count > KILLS
