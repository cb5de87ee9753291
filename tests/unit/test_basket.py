from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from backend.domain.basket import Basket, BasketLine, Discount
from backend.domain.errors import InvalidInputError
from backend.domain.ticket import Payment, TicketConflictError, TicketNumber, TicketQuery
from backend.domain.user import User
from backend.usecases.keep_basket import basket_of, keep_basket, record_basket
from tests.builders import VAT_20, a_cashier, a_company, a_foreign_till, a_product, a_till, a_user
from tests.fakes import FakeServices

SCREWS = a_product("VIS", gross_price=650)
CARD, CASH = "Carte bancaire", "Espèces"


@pytest.fixture
def basket() -> Basket:
    return Basket("C1").with_product(SCREWS)[0]


@pytest.fixture
def user() -> User:
    return a_user()


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    services = FakeServices(tmp_path)
    services.settings.save_company(a_company())
    services.shop.save([a_till("C1"), a_till("C2"), a_foreign_till("A1")], [a_cashier()], [SCREWS])
    return services


def test_the_same_article_again_raises_its_quantity(basket: Basket) -> None:
    again, place = basket.with_product(SCREWS)
    assert (place, len(again.lines), again.lines[0].quantity, again.total) == (1, 1, Decimal(2), 1300)
    assert again.count_of("VIS") == 2


def test_an_article_whose_price_was_changed_gets_a_line_of_its_own(basket: Basket) -> None:
    dearer = basket.with_line(1, replace(basket.line(1), unit_price=700))
    assert dearer.with_product(SCREWS)[1] == 2


@pytest.mark.parametrize(
    ("text", "total"), [("10 %", 585), ("10%", 585), ("1,50", 500), ("", 650), ("100%", 0), ("33,33 %", 433)]
)
def test_a_discount_is_a_part_or_an_amount(basket: Basket, text: str, total: int) -> None:
    assert basket.with_line(1, replace(basket.line(1), discount=Discount.parse(text))).total == total


@pytest.mark.parametrize("text", ["101 %", "-1 %", "-1", "abc", "x %"])
def test_a_discount_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Discount.parse(text)
    assert refused.value.where == "discount"


def test_a_part_follows_the_quantity(basket: Basket) -> None:
    line = replace(basket.line(1), discount=Discount.parse("10 %"), quantity=Decimal(3))
    assert basket.with_line(1, line).total == 1755


def test_a_discount_above_the_price_is_refused(basket: Basket) -> None:
    with pytest.raises(InvalidInputError, match="discount"):
        basket.with_line(1, replace(basket.line(1), discount=Discount(amount=651)))


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_ticket_sells_more_than_nothing(basket: Basket, quantity: int) -> None:
    with pytest.raises(InvalidInputError, match="quantity"):
        basket.with_line(1, replace(basket.line(1), quantity=Decimal(quantity)))


def test_a_line_that_is_not_there_is_refused(basket: Basket) -> None:
    with pytest.raises(InvalidInputError):
        basket.without_line(2)
    assert basket.without_line(1).lines == ()


def test_a_payment_takes_what_is_left_and_cash_brings_change(basket: Basket) -> None:
    paid = basket.with_payment(CARD, 500).with_payment(CASH)
    assert paid.payments == (Payment(CARD, 500), Payment(CASH, 150))
    assert paid.left_to_pay == 0
    assert paid.with_payment(CASH, 1000).left_to_pay == -850
    assert paid.without_payment(CARD).left_to_pay == 500


def test_payments_of_nothing_are_not_recorded(basket: Basket) -> None:
    assert basket.with_payment(CARD).with_payment(CASH).entry().payments == (Payment(CARD, 650),)


def test_a_way_of_paying_that_nobody_knows_is_refused(basket: Basket) -> None:
    with pytest.raises(InvalidInputError):
        basket.with_payment("Troc")


def test_a_basket_is_found_again_as_it_was_left(services: FakeServices, user: User, basket: Basket) -> None:
    free, _place = basket.with_new_line(BasketLine("Coupe", Decimal("1.5"), 200, VAT_20, Discount(Decimal(5))))
    left = replace(free.with_payment(CASH, 5000), till_code="C2", cashier_code="DUPOND", customer_code="MARTIN")
    left = keep_basket(user, left, services)
    assert basket_of(user, services) == left
    assert basket_of(a_user("Luc"), services) != left


def test_a_first_basket_stands_at_the_first_own_till_with_the_users_cashier(services: FakeServices, user: User) -> None:
    assert basket_of(user, services) == Basket("C1", "DUPOND")


def test_without_a_till_of_its_own_there_is_no_basket(tmp_path: Path, user: User) -> None:
    services = FakeServices(tmp_path)
    services.shop.save([a_foreign_till("A1")])
    assert basket_of(user, services) is None


def test_recording_gives_a_number_and_leaves_an_empty_basket(
    services: FakeServices, user: User, basket: Basket
) -> None:
    recorded = record_basket(user, basket.with_payment(CASH, 1000), services)
    assert recorded.ticket.key == TicketNumber("C1", 1)
    assert (recorded.ticket.gross_total, recorded.ticket.change_due) == (650, 350)
    assert basket_of(user, services) == Basket("C1", "")


def test_a_ticket_that_is_not_paid_is_not_recorded(services: FakeServices, user: User, basket: Basket) -> None:
    keep_basket(user, basket, services)
    with pytest.raises(InvalidInputError):
        record_basket(user, basket, services)
    kept = basket_of(user, services)
    assert kept is not None
    assert kept.lines == basket.lines


def test_a_basket_keeps_its_id_until_it_is_recorded(services: FakeServices, user: User, basket: Basket) -> None:
    kept = keep_basket(user, basket, services)
    paid = keep_basket(user, kept.with_payment(CASH), services)
    assert kept.id == paid.id != ""
    assert record_basket(user, paid, services).ticket.reference == kept.id
    assert keep_basket(user, basket, services).id not in {"", kept.id}


def test_a_crash_between_recording_and_emptying_records_no_ticket_twice(
    services: FakeServices, user: User, basket: Basket
) -> None:
    paid = keep_basket(user, basket.with_payment(CASH), services)
    first = record_basket(user, paid, services)
    services.clock.advance(seconds=5)
    assert record_basket(user, paid, services) == first  # the crash left the basket as it was
    assert services.tickets.count(TicketQuery()) == 1


def test_a_basket_that_was_recorded_comes_back_empty(services: FakeServices, user: User, basket: Basket) -> None:
    paid = keep_basket(user, basket.with_payment(CASH), services)
    record_basket(user, paid, services)
    keep_basket(user, paid, services)  # as a crash leaves it
    assert basket_of(user, services) == Basket("C1", "")


def test_another_ticket_under_the_same_reference_is_refused(services: FakeServices, user: User, basket: Basket) -> None:
    paid = keep_basket(user, basket.with_payment(CASH), services)
    record_basket(user, paid, services)
    with pytest.raises(TicketConflictError):
        record_basket(user, replace(basket.with_payment(CARD), id=paid.id), services)
