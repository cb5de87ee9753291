"""A field of a record: what may be typed into it, and how its value is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from backend.domain.email_address import parse_address
from backend.domain.errors import InvalidInputError
from backend.domain.money import parse_amount, parse_decimal, plain_number

TEXT_MAX = 200
CODE_MAX = 40
_LINES_MAX = 5
_PRICE_MAX = 100_000_000  # cents
_TRUE = {"1", "yes", "oui", "true", "vrai", "x"}
_FALSE = {"", "0", "no", "non", "false", "faux"}

Value = str | tuple[str, ...] | int | Decimal | bool


class InputType(StrEnum):
    """What a field takes."""

    TEXT = "text"
    CODE = "code"
    LINES = "lines"
    EMAIL = "email"
    AMOUNT = "amount"
    RATE = "rate"
    NUMBER = "number"
    CHOICE = "choice"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class RecordField:
    """A field by its name in files and forms; `choices` are those of a CHOICE, the first one where nothing is said."""

    name: str
    type: InputType = InputType.TEXT
    is_required: bool = False
    choices: tuple[str, ...] = ()

    def parse(self, text: str) -> Value:
        """Read what was typed or stands in a file; raises InvalidInputError(name, reason, text)."""
        plain = text.strip()
        if self.is_required and not plain:
            raise InvalidInputError(self.name, "missing_value")
        return _PARSERS[self.type](self, plain)

    def text(self, value: Any) -> str:  # noqa: ANN401 - the value of any field
        """Return a value as it is typed: amounts and rates with a decimal comma."""
        if self.type is InputType.LINES:
            return "\n".join(value)
        if self.type is InputType.AMOUNT:
            return f"{Decimal(value).scaleb(-2):.2f}".replace(".", ",")
        if self.type is InputType.RATE:
            return plain_number(value).replace(".", ",")
        if self.type is InputType.FLAG:
            return "1" if value else ""
        return str(value)


def _text(field: RecordField, text: str) -> str:
    plain = " ".join(text.split())
    if len(plain) > TEXT_MAX:
        raise InvalidInputError(field.name, "text_too_long", str(TEXT_MAX))
    if any(ord(character) < 32 or ord(character) == 127 for character in plain):
        raise InvalidInputError(field.name, "control_character")
    return plain


def _code(field: RecordField, text: str) -> str:
    plain = _text(field, text)
    if len(plain) > CODE_MAX:
        raise InvalidInputError(field.name, "text_too_long", str(CODE_MAX))
    if re.search(r"[/\\?#]", plain) or plain in {".", ".."}:
        raise InvalidInputError(field.name, "record_code", plain)
    return plain


def _lines(field: RecordField, text: str) -> tuple[str, ...]:
    lines = tuple(line for line in (_text(field, line) for line in text.splitlines()) if line)
    if len(lines) > _LINES_MAX:
        raise InvalidInputError(field.name, "address_too_long", str(TEXT_MAX))
    return lines


def _email(field: RecordField, text: str) -> str:
    try:
        return parse_address(text) if text else ""
    except InvalidInputError as error:
        raise InvalidInputError(field.name, error.reason, text) from None


def _amount(field: RecordField, text: str) -> int:
    cents = parse_amount(text or "0", field.name)
    if not 0 <= cents <= _PRICE_MAX:
        raise InvalidInputError(field.name, "amount", text)
    return cents


def _rate(field: RecordField, text: str) -> Decimal:
    rate = parse_decimal(text or "0", field.name, places=2)
    if not 0 <= rate < 100:
        raise InvalidInputError(field.name, "vat_rate", text)
    return Decimal(plain_number(rate))


def _number(field: RecordField, text: str) -> int:
    if text and not (text.isascii() and text.isdecimal() and len(text) < 5):
        raise InvalidInputError(field.name, "number", text)
    return int(text or "0")


def _choice(field: RecordField, text: str) -> str:
    if not text:
        return field.choices[0]
    if text.casefold() not in field.choices:
        raise InvalidInputError(field.name, "record_choice", text)
    return text.casefold()


def _flag(field: RecordField, text: str) -> bool:
    if text.casefold() not in _TRUE | _FALSE:
        raise InvalidInputError(field.name, "record_flag", text)
    return text.casefold() in _TRUE


_PARSERS: Mapping[InputType, Callable[[RecordField, str], Value]] = {
    InputType.TEXT: _text,
    InputType.CODE: _code,
    InputType.LINES: _lines,
    InputType.EMAIL: _email,
    InputType.AMOUNT: _amount,
    InputType.RATE: _rate,
    InputType.NUMBER: _number,
    InputType.CHOICE: _choice,
    InputType.FLAG: _flag,
}
