"""Formulas end within their bounds: nothing typed does harm, takes long or gives a text without end."""

from __future__ import annotations

import builtins
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.field_catalogue import FIELDS
from backend.domain.formula.errors import FormulaError
from backend.domain.formula.evaluation import OUTPUT_MAX, STEPS_MAX, Evaluation, check_formula, evaluate
from backend.domain.formula.functions import FUNCTIONS
from backend.domain.formula.grammar import LENGTH_MAX, TOKENS_MAX, read_tree
from backend.domain.value_format import Value
from tests.unit.formula_parts import outcome, read

# MAIL-FACTS 8 tried such things on other evaluators: powers, long texts, attributes, formats, ranges, files.
ATTACKS = [
    "9**9**9",
    "9**99999999",
    "'a'*10**9",
    '"a"*999999999',
    '"a"*1000000*1000000',
    "().__class__.__bases__[0].__subclasses__()",
    '"".__class__.__mro__[1].__subclasses__()',
    "__import__('os').system('touch /tmp/x')",
    '__import__("os")',
    "open('/etc/passwd').read()",
    'open("/etc/passwd")',
    'eval("1")',
    'exec("import os")',
    'compile("1";"";"eval")',
    "lambda: 1",
    "[x for x in range(10**9)]",
    "range(1000000000)",
    '"{0.__class__}".format(1)',
    'TEXTE(1;"{0.__class__}")',
    'TEXTE(1;"%s%s%s%n")',
    'FORMATDATE(TICKET.DATE;"%Y{}{0}")',
    'TEXTE(1;"' + "0" * 3000 + '")',
    'TEXTE(1;"0,' + "0" * 3000 + '")',
    "globals()",
    "TICKET.__class__",
    "TICKET.__init__.__globals__",
    "CLIENT.__dict__",
    "__builtins__.open",
    "os.system",
    "sys.exit()",
    "TICKET.NUMERO.bit_length()",
    "TICKET.NUMERO.__class__",
    "{{7*7}}",
    "{{ config }}",
    "${7*7}",
    "#{7*7}",
    "<script>alert(1)</script>",
    '"; DROP TABLE tickets; --"',
    "'; DROP TABLE tickets; --",
    "`id`",
    "$(id)",
    "@SUM(1+1)",
    "=cmd|'/c calc'!A0",
    '=HYPERLINK("http://evil.test")',
    "1;2;3",
    "(" * LENGTH_MAX,
    "(" * 900 + "1" + ")" * 900,
    "-" * (LENGTH_MAX - 1) + "1",
    "NON " * 900 + "1=1",
    "SI(1=1;" * 400 + "1" + ")" * 400,
    "GAUCHE(" * 400 + '"a"' + ")" * 400,
    "1+" * 1999 + "1",
    '"a"&' * 999 + '"b"',
    '"' * (LENGTH_MAX - 1),
    "9" * LENGTH_MAX,
    "0," + "9" * (LENGTH_MAX - 2),
    "*".join(["999999999999999"] * 200),
    "1/3*" * 400 + "1",
    "1/" + "/".join(["999999999999999"] * 200),
    "ARRONDI(1;999999999)",
    "GAUCHE(CLIENT.NOM;99999999999999)",
    "TICKET.DATE+999999999999",
    "TICKET.DATE" + "-36525" * 25,
    "CONCAT(" + "1;" * 99 + "1)",
    "CONCAT(" + "1;" * 100 + "1)",
    "x" * (LENGTH_MAX + 1),
    "x." * 1000,
    "\x00",
    "\ud800",
    "1\u20602",
    "١+٢",  # digits of another script
    "ﬁ.ﬁ",
    "İ.İ",
    "\u202e1=1",
    "\r\nBcc: a@b.test",
    '"\r\nBcc: a@b.test"',
    "TICKET.\u0000NUMERO",
    "nan + 1",
    "inf",
    '"nan" + 1',
    '"1e999999" + 1',
    '"Infinity" * 2',
    '"' + "9" * 3000 + '" + 1',
    "1e999999",
    "0x41",
    "1_000",
]


