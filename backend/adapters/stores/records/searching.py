"""Search over words: start from the rarest word, or walk the list itself where every word is common.

A word that few records have gives their keys from the word index; the other words are looked for in those records'
`search_text`. Where every word is common, the list is walked in its own order and is full after a few rows. Either way
a page costs about the same with a thousand records and with a million.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, or_, select, tuple_, union

from backend.adapters.stores.records.words import Term

RARE_MAX = 5_000
_AFTER_EVERY_LETTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Clause:
    """What one term of a search asks: where its keys are found, and whether a given record fits."""

    keys: tuple[Select[Any], ...]
    fits: ColumnElement[bool]


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
    statement: Select[Any], connection: Connection, clauses: Sequence[Clause], key: Sequence[ColumnElement[Any]]
) -> Select[Any]:
    """Add the clauses to a statement over the table of which `key` is the primary key."""
    rarest = _rarest(connection, clauses)
    for clause in clauses:
        if clause is rarest:
            found = _all_keys(clause)
            target = tuple_(*key) if len(key) > 1 else key[0]
            statement = statement.where(target.in_(found))
        else:
            statement = statement.where(clause.fits)
    return statement


def count_common(connection: Connection, clauses: Sequence[Clause]) -> int | None:
    """Return how many keys one common clause has, from its index alone; None where another way is needed."""
    if len(clauses) != 1 or _rarest(connection, clauses):
        return None
    return int(connection.execute(select(func.count()).select_from(_all_keys(clauses[0]).subquery())).scalar_one())


def either(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Join conditions by OR, one alone being itself."""
    return or_(*conditions) if len(conditions) > 1 else conditions[0]


def _all_keys(clause: Clause) -> Any:  # noqa: ANN401 - a Select or a CompoundSelect, which share no useful type
    return union(*clause.keys) if len(clause.keys) > 1 else clause.keys[0].distinct()


def _rarest(connection: Connection, clauses: Sequence[Clause]) -> Clause | None:
    """Return the clause with the fewest keys, if these are few."""
    sizes = [(_size(connection, clause), place) for place, clause in enumerate(clauses)]
    smallest, place = min(sizes, default=(RARE_MAX + 1, 0))
    return clauses[place] if smallest <= RARE_MAX else None


def _size(connection: Connection, clause: Clause) -> int:
    counted = [select(func.count()).select_from(keys.limit(RARE_MAX + 1).subquery()) for keys in clause.keys]
    return sum(int(connection.execute(statement).scalar_one()) for statement in counted)
