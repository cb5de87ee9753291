"""What a search finds, in what order, by which days, and what it adds up."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from backend.domain.ticket import Ticket, TicketQuery, TicketTotals
from tests.builders import (
    NOON,
    PARIS_WINTER,
    a_credit,
    a_line,
    a_ticket,
    a_till,
)
from tests.contract.conftest import Stores
from tests.contract.ticket_lists import found, record


@pytest.fixture(autouse=True)
def tills(stores: Stores) -> None:
    stores.shop.save([a_till("C1"), a_till("C2")])


def priced(price: int, *, issued_at: datetime = NOON, customer_name: str = "DIVERS") -> Ticket:
    return a_ticket(lines=[a_line(price=price)], issued_at=issued_at, customer_name=customer_name)


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
