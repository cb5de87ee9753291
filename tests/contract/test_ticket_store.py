from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.shop import TillKindError
from backend.domain.ticket import Ticket, TicketConflictError, TicketNumber, TicketQuery, TicketTotals
from backend.domain.ticket_chain import FIRST_LINK, chain_hash
from tests.builders import (
    NOON,
    PARIS_WINTER,
    a_company,
    a_credit,
    a_foreign_till,
    a_line,
    a_ticket,
    a_till,
)
from tests.contract.conftest import Stores


@pytest.fixture(autouse=True)
def tills(stores: Stores) -> None:
    stores.shop.save([a_till("C1"), a_till("C2"), a_foreign_till("F1")])


def found(stores: Stores, text: str = "", *, from_day: str = "", to_day: str = "") -> list[str]:
    query = TicketQuery(text, from_day, to_day)
    numbers = [str(summary.key) for summary in stores.tickets.search(query)]
    assert stores.tickets.count(query) == len(numbers)
    return numbers


def record(stores: Stores, *names: str, minutes: int = 1) -> None:
    for count, name in enumerate(names):
        at = NOON + timedelta(minutes=count * minutes)
        stores.tickets.record(a_ticket(customer_name=name, issued_at=at))


def priced(price: int, *, issued_at: datetime = NOON, customer_name: str = "DIVERS") -> Ticket:
    return a_ticket(lines=[a_line(price=price)], issued_at=issued_at, customer_name=customer_name)


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


def test_the_list_has_the_newest_ticket_first(stores: Stores) -> None:
    stores.tickets.record(a_ticket("C1", issued_at=NOON))
    stores.tickets.record(a_ticket("C2", issued_at=NOON + timedelta(minutes=2)))
    stores.tickets.record(a_ticket("C1", issued_at=NOON + timedelta(minutes=1)))
    assert found(stores) == ["C2-1", "C1-2", "C1-1"]


def test_tickets_of_the_same_second_come_by_number_backwards(stores: Stores) -> None:
    record(stores, "A", "B", "C", minutes=0)
    assert found(stores) == ["C1-3", "C1-2", "C1-1"]


def test_the_order_is_that_of_time_where_the_clock_goes_back_in_autumn(stores: Stores) -> None:
    summer = datetime.fromisoformat("2026-10-25T02:40:00+02:00")
    winter = datetime.fromisoformat("2026-10-25T02:10:00+01:00")
    stores.tickets.record(a_ticket(issued_at=summer))
    stores.tickets.record(a_ticket(issued_at=winter))
    assert found(stores) == ["C1-2", "C1-1"]


def test_the_list_comes_in_pages(stores: Stores) -> None:
    record(stores, *["A"] * 5)
    query = TicketQuery(limit=2, offset=2)
    assert [summary.key.number for summary in stores.tickets.search(query)] == [3, 2]
    assert stores.tickets.count(query) == 5


def test_a_summary_shows_what_the_ticket_says(stores: Stores) -> None:
    recorded = stores.tickets.record(a_credit(customer_name="Hélène Martin", customer_code="MARTIN"))
    summary = stores.tickets.search(TicketQuery())[0]
    ticket = recorded.ticket
    assert summary.key == ticket.key
    assert (summary.kind, summary.issued_at) == (ticket.kind, ticket.issued_at)
    assert (summary.customer_name, summary.cashier_name) == ("Hélène Martin", "DUPOND")
    assert summary.gross_total == ticket.gross_total


@pytest.mark.parametrize(
    "text", ["martin", "MARTIN", "mart", "hélène", "helene", "HELENE mar", "martin hélène", "l'étoile", "oeuvre"]
)
def test_a_ticket_is_found_by_the_beginnings_of_its_customers_words(stores: Stores, text: str) -> None:
    record(stores, "Divers", "Hélène Martin de l'Étoile Œuvre", "Paul Durand")
    assert found(stores, text) == ["C1-2"]


@pytest.mark.parametrize("text", ["artin", "martin durand", "zoé", "C1-9", "12,99"])
def test_what_fits_nothing_finds_nothing(stores: Stores, text: str) -> None:
    record(stores, "Divers", "Hélène Martin", "Paul Durand")
    assert found(stores, text) == []


def test_a_ticket_two_of_whose_words_begin_alike_is_found_once(stores: Stores) -> None:
    record(stores, "Martine Martin", "Martin")
    assert found(stores, "mart") == ["C1-2", "C1-1"]


