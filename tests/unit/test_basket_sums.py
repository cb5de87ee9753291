"""Whatever is rung up, lines, VAT, total and payments agree to the cent; some tickets are worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.basket import PAYMENT_METHODS, Basket, BasketLine, Discount
from backend.domain.errors import InvalidInputError
from backend.domain.ticket import Payment, TicketNumber
from backend.domain.ticket_chain import canonical_json, link, ticket_content, ticket_from_content
from backend.domain.ticket_rules import first_fault
from backend.usecases.record_ticket import record_ticket
from tests.builders import NOON, a_company, a_till
from tests.fakes import FakeServices

if TYPE_CHECKING:
    from pathlib import Path

RATES = [Decimal(rate) for rate in ("20", "10", "5.5", "2.1", "0")]
lines = st.builds(
    BasketLine,
    label=st.sampled_from(["Vis", "Œuf", "Livre"]),
    quantity=st.integers(1, 9999).map(lambda part: Decimal(part) / 1000) | st.integers(1, 99).map(Decimal),
    unit_price=st.integers(0, 100_000),
    vat_rate=st.sampled_from(RATES),
    discount=st.builds(Discount, percent=st.integers(0, 10_000).map(lambda part: Decimal(part) / 100)),
)
baskets = st.builds(
    Basket,
    till_code=st.just("C1"),
    lines=st.lists(lines, min_size=1, max_size=6).map(tuple),
    is_exempt=st.booleans(),
)


def recorded(basket: Basket, services: FakeServices) -> None:
    services.settings.save_company(a_company())
    services.shop.save([a_till()])
    record_ticket(basket.entry(), services)


@given(basket=baskets, given_first=st.integers(0, 100_000), whole=st.none() | st.integers(0, 100))
def test_the_sums_of_any_ticket_agree_to_the_cent_and_it_reads_again_as_it_was(
    basket: Basket, given_first: int, whole: int | None
) -> None:
    services = FakeServices(None)  # type: ignore[arg-type]  # nothing here is a file
    if whole is not None:
        before = replace(basket, lines=tuple(replace(line, discount=Discount()) for line in basket.lines))
        discount = Discount(amount=sum(line.ticket_line.gross_total for line in before.lines) * whole // 100)
        basket = basket.with_total_discount(discount)
        assert sum(line.ticket_line.discount for line in basket.lines) == discount.amount
    basket = basket.with_payment(PAYMENT_METHODS[0], min(given_first, basket.total))
    basket = basket.with_payment(PAYMENT_METHODS[1], max(basket.left_to_pay, 0) + 7)
    recorded(basket, services)
    kept = services.tickets.find(TicketNumber("C1", 1))
    ticket = kept.ticket
    assert ticket.gross_total == basket.total == sum(line.gross_total for line in ticket.lines)
    assert sum(total.gross_amount for total in ticket.vat_totals) == ticket.gross_total
    assert all(total.net_amount + total.vat_amount == total.gross_amount for total in ticket.vat_totals)
    assert sum(payment.amount for payment in ticket.payments) - ticket.change_due == ticket.gross_total
    assert first_fault(ticket, NOON) is None
    assert not basket.is_exempt or ticket.vat_amount == 0
    again = ticket_from_content(ticket_content(ticket))
    assert (again, canonical_json(again)) == (ticket, canonical_json(ticket))
    assert link(again, position=1, previous_sha256=kept.previous_sha256) == kept


def _basket(*lines: tuple[str, int, str, str], exempt: bool = False) -> Basket:
    made = (
        BasketLine("Article", Decimal(quantity), price, Decimal(rate), Discount.parse(discount))
        for quantity, price, rate, discount in lines
    )
    return Basket("C1", lines=tuple(made), is_exempt=exempt)


# Worked out by hand: gross per line, then per rate net = gross / (1 + rate), rounded half up to the cent.
GOLDEN = [
    # 2 x 12.50 = 25.00; 25.00 x 20 / 120 = 4.1666
    (_basket(("2", 1250, "20", "")), 2500, [("20", 2083, 417, 2500)]),
    # 3 x 1.10 = 3.30; 3.30 x 10 / 110 = 0.30
    (_basket(("3", 110, "10", "")), 330, [("10", 300, 30, 330)]),
    # 0.750 x 9.99 = 7.4925 -> 7.49; 7.49 x 5.5 / 105.5 = 0.39047
    (_basket(("0.750", 999, "5.5", "")), 749, [("5.5", 710, 39, 749)]),
    # 2.60 x 2.1 / 102.1 = 0.053477
    (_basket(("1", 260, "2.1", "")), 260, [("2.1", 255, 5, 260)]),
    # 4 x 4.90 = 19.60, less 10 % = 1.96 -> 17.64; VAT 2.94. And 5.5 %: 12.00 less 0.50 = 11.50; VAT 0.5995
    (
        _basket(("4", 490, "20", "10 %"), ("1", 1200, "5.5", "0,50")),
        2914,
        [("20", 1470, 294, 1764), ("5.5", 1090, 60, 1150)],
    ),
    # All four rates at once, one article of 10.00 each: 1.6667, 0.9091, 0.5213, 0.2057
    (
        _basket(("1", 1000, "20", ""), ("1", 1000, "10", ""), ("1", 1000, "5.5", ""), ("1", 1000, "2.1", "")),
        4000,
        [("20", 833, 167, 1000), ("10", 909, 91, 1000), ("5.5", 948, 52, 1000), ("2.1", 979, 21, 1000)],
    ),
    # Exempt: 12.00 with 20 % is 10.00 net, twice; 1.055 x ... 10.55 with 5.5 % is 10.00 net
    (_basket(("2", 1200, "20", ""), ("1", 1055, "5.5", ""), exempt=True), 3000, [("0", 3000, 0, 3000)]),
]


@pytest.mark.parametrize(("basket", "total", "vat"), GOLDEN)
def test_tickets_worked_out_by_hand(
    basket: Basket, total: int, vat: list[tuple[str, int, int, int]], tmp_path: Path
) -> None:
    services = FakeServices(tmp_path)
    recorded(basket.with_payment(PAYMENT_METHODS[1]), services)
    ticket = services.tickets.find(TicketNumber("C1", 1)).ticket
    assert ticket.gross_total == total
    assert ticket.payments == (Payment(PAYMENT_METHODS[1], total),)
    found = [(str(each.rate), each.net_amount, each.vat_amount, each.gross_amount) for each in ticket.vat_totals]
    assert [(Decimal(rate), *sums) for rate, *sums in found] == [(Decimal(rate), *sums) for rate, *sums in vat]


def test_a_discount_on_the_total_is_spread_to_the_cent() -> None:
    basket = _basket(("1", 333, "20", "50 %"), ("1", 333, "10", ""), ("1", 334, "5.5", ""))
    spread = basket.with_total_discount(Discount(amount=100))
    assert [line.ticket_line.discount for line in spread.lines] == [
        33,
        33,
        34,
    ]
    assert basket.with_total_discount(Discount(percent=Decimal(10))).total == 900
    with pytest.raises(InvalidInputError):
        basket.with_total_discount(Discount(amount=1001))


@pytest.mark.parametrize(
    ("cents", "quick"),
    [(1234, (1234, 1500, 2000, 5000)), (500, (500, 1000, 2000, 5000)), (0, ()), (30_000, (30_000, 40_000))],
)
def test_cash_is_offered_as_people_hand_it_over(cents: int, quick: tuple[int, ...]) -> None:
    assert _basket(("1", cents, "20", "")).quick_amounts("cash") == quick


def test_an_exempt_customer_with_everything_off_owes_nothing() -> None:
    line = BasketLine("Vis", Decimal("0.001"), 500, Decimal(20), Discount(amount=1))  # 0.5 cents, rounded up
    assert Basket("C1", lines=(line,), is_exempt=True).total == 0


def test_cash_is_offered_for_what_the_other_payments_leave() -> None:
    basket = replace(_basket(("1", 14_530, "20", "")), payments=(Payment("card", 10_000), Payment("cash", 4_530)))
    assert basket.quick_amounts("cash") == (4_530, 5_000, 6_000, 10_000)
