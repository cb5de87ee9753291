"""Money as whole cents, quantities and rates as Decimal; never float."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from backend.domain.errors import InvalidInputError

_AMOUNT = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,2})?")


def parse_amount(text: str, where: str = "amount") -> int:
    """Read `12,50`, `12.50` or `12` as cents; spaces and a euro sign are dropped.

    Raises InvalidInputError(where, "amount").
    """
    plain = re.sub(r"[\s\u00a0\u202f€]", "", text).replace("\u2212", "-")
    if not _AMOUNT.fullmatch(plain):
        raise InvalidInputError(where, "amount", text)
    return int((Decimal(plain.replace(",", ".")) * 100).to_integral_value())


def parse_decimal(text: str, where: str, *, places: int = 3) -> Decimal:
    """Read a quantity or a rate with at most `places` decimals; raises InvalidInputError(where, "number")."""
    plain = re.sub(r"[\s\u00a0\u202f%]", "", text).replace(",", ".").replace("\u2212", "-")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise InvalidInputError(where, "number", text) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 7 or number != round(number, places):
        raise InvalidInputError(where, "number", text)
    return number


def round_cents(amount: Decimal) -> int:
    """Round an amount in cents half up, away from zero (the habit of French tills)."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def vat_within(gross: int, rate: Decimal) -> int:
    """Return the VAT contained in `gross` cents at `rate` per cent (price including VAT)."""
    return round_cents(Decimal(gross) * rate / (100 + rate))


def plain_number(number: Decimal) -> str:
    """Return a Decimal without exponent and trailing zeros: 1.500 is `1.5`, 20.00 is `20`."""
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