@pytest.mark.parametrize("text", ["C1", " c1 ", "c1 martin"])
def test_the_code_of_a_till_finds_its_tickets(stores: Stores, text: str) -> None:
    for code in ("C1", "C2", "C1"):
        stores.tickets.record(a_ticket(code, customer_name="MARTIN"))
    assert found(stores, text) == ["C1-2", "C1-1"]


@pytest.mark.parametrize("text", ["C1-2", " c1-2 "])
def test_a_ticket_is_found_by_till_and_number(stores: Stores, text: str) -> None:
    record(stores, "A", "B", "C")
    assert found(stores, text) == ["C1-2"]


def test_a_number_alone_is_looked_for_at_every_till(stores: Stores) -> None:
    record(stores, "A", "B")
    stores.tickets.record(a_ticket("C2", issued_at=NOON + timedelta(hours=1)))
    stores.tickets.record(a_ticket("C2", issued_at=NOON + timedelta(hours=2)))
    assert found(stores, "2") == ["C2-2", "C1-2"]


@pytest.mark.parametrize("text", ["148,40", "148.40", "148,4", "148,40 €"])
def test_a_ticket_and_its_credit_are_found_by_their_amount(stores: Stores, text: str) -> None:
    stores.tickets.record(priced(14840))
    stores.tickets.record(priced(14841))
    stores.tickets.record(priced(-14840, issued_at=NOON + timedelta(minutes=1)))
    assert found(stores, text) == ["C1-3", "C1-1"]


def test_an_amount_with_a_minus_finds_the_credit_alone(stores: Stores) -> None:
    stores.tickets.record(priced(14840))
    stores.tickets.record(priced(-14840))
    assert found(stores, "-148,40") == ["C1-2"]


def test_an_amount_of_thousands_may_be_written_with_a_space(stores: Stores) -> None:
    stores.tickets.record(priced(114840))
    assert found(stores, "1 148,40") == ["C1-1"]


def test_a_whole_number_finds_number_amount_and_word(stores: Stores) -> None:
    record(stores, "A", "B", "3 Suisses")
    stores.tickets.record(priced(300, issued_at=NOON + timedelta(hours=1)))
    stores.tickets.record(priced(301, issued_at=NOON + timedelta(hours=2)))
    assert found(stores, "3") == ["C1-4", "C1-3"]


def test_every_part_of_a_search_must_fit(stores: Stores) -> None:
    stores.tickets.record(priced(14840, customer_name="Martin"))
    stores.tickets.record(priced(14840, customer_name="Durand"))
    stores.tickets.record(priced(100, customer_name="Martin"))
    assert found(stores, "martin 148,40") == ["C1-1"]
    assert found(stores, "martin C1-3") == ["C1-3"]


@pytest.mark.parametrize("text", ["", "  ", "-", "'%_"])
def test_a_search_without_a_word_finds_everything(stores: Stores, text: str) -> None:
    record(stores, "A", "B")
    assert found(stores, text) == ["C1-2", "C1-1"]


def test_days_are_those_printed_on_the_ticket(stores: Stores) -> None:
    late = datetime(2026, 11, 24, 23, 59, 59, tzinfo=PARIS_WINTER)
    for moment in (late, late + timedelta(seconds=1), late + timedelta(days=1, seconds=1)):
        stores.tickets.record(a_ticket(issued_at=moment))
    assert found(stores, from_day="2026-11-25") == ["C1-3", "C1-2"]
    assert found(stores, to_day="2026-11-24") == ["C1-1"]
    assert found(stores, from_day="2026-11-25", to_day="2026-11-25") == ["C1-2"]


def test_days_and_words_are_asked_together(stores: Stores) -> None:
    record(stores, "Martin", "Durand", "Martin", minutes=24 * 60)
    assert found(stores, "martin", from_day="2026-11-25") == ["C1-3"]


def test_totals_are_those_of_all_pages_of_a_search_with_credits_taken_off(stores: Stores) -> None:
    record(stores, "Martin", "Durand", "Martin", minutes=24 * 60)
    stores.tickets.record(a_credit())
    price = a_ticket().gross_total
    assert stores.tickets.totals(TicketQuery("martin", limit=1)) == TicketTotals(2, 2 * price)
    assert stores.tickets.totals(TicketQuery(to_day="2026-11-24")) == TicketTotals(2, price + a_credit().gross_total)
    assert stores.tickets.totals(TicketQuery("nobody")) == TicketTotals(0, 0)


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
