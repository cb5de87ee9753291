from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.shop import TillKindError
from backend.domain.ticket import Ticket, TicketConflictError, TicketNumber
from backend.domain.ticket_chain import FIRST_LINK, chain_hash
from tests.builders import (
    NOON,
    a_company,
    a_foreign_till,
    a_line,
    a_ticket,
    a_till,
)
from tests.contract.conftest import Stores
from tests.contract.ticket_lists import found, record


@pytest.fixture(autouse=True)
def tills(stores: Stores) -> None:
    stores.shop.save([a_till("C1"), a_till("C2"), a_foreign_till("F1")])


def test_recording_numbers_each_till_from_one_without_a_gap(stores: Stores) -> None:
    keys = [str(stores.tickets.record(a_ticket(code)).ticket.key) for code in ("C1", "C1", "C2", "C1")]
    assert keys == ["C1-1", "C1-2", "C2-1", "C1-3"]


def test_a_recorded_ticket_is_found_as_it_was_recorded(stores: Stores) -> None:
    recorded = stores.tickets.record(a_ticket())
    assert stores.tickets.find(TicketNumber("C1", 1)) == recorded


def test_what_a_ticket_was_given_as_its_number_does_not_count(stores: Stores) -> None:
    assert stores.tickets.record(a_ticket(number=99)).ticket.number == 1


def test_a_moment_is_kept_to_the_second_with_its_offset(stores: Stores) -> None:
    stores.tickets.record(a_ticket(issued_at=NOON.replace(microsecond=999_999)))
    kept = stores.tickets.find(TicketNumber("C1", 1)).ticket.issued_at
    assert (kept, kept.utcoffset()) == (NOON, timedelta(hours=1))


def test_each_ticket_is_linked_to_the_one_before_it(stores: Stores) -> None:
    first, second = stores.tickets.record(a_ticket()), stores.tickets.record(a_ticket())
    assert first.previous_sha256 == FIRST_LINK
    assert second.previous_sha256 == first.chain_sha256
    assert second.chain_sha256 == chain_hash(first.chain_sha256, second.content_sha256)


def test_recording_at_an_unknown_till_is_refused(stores: Stores) -> None:
    with pytest.raises(NotFoundError) as caught:
        stores.tickets.record(a_ticket("C9"))
    assert (caught.value.kind, caught.value.key) == ("till", "C9")


def test_recording_at_a_foreign_till_is_refused(stores: Stores) -> None:
    with pytest.raises(TillKindError):
        stores.tickets.record(a_ticket("F1"))


def test_an_unknown_ticket_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFoundError) as caught:
        stores.tickets.find(TicketNumber("C1", 1))
    assert (caught.value.kind, caught.value.key) == ("ticket", "C1-1")


def test_a_foreign_ticket_keeps_its_number(stores: Stores) -> None:
    imported = stores.tickets.add_imported([a_ticket("F1", 7), a_ticket("F1", 5)])
    assert [(item.is_new, str(item.recorded.ticket.key), item.recorded.position) for item in imported] == [
        (True, "F1-7", 1),
        (True, "F1-5", 2),
    ]
    assert stores.tickets.find(TicketNumber("F1", 5)) == imported[1].recorded


def test_importing_the_same_ticket_again_changes_nothing(stores: Stores) -> None:
    first = stores.tickets.add_imported([a_ticket("F1", 7)])[0]
    again = stores.tickets.add_imported([a_ticket("F1", 7, company=a_company(name="BRICO 2"))])[0]
    assert not again.is_new
    assert again.recorded == first.recorded
    assert found(stores) == ["F1-7"]


def test_a_ticket_that_stands_twice_in_one_import_counts_once(stores: Stores) -> None:
    imported = stores.tickets.add_imported([a_ticket("F1", 7), a_ticket("F1", 7)])
    assert [item.is_new for item in imported] == [True, False]


def test_a_number_with_other_content_is_refused_and_nothing_of_the_import_stays(stores: Stores) -> None:
    stores.tickets.add_imported([a_ticket("F1", 7)])
    with pytest.raises(TicketConflictError) as caught:
        stores.tickets.add_imported([a_ticket("F1", 8), a_ticket("F1", 7, cashier_name="AUTRE")])
    assert caught.value.number == "F1-7"
    assert found(stores) == ["F1-7"]
    assert stores.tickets.check_chain().faults == ()


