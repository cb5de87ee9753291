"""Recorded tickets (TicketStore): numbered without a gap, each till a chain, found by number, name, amount and day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, select

from backend.adapters.stores.records import ticket_search
from backend.adapters.stores.records.chain_check import check_till, gaps_of
from backend.adapters.stores.records.closing_check import check_closings
from backend.adapters.stores.records.database import RecordsDatabase
from backend.adapters.stores.records.schema import ticket_words, tickets, tills
from backend.adapters.stores.records.ticket_rows import (
    recorded_from_row,
    summary_from_row,
    ticket_row,
    word_rows,
)
from backend.adapters.stores.records.used_records import mark_used, used_by
from backend.domain.closing import DayClosedError
from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.shop import TillKind, TillKindError
from backend.domain.ticket import (
    NOT_NUMBERED,
    ChainReport,
    ImportedTicket,
    RecordedTicket,
    Ticket,
    TicketConflictError,
    TicketNumber,
    TicketQuery,
    TicketSummary,
    TicketTotals,
)
from backend.domain.ticket_chain import canonical_json, link_content

_CHUNK = 500
_TILLS = select(tills).order_by(tills.c.code)
_END = (
    select(tills.c.kind, tills.c.last_number, tills.c.last_position, tills.c.last_chain_sha256, tills.c.closed_through)
    .where(tills.c.code == bindparam("of_till"))
    .with_for_update()
)
_MOVE_END = tills.update().where(tills.c.code == bindparam("of_till"))
_ADD = tickets.insert()
_ADD_WORDS = ticket_words.insert()
_FIND = select(tickets).where(tickets.c.till_code == bindparam("till"), tickets.c.number == bindparam("number"))


_BY_REFERENCE = select(tickets).where(
    tickets.c.till_code == bindparam("till"), tickets.c.reference == bindparam("reference")
)


class SqlTicketStore:
    """Tickets in SQL; every method raises StorageError where the database can't be used."""

    def __init__(self, database: RecordsDatabase) -> None:
        self._database = database

    def record(self, ticket: Ticket) -> RecordedTicket:
        """Give the next number, once under a reference; durable on return.

        Raises NotFoundError, TillKindError, DayClosedError, TicketConflictError.
        """
        with self._database.write() as connection:
            chain = _Chain(connection, ticket.till_code)
            if not chain.own:
                raise TillKindError(ticket.till_code)
            if known := _of_reference(connection, ticket.till_code, ticket.reference):
                if not known.ticket.says_the_same(replace(ticket, issued_at=known.ticket.issued_at)):
                    raise TicketConflictError(ticket.reference)
                return known
            recorded = chain.append(ticket)
            chain.write()
        return recorded

    def add_imported(self, tickets: Sequence[Ticket]) -> list[ImportedTicket]:
        """Append tickets of other software, all or none, each once; raises TicketConflictError, NotFoundError."""
        with self._database.write() as connection:
            chains = {code: _Chain(connection, code) for code in sorted({ticket.till_code for ticket in tickets})}
            for code, chain in chains.items():
                chain.look_up([ticket for ticket in tickets if ticket.till_code == code])
            imported = [chains[ticket.till_code].add_once(ticket) for ticket in tickets]
            for chain in chains.values():
                chain.write()
        return imported

    def find(self, key: TicketNumber) -> RecordedTicket:
        """Return one ticket; raises NotFoundError."""
        with self._database.read() as connection:
            row = connection.execute(_FIND, {"till": key.till_code, "number": key.number}).one_or_none()
        if row is None:
            raise NotFoundError("ticket", str(key))
        return recorded_from_row(row)

    def between(self, first_day: date, last_day: date) -> Iterator[RecordedTicket]:
        """Yield the tickets issued between two days, both included, by till and order of arrival."""
        days = tickets.c.issued_at.between(first_day.isoformat(), f"{last_day.isoformat()}~")
        found = select(tickets).where(days).order_by(tickets.c.till_code, tickets.c.position)
        with self._database.read() as connection:
            for row in connection.execution_options(yield_per=_CHUNK).execute(found):
                yield recorded_from_row(row)

    def find_reference(self, till_code: str, reference: str) -> RecordedTicket | None:
        """Return the ticket that an own till recorded under a reference."""
        with self._database.read() as connection:
            return _of_reference(connection, till_code, reference)

    def search(self, query: TicketQuery) -> list[TicketSummary]:
        """Return summaries, newest first."""
        with self._database.read() as connection:
            return [summary_from_row(row) for row in ticket_search.page(connection, query)]

    def count(self, query: TicketQuery) -> int:
        """Return how many tickets the query finds, without its page."""
        with self._database.read() as connection:
            return ticket_search.count(connection, query)

    def totals(self, query: TicketQuery) -> TicketTotals:
        """Return count and sum of what the query finds, without its page."""
        with self._database.read() as connection:
            return ticket_search.totals(connection, query)

    def gaps(self) -> dict[str, tuple[int, ...]]:
        """Return the numbers that foreign tills never sent, by till."""
        with self._database.read() as connection:
            found = {till.code: gaps_of(connection, till) for till in connection.execute(_TILLS).all()}
        return {code: numbers for code, numbers in found.items() if numbers}

    def check_chain(self) -> ChainReport:
        """Read every chain as it stood at one moment, and prove it."""
        report = ChainReport()
        with self._database.read() as connection:
            for till in connection.execute(_TILLS).all():
                count, fault = check_till(connection, till)
                report.tickets[till.code] = count
                fault = fault or check_closings(connection, till)
                report = replace(report, faults=(*report.faults, *([fault] if fault else [])))
                # What follows a fault proves nothing about missing numbers.
                if fault is None and (numbers := gaps_of(connection, till)):
                    report.gaps[till.code] = numbers
        return report


