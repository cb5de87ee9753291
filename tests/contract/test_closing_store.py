from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from backend.domain.closing import ClosingNotDueError, ClosingPeriod, DayClosedError, RecordedClosing
from backend.domain.errors import NotFoundError
from backend.domain.ticket import Payment, VatTotal
from backend.domain.ticket_chain import FIRST_LINK
from tests.builders import NOON, VAT_5_5, a_credit, a_line, a_ticket, a_till
from tests.contract.conftest import Stores

DAY, MONTH, YEAR = ClosingPeriod
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def _till(stores: Stores) -> None:
    stores.shop.save([a_till()])


def sell(stores: Stores, at: datetime = NOON, cents: int = 1000) -> str:
    """Record a ticket of one line at 20 % paid in cash."""
    return stores.tickets.record(a_ticket(lines=[a_line(price=cents)], issued_at=at)).chain_sha256


def close(stores: Stores, period: ClosingPeriod, span: str, at: datetime = NOON) -> RecordedClosing:
    return stores.closings.close("C1", period, span, at=at, by="Zoé")


def test_a_till_without_tickets_has_nothing_to_close(stores: Stores) -> None:
    assert stores.closings.open_tickets("C1", TODAY).due == ()
    with pytest.raises(ClosingNotDueError) as caught:
        close(stores, DAY, "2026-11-24")
    assert caught.value.reason == "empty"


def test_an_unknown_till_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFoundError):
        stores.closings.open_tickets("C9", TODAY)
    with pytest.raises(NotFoundError):
        stores.closings.find("C1", 1)


def test_a_closed_day_adds_up_its_tickets_and_is_found_again(stores: Stores) -> None:
    sell(stores, cents=1200)
    stores.tickets.record(
        a_ticket(
            lines=[a_line(price=1055, vat_rate=VAT_5_5), a_line(price=600)],
            payments=(Payment("Carte", 1000), Payment("Espèces", 1000)),
            change_due=345,
        )
    )
    last = stores.tickets.record(a_credit(payments=(Payment("Espèces", -1250),)))
    closed = close(stores, DAY, "2026-11-24")
    totals = closed.closing.totals
    assert (totals.ticket_count, totals.credit_count, totals.gross_total) == (2, 1, 1200 + 1655 - 1250)
    assert totals.payments == (Payment("Carte", 1000), Payment("Espèces", 1200 + 1000 - 1250))
    assert sum(each.amount for each in totals.payments) - totals.change_given == totals.gross_total
    assert totals.vat_totals == (
        VatTotal(Decimal(20), 1000 + 500 - 1042, 200 + 100 - 208, 1200 + 600 - 1250),
        VatTotal(VAT_5_5, 1000, 55, 1055),
    )
    assert (closed.closing.first_position, closed.closing.last_position) == (1, 3)
    assert closed.closing.tickets_sha256 == last.chain_sha256
    assert closed.closing.perpetual_total == totals.gross_total
    assert (closed.position, closed.previous_sha256, closed.key) == (1, FIRST_LINK, "C1-Z1")
    assert stores.closings.find("C1", 1) == closed
    assert stores.closings.latest() == [closed]
    assert stores.tickets.check_chain().faults == ()


def test_a_closed_day_takes_no_ticket_and_the_next_day_does(stores: Stores) -> None:
    sell(stores)
    close(stores, DAY, "2026-11-24")
    with pytest.raises(DayClosedError) as caught:
        sell(stores, NOON + timedelta(hours=3))
    assert (caught.value.till, caught.value.day) == ("C1", "2026-11-24")
    sell(stores, NOON + timedelta(days=1))
    assert stores.closings.open_tickets("C1", TODAY).count == 1


def test_a_refused_import_into_a_closed_day_adds_nothing(stores: Stores) -> None:
    sell(stores)
    close(stores, DAY, "2026-11-24")
    later = NOON + timedelta(days=1)
    with pytest.raises(DayClosedError):
        stores.tickets.add_imported([a_ticket(issued_at=later, reference="a"), a_ticket(reference="b")])
    assert stores.closings.open_tickets("C1", TODAY).count == 0


def test_the_reading_adds_up_what_is_open_and_closes_nothing(stores: Stores) -> None:
    sell(stores, cents=500)
    close(stores, DAY, "2026-11-24")
    tomorrow = NOON + timedelta(days=1)
    sell(stores, tomorrow, 700)
    assert stores.closings.reading("C1").gross_total == 700
    assert stores.closings.open_tickets("C1", tomorrow.date()).due == ((DAY, "2026-11-25"),)


def test_days_are_closed_in_their_order(stores: Stores) -> None:
    sell(stores, NOON - timedelta(days=1), 300)
    sell(stores, NOON, 500)
    with pytest.raises(ClosingNotDueError) as caught:
        close(stores, DAY, "2026-11-24")
    assert caught.value.reason == "earlier_first"
    assert close(stores, DAY, "2026-11-23").closing.totals.gross_total == 300
    second = close(stores, DAY, "2026-11-24").closing
    assert (second.totals.gross_total, second.perpetual_total, second.number) == (500, 800, 2)


