"""Search over words: start from the rarest word, or walk the list itself where every word is common.

A word that few records have gives their keys from the word index; the other words are looked for in those records'
`search_text`. Where every word is common, the list is walked in its own order and is full after a few rows. Either way
a page costs about the same with a thousand records and with a million.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, desc, func, or_, select, tuple_, union

from backend.adapters.stores.records.words import Term

RARE_MAX = 2_000
_AFTER_EVERY_LETTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Clause:
    """What one term of a search asks: where its keys are found, and whether a given record fits."""

    keys: tuple[Select[Any], ...]
    fits: ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Listing:
    """The primary key of a table, and the order in which it is listed, for which there is an index."""

    key: tuple[ColumnElement[Any], ...]
    order: tuple[ColumnElement[Any], ...]
    backwards: bool = False

    def has_key(self, keys: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a Select or a CompoundSelect
        """Tell of a record whether its key is among those that a statement selects."""
        return (tuple_(*self.key) if len(self.key) > 1 else self.key[0]).in_(keys)

    def in_order(self, *, few: bool) -> list[ColumnElement[Any]]:
        """Return what to order by; a few records are to be sorted, not looked for along the whole index."""
        first = self.order[0].concat("") if few else self.order[0]  # no index has the order of an expression
        return [desc(column) if self.backwards else column for column in (first, *self.order[1:])]


def word_clause(term: Term, words: Table, keys: Sequence[str], search_text: ColumnElement[str]) -> Clause:
    """Return the clause of a word that begins so."""
    return Clause((keys_of_word(term.prefix, words, keys),), has_word(term.prefix, search_text))


def keys_of_word(prefix: str, words: Table, keys: Sequence[str]) -> Select[Any]:
    """Select the keys in the word index under words that begin so; a key may come several times."""
    in_range = and_(words.c.word >= prefix, words.c.word < prefix + _AFTER_EVERY_LETTER)
    return select(*(words.c[key] for key in keys)).where(in_range)


def has_word(prefix: str, search_text: ColumnElement[str]) -> ColumnElement[bool]:
    """Tell of a record whether one of its words begins so; folded words hold no `%` and no `_`."""
    return search_text.like(f"% {prefix}%")


def restrict(
    statement: Select[Any], connection: Connection, clauses: Sequence[Clause], listing: Listing, *, ordered: bool = True
) -> Select[Any]:
    """Add the clauses, and the listing's order, to a statement over its table."""
    rarest = _rarest(connection, clauses)
    for clause in clauses:
        statement = statement.where(listing.has_key(_all_keys(clause)) if clause is rarest else clause.fits)
    return statement.order_by(*listing.in_order(few=rarest is not None)) if ordered else statement


def either(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Join conditions by OR, one alone being itself."""
    return or_(*conditions) if len(conditions) > 1 else conditions[0]


def _all_keys(clause: Clause) -> Any:  # noqa: ANN401 - a Select or a CompoundSelect, which share no useful type
    # SQLite looks keys up only where the outermost SELECT is a simple one.
    return select(*union(*clause.keys).subquery().c) if len(clause.keys) > 1 else clause.keys[0].distinct()


def _rarest(connection: Connection, clauses: Sequence[Clause]) -> Clause | None:
    """Return the clause with the fewest keys, if these are few."""
    sizes = [(_size(connection, clause), place) for place, clause in enumerate(clauses)]
    smallest, place = min(sizes, default=(RARE_MAX + 1, 0))
    return clauses[place] if smallest <= RARE_MAX else None


def _size(connection: Connection, clause: Clause) -> int:
    counted = [select(func.count()).select_from(keys.limit(RARE_MAX + 1).subquery()) for keys in clause.keys]
    return sum(int(connection.execute(statement).scalar_one()) for statement in counted)
