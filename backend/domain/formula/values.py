"""The values of formulas and how one kind becomes another: texts, numbers, dates, yes or no."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from backend.domain.formula.errors import FaultyValueError
from backend.domain.value_format import Value, format_value

NUMBER_MAX = Decimal(10) ** 15
DAYS_MAX = 36_525  # a hundred years
_NUMBER = re.compile(r"\s*[+-]?[0-9]+(?:[.,][0-9]+)?\s*")
_DAY = re.compile(r"\s*([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})\s*")


class Kind(StrEnum):
    """What an operator or a function asks for."""

    TEXT = "text"
    NUMBER = "number"
    COUNT = "count"
    DATE = "date"
    CONDITION = "condition"
    ANY = "any"


def text_of(value: Value, language: str) -> str:
    """Return any value as it reads in a mail."""
    return format_value(value, "", language)


def number_of(value: Value) -> Decimal:
    """Return a number, also of a text that reads as one; raises FaultyValueError."""
    if isinstance(value, str) and len(value) <= 40 and _NUMBER.fullmatch(value):
        value = Decimal(value.strip().replace(",", "."))
    if not isinstance(value, Decimal):
        raise FaultyValueError("not_a_number", shown(value), "&" if isinstance(value, str) and value else "")
    return within_bounds(value)


def within_bounds(number: Decimal) -> Decimal:
    """Return a number that is not too big to be shown; raises FaultyValueError."""
    if number.copy_abs() >= NUMBER_MAX:  # `abs` would round first
        raise FaultyValueError("number_too_big")
    return number


def count_of(value: Value) -> int:
    """Return a whole number from 0 on, the rest cut off; raises FaultyValueError."""
    number = number_of(value)
    if number < 0:
        raise FaultyValueError("negative", shown(value))
    return int(number)


def date_of(value: Value) -> datetime:
    """Return a date; raises FaultyValueError."""
    if not isinstance(value, datetime):
        raise FaultyValueError("not_a_date", shown(value))
    return value


def condition_of(value: Value) -> bool:
    """Return yes or no; raises FaultyValueError."""
    if not isinstance(value, bool):
        raise FaultyValueError("not_a_condition", shown(value))
    return value


def moved_by_days(moment: datetime, days: Decimal) -> datetime:
    """Return a date some days later or earlier, same time of day; raises FaultyValueError."""
    if abs(days) > DAYS_MAX:
        raise FaultyValueError("number_too_big")
    try:
        return moment + timedelta(days=int(days))
    except OverflowError:
        raise FaultyValueError("number_too_big") from None


def days_between(later: datetime, earlier: datetime) -> Decimal:
    """Return how many days lie between two dates, below 0 if they are the other way round."""
    return Decimal(later.toordinal() - earlier.toordinal())


def order(first: Value, second: Value) -> int:
    """Return below 0, 0 or above 0 as `first` comes before `second`; raises FaultyValueError for what has no order.

    Texts are compared without regard to capitals, dates by their day, also with a text like `24/12/2026`.
    """
    if isinstance(first, datetime) or isinstance(second, datetime):
        return _sign(_day_number(first), _day_number(second))
    if isinstance(first, bool) and isinstance(second, bool):
        return _sign(int(first), int(second))
    if isinstance(first, str) and isinstance(second, str):
        before, after = first.casefold(), second.casefold()
        return (before > after) - (before < after)
    return _sign(number_of(first), number_of(second))


def _sign(first: Decimal | int, second: Decimal | int) -> int:
    return (first > second) - (first < second)


def _day_number(value: Value) -> int:
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    if found:
        try:
            value = datetime(int(found[3]), int(found[2]), int(found[1]))  # noqa: DTZ001 - its day alone is read
        except ValueError:
            raise FaultyValueError("not_a_date", shown(value)) from None
    return date_of(value).toordinal()


def shown(value: Value) -> str:
    """Return the beginning of a value, for a sentence."""
    text = text_of(value, "fr")
    return text if len(text) <= 40 else text[:39] + "…"


def converted(value: Value, kind: Kind, language: str) -> Value | int:
    """Return a value as what is asked for; raises FaultyValueError."""
    if kind is Kind.TEXT:
        return text_of(value, language)
    return _CONVERSIONS[kind](value)


_CONVERSIONS: Mapping[Kind, Callable[[Value], Value | int]] = {
    Kind.NUMBER: number_of,
    Kind.COUNT: count_of,
    Kind.DATE: date_of,
    Kind.CONDITION: condition_of,
    Kind.ANY: lambda value: value,
}
