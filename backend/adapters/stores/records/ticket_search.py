"""The ticket list: by number, customer, amount and day, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from backend.adapters.stores.records.schema import ticket_words, tickets, tills
from backend.adapters.stores.records.searching import (
    Clause,
    Listing,
    either,
    has_word,
    keys_of_word,
    restrict,
)
from backend.adapters.stores.records.ticket_rows import SUMMARY_COLUMNS, amount_word
from backend.adapters.stores.records.words import Term, ticket_terms
from backend.domain.errors import InvalidInputError
from backend.domain.ticket import TicketQuery, TicketTotals

_KEY = (tickets.c.till_code, tickets.c.number)
_LISTING = Listing(_KEY, (tickets.c.issued_at_utc, *_KEY), backwards=True)
_WORD_KEY = ("till_code", "number")
_FARTHEST_EAST = timezone(timedelta(hours=14))
_FARTHEST_WEST = timezone(timedelta(hours=-12))


def page(connection: Connection, query: TicketQuery) -> Sequence[Row[Any]]:
    """Return the rows of one page."""
    statement = select(*SUMMARY_COLUMNS).where(*_days(query))
    found = restrict(statement, connection, _clauses(connection, query.text), _LISTING)
    return connection.execute(found.limit(query.limit).offset(query.offset)).all()


def count(connection: Connection, query: TicketQuery) -> int:
    """Return how many tickets fit; with a common word this reads the whole index."""
    clauses = _clauses(connection, query.text)
    if not (clauses or query.from_day or query.to_day):
        return int(connection.execute(select(func.coalesce(func.sum(tills.c.last_position), 0))).scalar_one())
    statement = select(func.count()).select_from(tickets).where(*_days(query))
    return int(connection.execute(restrict(statement, connection, clauses, _LISTING, ordered=False)).scalar_one())


def totals(connection: Connection, query: TicketQuery) -> TicketTotals:
    """Return count and sum of what fits."""
    found = select(func.count(), func.coalesce(func.sum(tickets.c.gross_total), 0)).select_from(tickets)
    clauses = _clauses(connection, query.text)
    row = connection.execute(restrict(found.where(*_days(query)), connection, clauses, _LISTING, ordered=False)).one()
    return TicketTotals(int(row[0]), int(row[1]))


def _clauses(connection: Connection, text: str) -> list[Clause]:
    terms = ticket_terms(text)
    codes = list(connection.execute(select(tills.c.code)).scalars()) if terms else []
    return [_clause(term, codes) for term in terms]


def _clause(term: Term, till_codes: Sequence[str]) -> Clause:
    keys: list[Select[Any]] = []
    fits: list[ColumnElement[bool]] = []
    if term.prefix:
        keys.append(keys_of_word(term.prefix, ticket_words, _WORD_KEY))
        fits.append(has_word(term.prefix, tickets.c.search_text))
    if term.prefix.upper() in till_codes:
        of_till = tickets.c.till_code == term.prefix.upper()
        keys.append(select(*_KEY).where(of_till))
        fits.append(of_till)
    if term.key:
        is_key = (tickets.c.till_code == term.key.till_code) & (tickets.c.number == term.key.number)
        keys.append(select(*_KEY).where(is_key))
        fits.append(is_key)
    if term.number is not None:
        is_number = tickets.c.number == term.number
        keys.append(select(*_KEY).where(tickets.c.till_code.in_(till_codes), is_number))
        fits.append(is_number)
    if term.cents is not None:
        words = [amount_word(cents) for cents in term.amounts]
        keys.append(select(*(ticket_words.c[name] for name in _WORD_KEY)).where(ticket_words.c.word.in_(words)))
        fits.append(tickets.c.gross_total.in_(term.amounts))
    return Clause(tuple(keys), either(*fits))


def _days(query: TicketQuery) -> list[ColumnElement[bool]]:
    """Compare days as printed on the ticket; the wider bounds in UTC let the index be used."""
    conditions: list[ColumnElement[bool]] = []
    if query.from_day:
        first = _day(query.from_day, "from_day")
        earliest = datetime.combine(first, time.min, _FARTHEST_EAST)
        conditions += [tickets.c.issued_at >= first.isoformat(), tickets.c.issued_at_utc >= _utc(earliest)]
    if query.to_day:
        after = _day(query.to_day, "to_day") + timedelta(days=1)
        latest = datetime.combine(after, time.min, _FARTHEST_WEST)
        conditions += [tickets.c.issued_at < after.isoformat(), tickets.c.issued_at_utc < _utc(latest)]
    return conditions


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(where, "day", text) from None


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
