"""Formulas of mail texts: what they give, and what is refused and where."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.field_catalogue import FIELDS
from backend.domain.formula.evaluation import evaluate
from backend.domain.formula.functions import FUNCTIONS
from backend.domain.formula.grammar import is_formula, without_prefix
from backend.web.formula_messages import FUNCTIONS as FUNCTION_LABELS
from tests.unit.formula_parts import outcome, read

GOLDEN = [
    line.split("\t")
    for line in (Path(__file__).parent / "formulas.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("formula", "expected"), GOLDEN)
def test_a_formula_gives_what_the_golden_file_says(formula: str, expected: str) -> None:
    found = outcome(formula.replace("\\n", "\n"))
    expected = expected.replace("\\n", "\n").replace("~", "\u00a0")
    if expected.startswith("! "):
        assert f"{found} ".startswith(f"{expected} ")
    else:
        assert found == expected


def test_the_golden_file_tells_of_sixty_results_at_least() -> None:
    assert sum(not expected.startswith("!") for _, expected in GOLDEN) >= 60


def test_every_function_and_operator_is_in_the_golden_file() -> None:
    formulas = " ".join(formula for formula, expected in GOLDEN if not expected.startswith("!"))
    for name in (*FUNCTIONS, *"&+-*/=", "<>", "<=", ">=", " < ", " > ", " ET ", " OU ", "NON "):
        assert name in formulas


def test_every_function_has_a_line_of_help() -> None:
    assert set(FUNCTION_LABELS) == set(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_example_of_each_function_works(name: str) -> None:
    assert not outcome(FUNCTIONS[name].example).startswith("!")


def test_yes_and_months_are_said_in_the_language_of_the_shop() -> None:
    assert outcome("1 = 1", "en") == "TRUE"
    assert outcome('FORMATDATE(TICKET.DATE; "J MMMM AAAA")', "en") == "24 November 2026"


@pytest.mark.parametrize("text", ['formule="a"', 'formule:"a"', '\n  Formule="a"'])
def test_a_text_that_starts_with_formule_is_one(text: str) -> None:
    assert is_formula(text)
    assert outcome(text) == "a"


@pytest.mark.parametrize("text", ["Formule : menu du midi", "La formule=x", "formule", "", "formules=1"])
def test_other_texts_are_none(text: str) -> None:
    assert not is_formula(text)
    assert without_prefix(text) == text


def test_places_are_counted_in_the_text_as_it_was_typed() -> None:
    assert outcome('\nformule="a"\n& TICKET.NUMRO').startswith("! unknown_field 3:3 ")


def test_amounts_are_worked_out_exactly() -> None:
    assert evaluate("0,1 + 0,2", FIELDS, read) == Decimal("0.3")
    assert evaluate("TICKET.TTC * 3", FIELDS, read) == Decimal("73.50")


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_in_quotes_is_itself(text: str) -> None:
    quoted = text.replace('"', '""')
    assert outcome(f'"{quoted}"') == text


@settings(max_examples=200)
@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9), st.sampled_from("+-"))
def test_sums_of_cents_are_exact(first: int, second: int, sign: str) -> None:
    def euros(cents: int) -> str:
        return f"({'-' if cents < 0 else ''}{abs(cents) // 100},{abs(cents) % 100:02d})"

    expected = first + second if sign == "+" else first - second
    assert evaluate(f"{euros(first)}{sign}{euros(second)}", FIELDS, read) == Decimal(expected).scaleb(-2)
