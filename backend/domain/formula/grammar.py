"""What a formula may look like, read by lark: LALR, so that neither parsing nor its memory can grow out of hand."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from backend.domain.formula.errors import FormulaError

if TYPE_CHECKING:
    from lark import Lark, Token, Tree, UnexpectedInput

LENGTH_MAX = 4_000
TOKENS_MAX = 1_000
DEPTH_MAX = 32
PREFIXES = ("formule=", "formule:")

GRAMMAR = r"""
?start: alternatives
?alternatives: conditions (OR conditions)*
?conditions: denial (AND denial)*
?denial: NOT denial | comparison
?comparison: joined (COMPARE joined)?
?joined: sum (_JOIN sum)*
?sum: product (PLUS product | MINUS product)*
?product: signed (TIMES signed | OVER signed)*
?signed: (PLUS | MINUS) signed -> sign | atom
?atom: NUMBER -> number | TEXT -> text | FIELD -> field | call | _OPEN alternatives _CLOSE
call: (NAME | AND | OR) _OPEN (alternatives (_NEXT alternatives)*)? _CLOSE

NUMBER: /[0-9]+(?:[.,][0-9]+)?/
TEXT: /"(?:[^"]|"")*"/
FIELD.3: /[^\W\d]\w*\.\w+/
AND.2: /ET\b/i
OR.2: /OU\b/i
NOT.2: /NON\b/i
NAME: /[^\W\d]\w*/
COMPARE: "<=" | "<>" | ">=" | "<" | ">" | "="
_JOIN: "&"
PLUS: "+"
MINUS: "-"
TIMES: "*"
OVER: "/"
_OPEN: "("
_CLOSE: ")"
_NEXT: ";"
BLANK: /\s+/
%ignore BLANK
"""


@cache
def _parser() -> Lark:
    from lark import Lark  # 70 ms with the grammar, and only shops with formulas need it

    return Lark(GRAMMAR, parser="lalr", lexer="basic", propagate_positions=False)


def is_formula(text: str) -> bool:
    """Tell whether a subject or message is a formula: it starts with `formule=` or `formule:`."""
    return text.lstrip()[: len(PREFIXES[0])].casefold() in PREFIXES


def without_prefix(text: str) -> str:
    """Return the formula of a text, blanks in the place of `formule=`, so that every place in it stays the same."""
    if not is_formula(text):
        return text
    end = len(text) - len(text.lstrip()) + len(PREFIXES[0])
    return "".join(char if char == "\n" else " " for char in text[:end]) + text[end:]


def read_tree(formula: str) -> Tree[Token]:
    """Return the syntax tree of a formula; raises FormulaError for one that is too long, too deep or isn't one."""
    if len(formula) > LENGTH_MAX:
        raise FormulaError("too_long", 1, 1, str(LENGTH_MAX))
    if not formula.strip():
        raise FormulaError("empty", 1, 1)
    tree = _read(formula)
    _check_depth(tree)
    return tree


def _read(formula: str) -> Tree[Token]:
    from lark import UnexpectedInput

    reading = _parser().parse_interactive(formula)
    before: Token | None = None
    last: Token | None = None
    try:
        for count, token in enumerate(reading.iter_parse()):
            if count >= TOKENS_MAX:
                raise fault_at(token, "too_many_pieces", str(TOKENS_MAX))
            before, last = last, token
        tree: Tree[Token] = reading.feed_eof(last)  # type: ignore[no-untyped-call]
    except UnexpectedInput as error:
        raise _misread(formula, error, before if getattr(error, "token", None) is last else last) from None
    return tree


def first_token(piece: Tree[Token] | Token) -> Token:
    """Return the token where a piece of a formula begins."""
    while not isinstance(piece, str):
        piece = piece.children[0]
    return piece


def fault_at(token: Token, reason: str, value: str = "", suggestion: str = "") -> FormulaError:
    """Return the error with a token's place."""
    return FormulaError(reason, token.line or 1, token.column or 1, value, suggestion, len(token))


def _check_depth(tree: Tree[Token]) -> None:
    depths: dict[int, int] = {}
    for piece in tree.iter_subtrees():  # from the inside out, without recursion
        depths[id(piece)] = 1 + max((depths[id(child)] for child in piece.children if id(child) in depths), default=0)
        if depths[id(piece)] > DEPTH_MAX:
            raise fault_at(first_token(piece), "too_deep", str(DEPTH_MAX))


# What people write out of habit, and what means it here.
_OTHER_WORDS = {"AND": "ET", "OR": "OU", "NOT": "NON"}
_OTHER_SIGNS = {"'": '"', "“": '"', "”": '"', "«": '"', "»": '"', "’": '"', "!": "<>", "^": "*", "×": "*", "÷": "/"}


def _misread(formula: str, error: UnexpectedInput, last: Token | None) -> FormulaError:
    from lark import UnexpectedCharacters, UnexpectedToken

    is_at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if last is not None and last.type == "NAME":
        return fault_at(last, "lone_name", str(last), _OTHER_WORDS.get(last.upper(), ""))
    if isinstance(error, UnexpectedCharacters):
        char = formula[cast("int", error.pos_in_stream)]
        reason = {'"': "text_open", "[": "brackets", ",": "comma"}.get(char, "character")
        return FormulaError(reason, error.line, error.column, char, _OTHER_SIGNS.get(char, ""))
    if isinstance(error, UnexpectedToken) and not is_at_end:
        suggestion = _OTHER_WORDS.get(error.token.upper(), "")
        return fault_at(error.token, "unexpected", str(error.token), suggestion)
    lines = formula.rstrip().split("\n")
    return FormulaError(_unfinished(formula), len(lines), len(lines[-1]) + 1)


def _unfinished(formula: str) -> str:
    outside = formula.split('"')[::2]
    return "bracket_open" if sum(part.count("(") - part.count(")") for part in outside) > 0 else "unfinished"
