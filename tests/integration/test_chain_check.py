"""Whatever is altered behind the program's back in the tickets, the check names the first broken one."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from backend.adapters.stores.records.chain_check import GAPS_MAX
from backend.adapters.stores.records.database import RecordsDatabase
from backend.adapters.stores.records.shop import SqlShopStore
from backend.adapters.stores.records.tickets import SqlTicketStore
from backend.domain.ticket import ChainFault
from backend.domain.ticket_chain import FIRST_LINK, canonical_json, link
from tests.builders import a_foreign_till, a_ticket, a_till

COUNT = 5


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.db"


@pytest.fixture
def tickets(path: Path) -> Iterator[SqlTicketStore]:
    database = RecordsDatabase(path)
    SqlShopStore(database).save([a_till("C1"), a_till("C2"), a_foreign_till("F1")])
    store = SqlTicketStore(database)
    for _ in range(COUNT):
        store.record(a_ticket("C1"))
        store.record(a_ticket("C2"))
    store.add_imported([a_ticket("F1", number) for number in (10, 12, 11, 14)])
    yield store
    database.close()


def tamper(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as plain, plain:
        for change in ("update", "delete"):
            plain.execute(f"DROP TRIGGER IF EXISTS tickets_no_{change}")
        plain.execute(statement, values)


@pytest.mark.parametrize(
    ("statement", "position", "reason"),
    [
        ("UPDATE tickets SET content = replace(content, '1250', '125') WHERE {third}", 3, "content"),
        ("UPDATE tickets SET content = 'x' WHERE {third}", 3, "content"),
        ("UPDATE tickets SET content = '{{}}' WHERE {third}", 3, "content"),
        ("UPDATE tickets SET content_sha256 = chain_sha256 WHERE {third}", 3, "content"),
        ("UPDATE tickets SET chain_sha256 = content_sha256 WHERE {third}", 3, "link"),
        ("UPDATE tickets SET previous_sha256 = content_sha256 WHERE {third}", 3, "link"),
        ("UPDATE tickets SET gross_total = 1 WHERE {third}", 3, "index"),
        ("UPDATE tickets SET customer_name = 'X' WHERE {third}", 3, "index"),
        ("UPDATE tickets SET cashier_name = 'X' WHERE {third}", 3, "index"),
        ("UPDATE tickets SET search_text = '' WHERE {third}", 3, "index"),
        ("UPDATE tickets SET kind = 'credit' WHERE {third}", 3, "index"),
        ("UPDATE tickets SET issued_at = '2020-01-01T00:00:00+01:00' WHERE {third}", 3, "index"),
        ("UPDATE tickets SET issued_at_utc = '2020-01-01T00:00:00+00:00' WHERE {third}", 3, "index"),
        ("UPDATE tickets SET reference = 'X' WHERE {third}", 3, "index"),
        ("UPDATE tickets SET number = 99 WHERE {third}", 3, "index"),
        ("UPDATE tickets SET position = 99 WHERE {third}", 3, "gap"),
        ("DELETE FROM tickets WHERE {third}", 3, "gap"),
        ("DELETE FROM tickets WHERE till_code = 'C1' AND number = 5", 5, "head"),
        ("DELETE FROM tickets WHERE till_code = 'C1'", 1, "head"),
        ("UPDATE tills SET last_number = 9 WHERE code = 'C1'", 6, "head"),
        ("UPDATE tills SET last_position = 4 WHERE code = 'C1'", 6, "head"),
        ("UPDATE tills SET last_chain_sha256 = '{first_link}' WHERE code = 'C1'", 6, "head"),
    ],
)
def test_what_was_altered_is_named(
    path: Path, tickets: SqlTicketStore, statement: str, position: int, reason: str
) -> None:
    tamper(path, statement.format(third="till_code = 'C1' AND number = 3", first_link=FIRST_LINK))
    report = tickets.check_chain()
    (fault,) = report.faults
    assert (fault.till_code, fault.position, fault.reason) == ("C1", position, reason)
    assert report.tickets == {"C1": position - 1, "C2": COUNT, "F1": 4}


def test_content_altered_together_with_its_hash_breaks_the_chain(path: Path, tickets: SqlTicketStore) -> None:
    forged = link(a_ticket("C1", 3, cashier_name="X"), position=3, previous_sha256=FIRST_LINK)
    change = "UPDATE tickets SET content = ?, content_sha256 = ?, cashier_name = 'X'"
    content = canonical_json(forged.ticket)
    tamper(path, f"{change} WHERE till_code = 'C1' AND number = 3", content, forged.content_sha256)
    assert tickets.check_chain().faults == (ChainFault("C1", 3, "C1-3", "link"),)


def test_two_tickets_that_changed_places_are_found(path: Path, tickets: SqlTicketStore) -> None:
    for before, after in ((1, 901), (2, 1), (901, 2)):
        tamper(path, "UPDATE tickets SET position = ? WHERE till_code = 'C1' AND position = ?", after, before)
    assert tickets.check_chain().faults == (ChainFault("C1", 1, "C1-2", "gap"),)


def test_a_missing_end_is_named_by_the_number_that_should_stand_there(path: Path, tickets: SqlTicketStore) -> None:
    tamper(path, "DELETE FROM tickets WHERE till_code = 'C1' AND number > 3")
    assert tickets.check_chain().faults == (ChainFault("C1", 4, "C1-4", "head"),)


def test_faults_of_several_tills_are_all_named(path: Path, tickets: SqlTicketStore) -> None:
    tamper(path, "UPDATE tickets SET content = 'x' WHERE position = 2")
    faults = tickets.check_chain().faults
    assert [(fault.number, fault.reason) for fault in faults] == [
        ("C1-2", "content"),
        ("C2-2", "content"),
        ("F1-12", "content"),
    ]


def test_an_additional_field_in_the_content_is_found(path: Path, tickets: SqlTicketStore) -> None:
    with closing(sqlite3.connect(path)) as plain:
        (content,) = plain.execute("SELECT content FROM tickets WHERE till_code = 'C1' AND number = 3").fetchone()
    more = json.dumps({**json.loads(content), "more": 1})
    digest = hashlib.sha256(more.encode()).hexdigest()
    change = "UPDATE tickets SET content = ?, content_sha256 = ?"
    tamper(path, f"{change} WHERE till_code = 'C1' AND number = 3", more, digest)
    assert [fault.reason for fault in tickets.check_chain().faults] == ["content"]


def test_numbers_that_a_foreign_till_never_sent_are_no_fault(tickets: SqlTicketStore) -> None:
    report = tickets.check_chain()
    assert (report.faults, report.gaps) == ((), {"F1": (13,)})


def test_a_wrong_number_far_ahead_does_not_fill_the_report(tickets: SqlTicketStore) -> None:
    tickets.add_imported([a_ticket("F1", 10**11)])
    gaps = tickets.check_chain().gaps["F1"]
    assert (len(gaps), gaps[:2]) == (GAPS_MAX, (13, 15))
