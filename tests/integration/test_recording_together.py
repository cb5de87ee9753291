"""Threads and processes record on one till at once; and a byte that changes behind the program's back is named."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

from backend.adapters.stores.records.database import RecordsDatabase
from backend.adapters.stores.records.shop import SqlShopStore
from backend.adapters.stores.records.tickets import SqlTicketStore
from tests.builders import a_ticket, a_till
from tests.store_workers import promises, record_tickets, worker

if TYPE_CHECKING:
    from pathlib import Path

THREADS, BY_EACH_THREAD = 20, 25
BY_EACH_PROCESS = 500  # three of them, and the threads: 2,000


def test_20_threads_and_3_processes_record_2000_tickets_without_gap_or_double(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    database = RecordsDatabase(path, busy_timeout_s=120)
    SqlShopStore(database).save([a_till("C1")])
    store = SqlTicketStore(database)
    told: list[int] = []

    def record() -> None:
        told.extend(store.record(a_ticket("C1")).ticket.number for _ in range(BY_EACH_THREAD))

    with (
        worker(record_tickets, path, "C1", BY_EACH_PROCESS) as (_, first),
        worker(record_tickets, path, "C1", BY_EACH_PROCESS) as (_, second),
        worker(record_tickets, path, "C1", BY_EACH_PROCESS) as (_, third),
    ):
        threads = [threading.Thread(target=record) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        told += promises(first) + promises(second) + promises(third)
    assert sorted(told) == list(range(1, 2001))
    report = store.check_chain()
    assert (report.tickets, report.faults) == ({"C1": 2000}, ())
    database.close()


def test_one_changed_byte_of_the_database_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    database = RecordsDatabase(path)
    SqlShopStore(database).save([a_till("C1")])
    store = SqlTicketStore(database)
    for number in range(1, 8):
        store.record(a_ticket("C1", reference=f"marked-{number}"))
    database.close()
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = path.read_bytes()
    place = raw.index(b'"reference":"marked-5"') + len(b'"reference":"m')
    path.write_bytes(raw[:place] + b"A" + raw[place + 1 :])
    (fault,) = SqlTicketStore(RecordsDatabase(path)).check_chain().faults
    assert (fault.till_code, fault.position, fault.reason) == ("C1", 5, "content")
