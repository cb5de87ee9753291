from __future__ import annotations

from datetime import timedelta

from tests.builders import NOON, SHA_OF_NOTHING, a_journal_entry
from tests.contract.conftest import Stores


def test_entries_of_a_ticket_come_oldest_first(stores: Stores) -> None:
    entries = [
        a_journal_entry(event="deferred", mail_cause="server_busy", reply="451 …@… later"),
        a_journal_entry(at=NOON + timedelta(minutes=5), reprint=1, recipient_count=2),
    ]
    for entry in (entries[0], a_journal_entry("C1-5"), entries[1]):
        stores.journal.append(entry)
    assert stores.journal.entries("C1-4") == entries
    assert stores.journal.entries("C1-6") == []


def test_entries_of_several_tickets_come_together_oldest_first(stores: Stores) -> None:
    for key in ("C1-4", "C1-5", "C1-6", "C1-4"):
        stores.journal.append(a_journal_entry(key))
    assert [entry.ticket_key for entry in stores.journal.entries_of({"C1-4", "C1-6"})] == ["C1-4", "C1-6", "C1-4"]
    assert stores.journal.entries_of([]) == []


def test_the_latest_entries_come_newest_first_even_where_the_clock_went_back(stores: Stores) -> None:
    for hours in (3, 2, 1):
        stores.journal.append(a_journal_entry(f"C1-{hours}", at=NOON + timedelta(hours=hours)))
    assert [entry.ticket_key for entry in stores.journal.latest(2)] == ["C1-1", "C1-2"]


def test_what_came_since_a_moment_comes_oldest_first(stores: Stores) -> None:
    assert stores.journal.since(NOON) == []
    for key, hours in (("C1-1", -48), ("C1-2", -1), ("C1-3", 0), ("C1-4", 1)):
        stores.journal.append(a_journal_entry(key, at=NOON + timedelta(hours=hours)))
    assert [entry.ticket_key for entry in stores.journal.since(NOON)] == ["C1-3", "C1-4"]
    assert [entry.ticket_key for entry in stores.journal.since(NOON - timedelta(days=9))] == [
        f"C1-{number}" for number in (1, 2, 3, 4)
    ]


def test_the_entries_on_a_pdf_are_found_by_its_hash_oldest_first(stores: Stores) -> None:
    stores.journal.append(a_journal_entry("C1-3", pdf_sha256=""))
    stores.journal.append(a_journal_entry("C1-4", "deferred"))
    stores.journal.append(a_journal_entry("C1-4", "mailed"))
    assert [entry.event for entry in stores.journal.with_pdf(SHA_OF_NOTHING)] == ["deferred", "mailed"]
    assert stores.journal.with_pdf("0" * 64) == []


def test_tickets_are_held_one_by_one(stores: Stores) -> None:
    with stores.journal.issuing("C1-4"), stores.journal.issuing("C1-5"):
        pass
    with stores.journal.issuing("C1-4"):
        pass
