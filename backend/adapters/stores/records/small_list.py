"""A table of a few records with a code: read whole, and searched in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backend.adapters.stores.records.by_code import kept
from backend.adapters.stores.records.found_by_words import RowAndWords
from backend.adapters.stores.records.words import search_text, word_terms, words_of

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Row, Table


@dataclass(frozen=True, slots=True)
class SmallList:
    """The records, and the columns by which their list is sorted; answers as FoundByWords does."""

    records: Table
    order: tuple[str, ...] = ("code",)

    def search(
        self,
        connection: Connection,
        text: str,
        *where: ColumnElement[bool],
        archived: bool = False,
        limit: int,
        offset: int = 0,
    ) -> Sequence[Row[Any]]:
        """Return rows in their order, of which a word begins with each word of the text."""
        columns = self.records.c
        found = kept(self.records, *where, archived=archived).order_by(*(columns[name] for name in self.order))
        terms = word_terms(text)
        rows = [row for row in connection.execute(found) if all(_has(row, term.prefix) for term in terms)]
        return rows[offset : offset + limit]

    def replace(self, connection: Connection, rows: Sequence[RowAndWords]) -> None:
        """Insert or replace rows; each code stands once in `rows`."""
        self.remove(connection, [row["code"] for row, _words in rows])
        if rows:
            connection.execute(self.records.insert(), [row for row, _words in rows])

    def remove(self, connection: Connection, codes: Sequence[str]) -> None:
        """Remove records."""
        for code in codes:
            connection.execute(self.records.delete().where(self.records.c.code == code))


def _has(row: Row[Any], prefix: str) -> bool:
    texts = [value for value in row if isinstance(value, str)]
    return f" {prefix}" in search_text(words_of(*texts))
