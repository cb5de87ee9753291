"""The names in a formula: every field and function must exist, however a formula would turn out."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from typing import TYPE_CHECKING

from backend.domain.formula.functions import FUNCTIONS, OTHER_NAMES
from backend.domain.formula.grammar import fault_at, first_token
from backend.domain.similar_word import nearest

if TYPE_CHECKING:
    from lark import Token, Tree


def plain_name(token: str) -> str:
    """Return a name as it is known, however it was typed: `société.nom` is `SOCIETE.NOM`."""
    return "".join(char for char in unicodedata.normalize("NFD", token) if not unicodedata.combining(char)).upper()


def check_names(tree: Tree[Token], fields: Collection[str]) -> None:
    """Refuse the first name that doesn't exist, and a function with too few or too many values; raises FormulaError."""
    for piece in tree.iter_subtrees_topdown():  # type: ignore[no-untyped-call]
        if piece.data == "field":
            _check_field(first_token(piece), fields)
        elif piece.data == "call":
            _check_call(first_token(piece), len(piece.children) - 1)


def _check_field(token: Token, fields: Collection[str]) -> None:
    code = plain_name(token)
    if code in fields:
        return
    table, _, name = code.partition(".")
    tables = sorted({one.partition(".")[0] for one in fields})
    if table not in tables:
        raise fault_at(token, "unknown_table", table, nearest(table, tables) or ", ".join(tables))
    names = [one.partition(".")[2] for one in fields if one.startswith(f"{table}.")]
    raise fault_at(token, "unknown_field", code, f"{table}.{nearest(name, names) or names[0]}")


def _check_call(token: Token, given: int) -> None:
    name = plain_name(token)
    if name not in FUNCTIONS:
        known = OTHER_NAMES.get(name) or nearest(name, FUNCTIONS) or ", ".join(FUNCTIONS)
        raise fault_at(token, "unknown_function", name, known)
    function = FUNCTIONS[name]
    if not function.fewest <= given <= function.most:
        raise fault_at(token, "argument_count", name, function.example)