def test_a_ticket_for_an_own_till_comes_with_a_reference_and_gets_the_next_number(stores: Stores) -> None:
    stores.tickets.record(a_ticket())
    imported = stores.tickets.add_imported([a_ticket(reference="A-1"), a_ticket(reference="A-2")])
    assert [str(item.recorded.ticket.key) for item in imported] == ["C1-2", "C1-3"]
    assert str(stores.tickets.record(a_ticket()).ticket.key) == "C1-4"


def test_a_ticket_entered_again_under_its_reference_is_recorded_once(stores: Stores) -> None:
    first = stores.tickets.record(a_ticket(reference="B-1"))
    later = a_ticket(reference="B-1", issued_at=NOON + timedelta(minutes=1))
    assert stores.tickets.record(later) == stores.tickets.find_reference("C1", "B-1") == first
    assert stores.tickets.find_reference("C2", "B-1") is None
    assert found(stores) == ["C1-1"]
    with pytest.raises(TicketConflictError):
        stores.tickets.record(a_ticket(reference="B-1", cashier_name="AUTRE"))


def test_tickets_without_a_reference_are_each_recorded(stores: Stores) -> None:
    stores.tickets.record(a_ticket())
    stores.tickets.record(a_ticket())
    assert stores.tickets.find_reference("C1", "") is None
    assert found(stores) == ["C1-2", "C1-1"]


def test_a_known_reference_of_an_own_till_is_not_recorded_twice(stores: Stores) -> None:
    first = stores.tickets.add_imported([a_ticket(reference="A-1")])[0]
    again = stores.tickets.add_imported([a_ticket(reference="A-2"), a_ticket(reference="A-1")])
    assert [item.is_new for item in again] == [True, False]
    assert again[1].recorded == first.recorded


def test_a_known_reference_with_other_content_is_refused(stores: Stores) -> None:
    stores.tickets.add_imported([a_ticket(reference="A-1")])
    with pytest.raises(TicketConflictError) as caught:
        stores.tickets.add_imported([a_ticket(reference="A-1", cashier_name="AUTRE")])
    assert caught.value.number == "A-1"


@pytest.mark.parametrize("ticket", [a_ticket("C1"), a_ticket("F1")])
def test_an_imported_ticket_without_what_names_it_is_refused(stores: Stores, ticket: Ticket) -> None:
    with pytest.raises(InvalidInputError):
        stores.tickets.add_imported([ticket])


def test_an_import_for_an_unknown_till_leaves_nothing(stores: Stores) -> None:
    with pytest.raises(NotFoundError):
        stores.tickets.add_imported([a_ticket("F1", 7), a_ticket("F9", 1)])
    assert found(stores) == []


def test_the_chains_of_an_untouched_shop_are_sound(stores: Stores) -> None:
    record(stores, "A", "B", "C")
    stores.tickets.add_imported([a_ticket("F1", 3), a_ticket("F1", 9), a_ticket("F1", 5)])
    report = stores.tickets.check_chain()
    assert report.tickets == {"C1": 3, "C2": 0, "F1": 3}
    assert report.faults == ()


def test_numbers_that_a_foreign_till_never_sent_are_reported(stores: Stores) -> None:
    stores.tickets.add_imported([a_ticket("F1", 3), a_ticket("F1", 9), a_ticket("F1", 5)])
    assert stores.tickets.check_chain().gaps == {"F1": (4, 6, 7, 8)}


def test_the_content_of_a_ticket_survives_whatever_is_in_it(stores: Stores) -> None:
    hostile = "<script>{{7*7}}</script> \x00 \u202e \U0001f9fe " + "x" * 300
    ticket = a_ticket(
        lines=[a_line(hostile, 1)], customer_name=hostile, cashier_name=hostile, company=a_company(name=hostile)
    )
    recorded = stores.tickets.record(ticket)
    assert stores.tickets.find(recorded.ticket.key) == recorded
    assert replace(recorded.ticket, number=0) == ticket
    assert stores.tickets.check_chain().faults == ()
