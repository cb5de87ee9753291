"""A fault in a formula as a page shows it: the line with its place marked; and the help beside a formula."""

from __future__ import annotations

from dataclasses import dataclass

from backend.domain.field_catalogue import TABLES, Table
from backend.domain.formula.errors import FormulaError
from backend.domain.formula.functions import FUNCTIONS
from backend.web.field_chooser import in_language
from backend.web.formula_messages import FUNCTIONS as FUNCTION_LABELS
from backend.web.messages import explain

_AROUND = 60


@dataclass(frozen=True, slots=True)
class FormulaFault:
    """What is wrong, what to do, and the line around it: what stands before, at and behind the faulty place."""

    sentence: str
    remedy: str
    before: str
    spot: str
    after: str


@dataclass(frozen=True, slots=True)
class HelpLine:
    """Something to insert into a formula, what it is, and how it is used."""

    inserts: str
    label: str
    example: str = ""


@dataclass(frozen=True, slots=True)
class FormulaHelp:
    """The functions, and the fields by the name of their table."""

    functions: list[HelpLine]
    tables: list[tuple[str, list[HelpLine]]]


def fault_in(text: str, error: FormulaError) -> FormulaFault:
    """Return the fault of a text as a page shows it."""
    lines = text.split("\n")
    line = lines[min(error.line, len(lines)) - 1]
    start = error.column - 1
    end = start + max(error.length, 1)
    explained = explain(error)
    before, after = line[:start], line[end : end + _AROUND]
    return FormulaFault(explained.sentence, explained.remedy, before[-_AROUND:], line[start:end], after)


def formula_help() -> FormulaHelp:
    """Return what can be inserted, in the language of the page."""
    functions = [
        HelpLine(f"{name}()" if name not in {"ET", "OU"} else f" {name} ", str(FUNCTION_LABELS[name]), function.example)
        for name, function in FUNCTIONS.items()
    ]
    tables = [(in_language(table.label), _field_lines(table)) for table in TABLES.values()]
    return FormulaHelp(functions, tables)


def _field_lines(table: Table) -> list[HelpLine]:
    return [HelpLine(f"{table.code}.{field.name}", in_language(field.label)) for field in table.fields]