class NotAllowedError(AssertionError):
    """A formula reached for the outside."""


@contextmanager
def shut_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise NotAllowedError

    with monkeypatch.context() as context:
        for module, name in ((builtins, "eval"), (builtins, "exec"), (builtins, "open"), (os, "system")):
            context.setattr(module, name, refuse)
        context.setattr(socket.socket, "connect", refuse)
        context.setattr(subprocess, "Popen", refuse)
        yield


def within_budget(formula: str) -> None:
    """Work a formula out: a result within its bounds, or an explained error, both within the steps allowed."""
    work = Evaluation(read, "fr")
    value: Value | None = None
    place = (1, 1)
    try:
        tree = read_tree(formula)
        check_formula(formula, FIELDS)
        value = work.result(tree)
    except FormulaError as error:
        place = (error.line, error.column)
    assert not isinstance(value, str) or len(value) <= OUTPUT_MAX
    assert not isinstance(value, Decimal) or abs(value) < 10**15
    assert (1, 1) <= place <= (formula.count("\n") + 1, LENGTH_MAX + 1)
    assert work.steps <= 2 * STEPS_MAX + OUTPUT_MAX // 100  # what joins texts is counted when it has


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_an_attack_ends_in_a_text_or_an_explained_error(attack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome('"lark is imported, the grammar built"')
    with shut_in(monkeypatch):
        within_budget(attack)
        assert len(outcome(f"formule={attack}")) <= OUTPUT_MAX


@settings(max_examples=300)
@given(st.text(max_size=300))
def test_any_text_gives_a_result_or_an_explained_error(text: str) -> None:
    within_budget(text)


WORDS = st.sampled_from(
    [*FUNCTIONS, *"()();;&+-*/=<>", *("<=", ">=", "NON", "1", "2,5", "0", '"a"', '""', '"1"'), *sorted(FIELDS)[:8]]
)


@settings(max_examples=300)
@given(st.lists(WORDS, max_size=60).map(" ".join))
def test_any_row_of_words_gives_a_result_or_an_explained_error(text: str) -> None:
    within_budget(text)


ATOMS = st.sampled_from(["1", "2,5", "0", '"a"', '"7"', "TICKET.TTC", "TICKET.DATE", "CLIENT.NOM", "1=1"])
FORMULAS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["&", "+", "-", "*", "/", "=", "<", ">="]), inner).map(
            "({0[0]}{0[1]}{0[2]})".format
        ),
        st.tuples(st.sampled_from(sorted(FUNCTIONS)), st.lists(inner, min_size=1, max_size=3)).map(
            lambda call: f"{call[0]}({';'.join(call[1])})"
        ),
    ),
    max_leaves=25,
)


@settings(max_examples=300)
@given(FORMULAS)
def test_whatever_is_well_formed_gives_a_result_or_an_explained_error(text: str) -> None:
    within_budget(text)


def test_texts_that_grow_end_at_the_bound() -> None:
    long = "CLIENT.NOM"
    values: dict[str, Value] = {"CLIENT.NOM": "x" * 1_000}
    with pytest.raises(FormulaError, match="output_too_long"):
        evaluate("&".join([long] * 30), FIELDS, values.__getitem__)
    nested = "MAJUSCULE(" * 29 + "&".join([long] * 20) + ")" * 29
    with pytest.raises(FormulaError, match="too_many_steps"):
        evaluate(nested, FIELDS, values.__getitem__)


def test_a_formula_has_a_greatest_length_depth_and_number_of_pieces() -> None:
    assert outcome("1" + " " * LENGTH_MAX).startswith("! too_long")
    assert outcome("NON " * 30 + "1=1") == "VRAI"
    assert outcome("NON " * 40 + "1=1").startswith("! too_deep")
    assert outcome("+".join(["1"] * (TOKENS_MAX // 2))) == str(TOKENS_MAX // 2)
    assert outcome("+".join(["1"] * (TOKENS_MAX // 2 + 1))).startswith("! too_many_pieces")
