from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import InvalidInputError
from backend.domain.money import parse_amount, parse_decimal, plain_number, round_cents, vat_within


@pytest.mark.parametrize(
    ("text", "cents"),
    [("12,50", 1250), ("12.5", 1250), ("12", 1200), ("1 286,00 €", 128600), ("−34,00", -3400), ("0,01", 1)],
)
def test_an_amount_is_read_as_people_write_it(text: str, cents: int) -> None:
    assert parse_amount(text) == cents


@pytest.mark.parametrize("text", ["", "12,505", "1e3", "douze", "1.2.3", "NaN", "Infinity", "12,50-", "9999999999"])
def test_what_is_no_amount_is_refused_with_what_was_typed(text: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        parse_amount(text, "price")
    assert (refusal.value.where, refusal.value.value) == ("price", text)


@pytest.mark.parametrize("text", ["1e99", "NaN", "inf", "1,2345", "", "10000000"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        parse_decimal(text, "quantity")


@pytest.mark.parametrize(
    ("gross", "rate", "vat"),
    [
        (13350, "20", 2225),
        (1490, "5.5", 78),
        (10000, "10", 909),
        (10000, "2.1", 206),
        (-3400, "20", -567),
        (500, "0", 0),
    ],
)
def test_the_vat_within_a_gross_price_is_that_of_a_calculator(gross: int, rate: str, vat: int) -> None:
    assert vat_within(gross, Decimal(rate)) == vat


@pytest.mark.parametrize(("exact", "rounded"), [("0.5", 1), ("-0.5", -1), ("2.5", 3), ("2.4999", 2)])
def test_half_a_cent_is_rounded_away_from_zero(exact: str, rounded: int) -> None:
    assert round_cents(Decimal(exact)) == rounded


@given(st.integers(-(10**9), 10**9), st.decimals(0, 99, places=2))
def test_the_vat_of_a_credit_is_that_of_the_sale_with_the_other_sign(gross: int, rate: Decimal) -> None:
    assert vat_within(-gross, rate) == -vat_within(gross, rate)
    assert abs(vat_within(gross, rate)) <= abs(gross)


@given(st.decimals(-(10**6), 10**6, places=3))
def test_a_plain_number_is_read_back_as_it_was(number: Decimal) -> None:
    text = plain_number(number)
    assert parse_decimal(text, "number") == number
    assert "E" not in text
