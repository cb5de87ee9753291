"""Why a formula can't be read or worked out, and where."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backend.domain.errors import FacteurError


@dataclass(eq=False)
class FormulaError(FacteurError):
    """A formula has a fault at `line` and `column`, from 1, over `length` characters; `reason` has its own sentence.

    `value` is what stands there or what is asked for, `suggestion` what was probably meant ("" where nobody knows);
    `where` names the text that holds the formula, if anything but the formula itself is known.
    """

    cause = "formula"
    reason: str
    line: int
    column: int
    value: str = ""
    suggestion: str = ""
    length: int = 1
    where: str = ""

    def within(self, where: str) -> FormulaError:
        """Return the error with the name of its text."""
        return replace(self, where=where)


class FaultyValueError(Exception):
    """A value doesn't fit where it is used; whoever knows the place makes a FormulaError of it."""

    def __init__(self, reason: str, value: str = "", suggestion: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.value = value
        self.suggestion = suggestion

    def at(self, line: int, column: int, length: int) -> FormulaError:
        """Return the error with its place."""
        return FormulaError(self.reason, line, column, self.value, self.suggestion, length)
