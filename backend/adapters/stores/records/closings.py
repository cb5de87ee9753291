"""Closings (ClosingStore): each till a chain of them; what a period brought is read from its tickets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from backend.adapters.stores.records.database import RecordsDatabase
from backend.adapters.stores.records.schema import closings, tickets, tills
from backend.domain.closing import (
    Closing,
    ClosingNotDueError,
    ClosingPeriod,
    ClosingTotals,
    OpenTickets,
    RecordedClosing,
    added_up,
    due_closings,
    last_day_of,
    totals_of,
)
from backend.domain.closing_chain import canonical_closing, closing_from_content, link_closing
from backend.domain.errors import NotFoundError
from backend.domain.ticket import Ticket
from backend.domain.ticket_chain import ticket_from_content

_BATCH = 500
_DAYS, _MONTHS, _YEARS = ClosingPeriod


class SqlClosingStore:
    """Closings in SQL; triggers refuse to change or delete one."""

    def __init__(self, database: RecordsDatabase) -> None:
        self._database = database

    def open_tickets(self, till_code: str, today: date) -> OpenTickets:
        """Return what a till recorded since its last closing of a day; raises NotFoundError."""
        with self._database.read() as connection:
            return _open_tickets(connection, _till(connection, till_code), today)

    def first_open_at(self, till_code: str) -> datetime | None:
        """Return the issue of the oldest ticket that no closing holds; raises NotFoundError."""
        with self._database.read() as connection:
            return _first_open_at(connection, _till(connection, till_code))

    def reading(self, till_code: str) -> ClosingTotals:
        """Return the X: totals since the last closing of a day; raises NotFoundError."""
        with self._database.read() as connection:
            till = _till(connection, till_code)
            return totals_of(ticket for _place, ticket in _tickets(connection, till_code, till.closed_position))

    def close(
        self, till_code: str, period: ClosingPeriod, span: str, *, at: datetime, by: str, training: bool = False
    ) -> RecordedClosing:
        """Close what is due, durably; raises NotFoundError, ClosingNotDueError."""
        with self._database.write() as connection:
            till = _till(connection, till_code)
            if (period, span) not in _open_tickets(connection, till, at.date()).due:
                raise ClosingNotDueError(till_code, span, _reason(connection, till, period, span))
            return _Closer(connection, till).close(period, span, at=at, by=by, training=training)

    def find(self, till_code: str, position: int) -> RecordedClosing:
        """Return one closing; raises NotFoundError."""
        with self._database.read() as connection:
            found = _of_till(till_code).where(closings.c.position == position)
            row = connection.execute(found).one_or_none()
        if row is None:
            raise NotFoundError("closing", f"{till_code}-Z{position}")
        return recorded_closing(row)

    def latest(self, *, limit: int = 50, offset: int = 0) -> list[RecordedClosing]:
        """Return closings of all tills, newest first."""
        order = (closings.c.closed_at_utc.desc(), closings.c.till_code, closings.c.position.desc())
        with self._database.read() as connection:
            rows = connection.execute(select(closings).order_by(*order).limit(limit).offset(offset))
            return [recorded_closing(row) for row in rows]

    def between(self, first_day: date, last_day: date) -> list[RecordedClosing]:
        """Return the closings whose last day lies between two days, by till and order."""
        spans = closings.c.span.between(first_day.isoformat()[:4], f"{last_day.isoformat()}~")
        order = (closings.c.till_code, closings.c.position)
        with self._database.read() as connection:
            found = [
                recorded_closing(row) for row in connection.execute(select(closings).where(spans).order_by(*order))
            ]
        return [each for each in found if first_day <= each.closing.last_day <= last_day]


class _Closer:
    """Makes the next closing of a till within a writing transaction."""

    def __init__(self, connection: Connection, till: Row[Any]) -> None:
        self._connection = connection
        self._till = till

    def close(self, period: ClosingPeriod, span: str, *, at: datetime, by: str, training: bool) -> RecordedClosing:
        """Add it to the chain, and move the till's end."""
        if period is ClosingPeriod.DAY:
            last_position, totals = self._of_day(last_day_of(span))
            first_position = self._till.closed_position + 1
        else:
            parts = self._parts(period.part, span)
            first_position, last_position = min(each.first_position for each in parts), self._till.closed_position
            totals = added_up(each.totals for each in parts)
        closing = Closing(
            self._till.code,
            period,
            span,
            self._number(period),
            at.replace(microsecond=0),
            by,
            first_position,
            last_position,
            self._ticket_hash(last_position),
            totals,
            self._perpetual(period, totals),
            training,
        )
        position = self._till.last_closing + 1
        recorded = link_closing(closing, position=position, previous_sha256=self._till.last_closing_sha256)
        self._write(recorded)
        return recorded

    def _of_day(self, day: date) -> tuple[int, ClosingTotals]:
        """Return the last place of what a day closes, and its totals: a prefix of the chain, whatever the clock did."""
        last = self._till.closed_position
        taken = []
        for place, ticket in _tickets(self._connection, self._till.code, last):
            if ticket.issued_at.date() > day:
                break
            last = place
            taken.append(totals_of([ticket]))
        return last, added_up(taken)

    def _parts(self, part: ClosingPeriod, span: str) -> list[Closing]:
        within = closings.c.span.between(span, f"{span}~")  # `~` comes after digits and the hyphen
        rows = self._connection.execute(_of_till(self._till.code).where(closings.c.period == part.value, within))
        return [recorded_closing(row).closing for row in rows]

    def _number(self, period: ClosingPeriod) -> int:
        of_period = (closings.c.till_code == self._till.code, closings.c.period == period.value)
        return 1 + int(
            self._connection.execute(select(func.count()).select_from(closings).where(*of_period)).scalar_one()
        )

    def _ticket_hash(self, position: int) -> str:
        at = (tickets.c.till_code == self._till.code, tickets.c.position == position)
        return str(self._connection.execute(select(tickets.c.chain_sha256).where(*at)).scalar_one())

    def _perpetual(self, period: ClosingPeriod, totals: ClosingTotals) -> int:
        last = self._connection.execute(
            _of_till(self._till.code).where(closings.c.position == self._till.last_closing)
        ).one_or_none()
        before = recorded_closing(last).closing.perpetual_total if last else 0
        return before + (totals.gross_total if period is ClosingPeriod.DAY else 0)

    def _write(self, recorded: RecordedClosing) -> None:
        closing = recorded.closing
        row = {
            "till_code": closing.till_code,
            "position": recorded.position,
            "period": closing.period.value,
            "span": closing.span,
            "closed_at_utc": closing.closed_at.astimezone(UTC).isoformat(timespec="seconds"),
            "content_sha256": recorded.content_sha256,
            "previous_sha256": recorded.previous_sha256,
            "chain_sha256": recorded.chain_sha256,
            "content": canonical_closing(closing),
        }
        self._connection.execute(closings.insert(), row)
        end = {
            "last_closing": recorded.position,
            "last_closing_sha256": recorded.chain_sha256,
            "closed_position": closing.last_position,
            "closed_through": max(self._till.closed_through, closing.last_day.isoformat()),
        }
        self._connection.execute(tills.update().where(tills.c.code == closing.till_code), end)


