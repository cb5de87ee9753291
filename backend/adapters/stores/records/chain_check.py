"""Read a till's chain and prove it, its end and the columns beside the content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, func, select

from backend.adapters.stores.records.schema import tickets
from backend.adapters.stores.records.ticket_rows import index_columns, recorded_from_row
from backend.domain.shop import TillKind
from backend.domain.ticket import ChainFault, RecordedTicket, TicketNumber
from backend.domain.ticket_chain import first_fault

GAPS_MAX = 1_000  # a wrong number far ahead must not fill the report
_BATCH = 500


def check_till(connection: Connection, till: Row[Any]) -> tuple[int, ChainFault | None]:
    """Return how many tickets are sound, and the first fault."""
    own = till.kind == TillKind.OWN.value
    in_order = select(tickets).where(tickets.c.till_code == till.code).order_by(tickets.c.position)
    rows = connection.execution_options(yield_per=_BATCH).execute(in_order)
    try:
        count, last_hash, fault = first_fault(till.code, _proved(till.code, rows), own=own)
    except _BrokenError as error:
        return error.fault.position - 1, error.fault
    last_number = count if own else till.last_number
    end = (till.last_number, till.last_position, till.last_chain_sha256)
    if fault is None and (last_number, count, last_hash) != end:
        missing = str(TicketNumber(till.code, count + 1)) if own else ""
        fault = ChainFault(till.code, count + 1, missing, "head")
    return count, fault


def gaps_of(connection: Connection, till: Row[Any]) -> tuple[int, ...]:
    """Return numbers that a foreign till never sent; its tickets are read only where some are missing."""
    if till.kind == TillKind.OWN.value:
        return ()
    extent = select(func.min(tickets.c.number), func.max(tickets.c.number), func.count()).where(
        tickets.c.till_code == till.code
    )
    first, last, count = connection.execute(extent).one()
    return tuple(_gaps(connection, till.code)) if count and last - first + 1 != count else ()


class _BrokenError(Exception):
    """A fault that the chain of hashes alone doesn't show."""

    def __init__(self, fault: ChainFault) -> None:
        super().__init__(fault)
        self.fault = fault


def _proved(till_code: str, rows: Iterable[Row[Any]]) -> Iterator[RecordedTicket]:
    """Yield tickets for `first_fault`; each is compared with its columns once its place in the chain is found sound."""
    for place, row in enumerate(rows, 1):
        fault = partial(ChainFault, till_code, place, f"{row.till_code}-{row.number}")
        if hashlib.sha256(row.content.encode()).hexdigest() != row.content_sha256:
            raise _BrokenError(fault("content"))
        try:
            recorded = recorded_from_row(row)
        except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError):
            raise _BrokenError(fault("content")) from None
        yield recorded
        columns = index_columns(recorded.ticket)
        if any(getattr(row, name) != value for name, value in columns.items()):
            raise _BrokenError(fault("index"))


def _gaps(connection: Connection, till_code: str) -> Iterator[int]:
    """Yield numbers between the first and the last that are missing, at most GAPS_MAX."""
    in_order = select(tickets.c.number).where(tickets.c.till_code == till_code).order_by(tickets.c.number)
    expected = None
    found = 0
    for number in connection.execution_options(yield_per=_BATCH).execute(in_order).scalars():
        for missing in range(number if expected is None else expected, number):
            yield missing
            found += 1
            if found == GAPS_MAX:
                return
        expected = number + 1
