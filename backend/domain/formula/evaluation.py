"""Work a formula out: its names are checked first, then each piece once at most, within a budget of steps."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from backend.domain.formula.errors import FaultyValueError, FormulaError
from backend.domain.formula.functions import FUNCTIONS, Function
from backend.domain.formula.grammar import fault_at, first_token, read_tree, without_prefix
from backend.domain.formula.names import check_names, plain_name
from backend.domain.formula.values import Kind, converted, days_between, moved_by_days, order, text_of, within_bounds
from backend.domain.value_format import Value

if TYPE_CHECKING:
    from lark import Token, Tree

    Piece = Tree[Token] | Token

STEPS_MAX = 5_000
CHARACTERS_A_STEP = 100
OUTPUT_MAX = 20_000
_COMPARISONS: dict[str, Callable[[int], bool]] = {
    "=": lambda order: order == 0,
    "<>": lambda order: order != 0,
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}
# 28 digits hold two numbers of 15; nothing outside of them is ever shown.
_CONTEXT = decimal.Context(prec=28, rounding=decimal.ROUND_HALF_UP, Emax=999, Emin=-999)


def check_formula(text: str, fields: Collection[str]) -> None:
    """Refuse what can't be read, and names that don't exist; raises FormulaError for the first."""
    check_names(read_tree(without_prefix(text)), fields)


def evaluate(text: str, fields: Collection[str], read: Callable[[str], Value], language: str = "fr") -> Value:
    """Return the value of a formula, with or without `formule=`; `read` gives a field's. Raises FormulaError alone."""
    tree = read_tree(without_prefix(text))
    check_names(tree, fields)
    return Evaluation(read, language).result(tree)


def evaluate_text(text: str, fields: Collection[str], read: Callable[[str], Value], language: str = "fr") -> str:
    """Return what a formula reads as in a mail; raises FormulaError alone."""
    return text_of(evaluate(text, fields, read, language), language)


class Evaluation:
    """One working out: where fields are read, and the steps taken so far."""

    def __init__(self, read: Callable[[str], Value], language: str) -> None:
        self._read = read
        self._language = language
        self.steps = 0
        self._rules: dict[str, Callable[[Sequence[Piece]], Value]] = {
            "alternatives": lambda pieces: self._applied(FUNCTIONS["OU"], pieces[::2]),
            "conditions": lambda pieces: self._applied(FUNCTIONS["ET"], pieces[::2]),
            "denial": lambda pieces: not self._as(Kind.CONDITION, pieces[1]),
            "comparison": self._comparison,
            "joined": lambda pieces: "".join(self._as(Kind.TEXT, piece) for piece in pieces),
            "sum": self._chain,
            "product": self._chain,
            "sign": self._signed,
            "number": lambda pieces: within_bounds(Decimal(str(pieces[0]).replace(",", "."))),
            "text": lambda pieces: str(pieces[0])[1:-1].replace('""', '"'),
            "field": lambda pieces: self._read(plain_name(str(pieces[0]))),
            "call": lambda pieces: self._applied(FUNCTIONS[plain_name(str(pieces[0]))], pieces[1:]),
        }

    def result(self, tree: Tree[Token]) -> Value:
        """Return the value of a whole formula; raises FormulaError."""
        with decimal.localcontext(_CONTEXT):
            return self.value(tree)

    def value(self, piece: Piece) -> Value:
        """Return the value of a piece; how deep it goes was checked with its syntax."""
        tree = cast("Tree[Token]", piece)  # a token is read by the rule that holds it
        try:
            value = self._rules[str(tree.data)](tree.children)
            self._spend(value)
        except FaultyValueError as fault:
            raise _located(fault, piece) from None
        return value

    def _spend(self, value: Value) -> None:
        self.steps += 1
        if isinstance(value, str):
            self.steps += len(value) // CHARACTERS_A_STEP
            if len(value) > OUTPUT_MAX:
                raise FaultyValueError("output_too_long", str(OUTPUT_MAX))
        if self.steps > STEPS_MAX:
            raise FaultyValueError("too_many_steps")

    def _as(self, kind: Kind, piece: Piece) -> Any:  # noqa: ANN401 - the kind says what comes
        return self._converted(self.value(piece), kind, piece)

    def _converted(self, value: Value, kind: Kind, piece: Piece) -> Any:  # noqa: ANN401 - as above
        try:
            return converted(value, kind, self._language)
        except FaultyValueError as fault:
            raise _located(fault, piece) from None

    def _comparison(self, pieces: Sequence[Piece]) -> bool:
        first, sign, second = pieces
        return _COMPARISONS[str(sign)](order(self.value(first), self.value(second)))

    def _signed(self, pieces: Sequence[Piece]) -> Decimal:
        number: Decimal = self._as(Kind.NUMBER, pieces[1])
        return -number if pieces[0] == "-" else number

    def _chain(self, pieces: Sequence[Piece]) -> Value:
        """Work a sum or a product out from left to right; a date may begin a sum."""
        total = self.value(pieces[0])
        if not isinstance(total, datetime):
            total = self._converted(total, Kind.NUMBER, pieces[0])
        for sign, piece in zip(pieces[1::2], pieces[2::2], strict=True):
            if isinstance(total, datetime):
                total = self._date_and(total, str(sign), piece)
            else:
                total = self._number_and(cast("Decimal", total), str(sign), piece)
        return total

    def _date_and(self, moment: datetime, sign: str, piece: Piece) -> Value:
        if sign not in {"+", "-"}:
            raise FaultyValueError("not_a_number", text_of(moment, self._language))
        other = self.value(piece)
        if isinstance(other, datetime) and sign == "-":
            return days_between(moment, other)
        days: Decimal = self._converted(other, Kind.NUMBER, piece)
        return moved_by_days(moment, days if sign == "+" else -days)

    def _number_and(self, number: Decimal, sign: str, piece: Piece) -> Decimal:
        other: Decimal = self._as(Kind.NUMBER, piece)
        if sign == "/" and not other:
            raise _located(FaultyValueError("division_by_zero"), piece)
        if sign == "/":
            return within_bounds(number / other)
        return within_bounds(number * other if sign == "*" else number + other if sign == "+" else number - other)

    def _applied(self, function: Function, pieces: Sequence[Piece]) -> Value:
        calls = [partial(self._as, function.kind(place), piece) for place, piece in enumerate(pieces)]
        values = calls if function.is_lazy else [call() for call in calls]
        return function.call(*([self._language] if function.in_language else []), *values)


def _located(fault: FaultyValueError, piece: Piece) -> FormulaError:
    return fault_at(first_token(piece), fault.reason, fault.value, fault.suggestion)