def recorded_closing(row: Row[Any]) -> RecordedClosing:
    """Rebuild a closing; raises ValueError, TypeError or KeyError where the content was tampered with."""
    closing = closing_from_content(json.loads(row.content))
    return RecordedClosing(closing, row.position, row.content_sha256, row.previous_sha256, row.chain_sha256)


def _till(connection: Connection, code: str) -> Row[Any]:
    row = connection.execute(select(tills).where(tills.c.code == code).with_for_update()).one_or_none()
    if row is None:
        raise NotFoundError("till", code)
    return row


def _of_till(code: str) -> Select[Any]:
    return select(closings).where(closings.c.till_code == code)


def _tickets(connection: Connection, till_code: str, after: int) -> Iterator[tuple[int, Ticket]]:
    """Yield the tickets behind a place of a chain, with their places, in order."""
    behind = (tickets.c.till_code == till_code, tickets.c.position > after)
    found = select(tickets.c.position, tickets.c.content).where(*behind).order_by(tickets.c.position)
    for row in connection.execution_options(yield_per=_BATCH).execute(found):
        yield row.position, ticket_from_content(json.loads(row.content))


def _first_open_at(connection: Connection, till: Row[Any]) -> datetime | None:
    first = (tickets.c.till_code == till.code, tickets.c.position == till.closed_position + 1)
    issued = connection.execute(select(tickets.c.issued_at).where(*first)).scalar_one_or_none()
    return datetime.fromisoformat(issued) if issued else None


def _open_tickets(connection: Connection, till: Row[Any], today: date) -> OpenTickets:
    first_at = _first_open_at(connection, till)
    return OpenTickets(
        till.code,
        till.last_position - till.closed_position,
        first_at,
        date.fromisoformat(till.closed_through) if till.closed_through else None,
        due_closings(
            first_open=first_at.date() if first_at else None,
            unclosed_days=_spans_after(connection, till.code, _DAYS, _MONTHS),
            unclosed_months=_spans_after(connection, till.code, _MONTHS, _YEARS),
            today=today,
        ),
    )


def _spans_after(connection: Connection, till_code: str, part: ClosingPeriod, whole: ClosingPeriod) -> list[str]:
    """Return the spans of closed parts that no closed whole holds yet, oldest first."""
    of_till = closings.c.till_code == till_code
    last = select(func.max(closings.c.span)).where(of_till, closings.c.period == whole.value)
    last_whole = connection.execute(last).scalar() or ""
    after = select(closings.c.span).where(
        of_till, closings.c.period == part.value, closings.c.span > (f"{last_whole}~" if last_whole else "")
    )
    return list(connection.execute(after.order_by(closings.c.span)).scalars())


def _reason(connection: Connection, till: Row[Any], period: ClosingPeriod, span: str) -> str:
    """Return why a period can't be closed now."""
    once = (closings.c.till_code == till.code, closings.c.period == period.value, closings.c.span == span)
    if connection.execute(select(closings.c.position).where(*once)).one_or_none():
        return "closed_already"
    if till.last_position == till.closed_position and period is ClosingPeriod.DAY:
        return "empty"
    return "earlier_first" if period is ClosingPeriod.DAY else "not_over"
