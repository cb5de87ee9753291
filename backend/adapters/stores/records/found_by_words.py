"""A table of records with a code and a name, and the words under which they are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, bindparam, select

from backend.adapters.stores.records.by_code import kept
from backend.adapters.stores.records.searching import Listing, restrict, word_clause
from backend.adapters.stores.records.words import fold, search_text, word_terms

_CHUNK = 500

RowAndWords = tuple[dict[str, Any], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class FoundByWords:
    """The records and their word index; `naming` is the column by which lists are sorted."""

    records: Table
    words: Table
    naming: str = "name"

    def search(
        self,
        connection: Connection,
        text: str,
        *where: ColumnElement[bool],
        archived: bool = False,
        limit: int,
        offset: int = 0,
    ) -> Sequence[Row[Any]]:
        """Return rows by name, of which a word begins with each word of the text: those in use, or the archived."""
        columns = self.records.c
        clauses = [word_clause(term, self.words, ("code",), columns.search_text) for term in word_terms(text)]
        listing = Listing((columns.code,), (columns.sort_key, columns.code))
        found = restrict(kept(self.records, *where, archived=archived), connection, clauses, listing)
        return connection.execute(found.limit(limit).offset(offset)).all()

    def replace(self, connection: Connection, rows: Sequence[RowAndWords]) -> None:
        """Insert or replace rows and their words; each code stands once in `rows`."""
        for start in range(0, len(rows), _CHUNK):
            self.remove(connection, [row["code"] for row, _ in rows[start : start + _CHUNK]])
        full = [{**row, "sort_key": fold(row[self.naming]), "search_text": search_text(words)} for row, words in rows]
        entries = [{"word": word, "code": row["code"]} for row, words in rows for word in words]
        if full:
            connection.execute(self.records.insert(), full)
        if entries:
            connection.execute(self.words.insert(), entries)

    def remove(self, connection: Connection, codes: Sequence[str]) -> None:
        """Remove records; the word index is sorted by word, so their entries are found by the words they had."""
        columns = self.records.c
        there = connection.execute(select(columns.code, columns.search_text).where(columns.code.in_(codes))).all()
        entries = [{"old_word": word, "old_code": row.code} for row in there for word in row.search_text.split()]
        if entries:
            entry = self.words.c.word == bindparam("old_word"), self.words.c.code == bindparam("old_code")
            connection.execute(self.words.delete().where(*entry), entries)
        connection.execute(self.records.delete().where(columns.code.in_(codes)))