@dataclass(frozen=True, slots=True)
class _End:
    number: int
    position: int
    chain_sha256: str


class _Chain:
    """The end of a till's chain within a writing transaction, and what is added to it there."""

    def __init__(self, connection: Connection, till_code: str) -> None:
        self._connection = connection
        self._till_code = till_code
        row = connection.execute(_END, {"of_till": till_code}).one_or_none()
        if row is None:
            raise NotFoundError("till", till_code)
        self.own = row.kind == TillKind.OWN.value
        self._end = _End(row.last_number, row.last_position, row.last_chain_sha256)
        self._closed_through = row.closed_through
        self._known: dict[int | str, RecordedTicket] = {}
        self._rows: list[dict[str, Any]] = []
        self._used: set[tuple[str, str]] = set()

    def look_up(self, wanted: Sequence[Ticket]) -> None:
        """Read those of the tickets that are there already; raises InvalidInputError for one without its name."""
        names = [self._name_of(ticket) for ticket in wanted]
        column = tickets.c.reference if self.own else tickets.c.number
        for start in range(0, len(names), _CHUNK):
            found = tickets.c.till_code == self._till_code, column.in_(names[start : start + _CHUNK])
            for row in self._connection.execute(select(tickets).where(*found)):
                recorded = recorded_from_row(row)
                self._known[self._name_of(recorded.ticket)] = recorded

    def add_once(self, ticket: Ticket) -> ImportedTicket:
        """Append a ticket unless it is there; raises TicketConflictError."""
        name = self._name_of(ticket)
        if known := self._known.get(name):
            if not known.ticket.says_the_same(_to_the_second(ticket)):
                raise TicketConflictError(ticket.reference if self.own else str(ticket.key))
            return ImportedTicket(known, is_new=False)
        self._known[name] = self.append(ticket)
        return ImportedTicket(self._known[name], is_new=True)

    def append(self, ticket: Ticket) -> RecordedTicket:
        """Link a ticket to the end; an own till numbers it. Raises DayClosedError."""
        ticket = _to_the_second(ticket)
        if ticket.issued_at.date().isoformat() <= self._closed_through:
            raise DayClosedError(self._till_code, ticket.issued_at.date().isoformat())
        if self.own:
            ticket = ticket.numbered(self._end.number + 1)
        content = canonical_json(ticket)
        recorded = link_content(
            ticket, content, position=self._end.position + 1, previous_sha256=self._end.chain_sha256
        )
        number = max(self._end.number, ticket.number)
        self._end = _End(number, recorded.position, recorded.chain_sha256)
        self._rows.append(ticket_row(recorded, content))
        self._used |= used_by(ticket)
        return recorded

    def write(self) -> None:
        """Write what was appended, and the new end."""
        if not self._rows:
            return
        end = self._end
        values = {
            "last_number": end.number,
            "last_position": end.position,
            "last_chain_sha256": end.chain_sha256,
        }
        self._connection.execute(_MOVE_END, {"of_till": self._till_code, **values})
        self._connection.execute(_ADD, self._rows)
        self._connection.execute(_ADD_WORDS, [word for row in self._rows for word in word_rows(row)])
        mark_used(self._connection, self._used)

    def _name_of(self, ticket: Ticket) -> int | str:
        if self.own and not ticket.reference:
            raise InvalidInputError("reference", "reference_missing", self._till_code)
        if not self.own and ticket.number == NOT_NUMBERED:
            raise InvalidInputError("number", "number_missing", self._till_code)
        return ticket.reference if self.own else ticket.number


def _of_reference(connection: Connection, till_code: str, reference: str) -> RecordedTicket | None:
    if not reference:
        return None
    row = connection.execute(_BY_REFERENCE, {"till": till_code, "reference": reference}).one_or_none()
    return recorded_from_row(row) if row else None


def _to_the_second(ticket: Ticket) -> Ticket:
    return replace(ticket, issued_at=ticket.issued_at.replace(microsecond=0))