def test_a_day_is_closed_once(stores: Stores) -> None:
    sell(stores)
    close(stores, DAY, "2026-11-24")
    with pytest.raises(ClosingNotDueError) as caught:
        close(stores, DAY, "2026-11-24")
    assert caught.value.reason == "closed_already"


def test_a_ticket_of_a_clock_set_back_is_in_the_next_closing_never_lost(stores: Stores) -> None:
    sell(stores, NOON, 100)
    sell(stores, NOON + timedelta(days=1), 200)
    sell(stores, NOON, 400)  # the clock was set back
    first = close(stores, DAY, "2026-11-24", NOON + timedelta(days=1)).closing
    second = close(stores, DAY, "2026-11-25", NOON + timedelta(days=1)).closing
    assert (first.totals.gross_total, second.totals.gross_total) == (100, 600)
    assert stores.tickets.check_chain().faults == ()


def test_a_ticket_of_tomorrow_is_not_due_today(stores: Stores) -> None:
    sell(stores, NOON + timedelta(days=1))
    assert stores.closings.open_tickets("C1", TODAY).due == ()


def test_a_month_and_a_year_add_up_what_is_closed_in_them(stores: Stores) -> None:
    december = datetime(2026, 12, 31, 12, 0, tzinfo=NOON.tzinfo)
    sell(stores, NOON - timedelta(days=1), 300)
    sell(stores, NOON, 500)
    sell(stores, december, 900)
    for day in ("2026-11-23", "2026-11-24"):
        close(stores, DAY, day, december)
    assert stores.closings.open_tickets("C1", december.date()).due == ((DAY, "2026-12-31"), (MONTH, "2026-11"))
    november = close(stores, MONTH, "2026-11", december).closing
    assert (november.totals.gross_total, november.first_position, november.last_position) == (800, 1, 2)
    close(stores, DAY, "2026-12-31", december)
    close(stores, MONTH, "2026-12", december)
    year = close(stores, YEAR, "2026", december).closing
    assert (year.totals.gross_total, year.totals.ticket_count, year.perpetual_total, year.number) == (1700, 3, 1700, 1)
    assert (year.first_position, year.last_position) == (1, 3)
    assert stores.tickets.check_chain().faults == ()


def test_a_month_that_goes_on_is_not_closed(stores: Stores) -> None:
    sell(stores)
    close(stores, DAY, "2026-11-24")
    with pytest.raises(ClosingNotDueError) as caught:
        close(stores, MONTH, "2026-11")
    assert caught.value.reason == "not_over"


def test_a_year_waits_for_its_last_month(stores: Stores) -> None:
    january = datetime(2027, 1, 2, 12, 0, tzinfo=NOON.tzinfo)
    sell(stores, NOON)
    sell(stores, datetime(2026, 12, 30, 12, 0, tzinfo=NOON.tzinfo))
    close(stores, DAY, "2026-11-24", january)
    close(stores, MONTH, "2026-11", january)
    close(stores, DAY, "2026-12-30", january)
    assert stores.closings.open_tickets("C1", january.date()).due == ((MONTH, "2026-12"),)
    close(stores, MONTH, "2026-12", january)
    assert stores.closings.open_tickets("C1", january.date()).due == ((YEAR, "2026"),)


def test_a_closed_month_takes_no_ticket_of_its_days_without_sales(stores: Stores) -> None:
    december = datetime(2026, 12, 1, 9, 0, tzinfo=NOON.tzinfo)
    sell(stores)
    close(stores, DAY, "2026-11-24", december)
    close(stores, MONTH, "2026-11", december)
    with pytest.raises(DayClosedError):
        sell(stores, datetime(2026, 11, 30, 9, 0, tzinfo=NOON.tzinfo))


def test_each_till_is_closed_by_itself(stores: Stores) -> None:
    stores.shop.save([a_till("C2")])
    sell(stores)
    stores.tickets.record(a_ticket("C2"))
    close(stores, DAY, "2026-11-24")
    assert stores.closings.open_tickets("C2", TODAY).count == 1
    stores.tickets.record(a_ticket("C2"))


def test_a_period_is_found_by_its_last_days(stores: Stores) -> None:
    sell(stores, NOON - timedelta(days=1))
    sell(stores)
    closed = [close(stores, DAY, day) for day in ("2026-11-23", "2026-11-24")]
    assert stores.closings.between(date(2026, 11, 24), date(2026, 11, 30)) == closed[1:]
    assert stores.closings.between(date(2026, 11, 1), date(2026, 12, 31)) == closed
    assert stores.closings.between(date(2026, 12, 1), date(2026, 12, 31)) == []


def test_a_ticket_waits_for_its_closing_for_a_day_at_most(stores: Stores) -> None:
    sell(stores)
    state = stores.closings.open_tickets("C1", TODAY)
    assert stores.closings.first_open_at("C1") == state.first_at == NOON
    assert not state.is_late(NOON + timedelta(hours=24))
    assert state.is_late(NOON + timedelta(hours=24, seconds=1))
