"""Read a till's chain of closings and prove it, against itself and against the tickets that it adds up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.adapters.stores.records.closings import recorded_closing
from backend.adapters.stores.records.schema import closings, tickets
from backend.domain.closing import (
    ClosingPeriod,
    ClosingTotals,
    RecordedClosing,
    added_up,
    closing_key,
    totals_of,
)
from backend.domain.closing_chain import link_closing
from backend.domain.ticket import ChainFault
from backend.domain.ticket_chain import FIRST_LINK, ticket_from_content


def check_closings(connection: Connection, till: Row[Any]) -> ChainFault | None:
    """Return the first closing of a till that doesn't agree, or None; the till's tickets are sound already."""
    walk = _Walk(connection, till)
    in_order = select(closings).where(closings.c.till_code == till.code).order_by(closings.c.position)
    for row in connection.execute(in_order).all():
        if not walk.agrees(row):
            return ChainFault(till.code, walk.count + 1, closing_key(till.code, walk.count + 1), "closing")
    if (walk.count, walk.last_sha256, walk.closed_position) != _end_of(till):
        return ChainFault(till.code, walk.count + 1, closing_key(till.code, walk.count + 1), "head")
    return None


def _end_of(till: Row[Any]) -> tuple[int, str, int]:
    return till.last_closing, till.last_closing_sha256, till.closed_position


@dataclass
class _Walk:
    """What the sound closings so far add up to."""

    connection: Connection
    till: Row[Any]
    count: int = 0
    last_sha256: str = FIRST_LINK
    closed_position: int = 0
    perpetual: int = 0
    parts: dict[ClosingPeriod, list[RecordedClosing]] = field(
        default_factory=lambda: {period: [] for period in ClosingPeriod}
    )

    def agrees(self, row: Row[Any]) -> bool:
        """Tell whether the next closing is sound, and step behind it."""
        if hashlib.sha256(row.content.encode()).hexdigest() != row.content_sha256:
            return False
        try:
            recorded = recorded_closing(row)
        except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError):
            return False
        if recorded != link_closing(recorded.closing, position=self.count + 1, previous_sha256=self.last_sha256):
            return False
        columns = (row.till_code, row.period, row.span)
        closing = recorded.closing
        if columns != (closing.till_code, closing.period.value, closing.span) or not self._adds_up(recorded):
            return False
        self.count, self.last_sha256 = recorded.position, recorded.chain_sha256
        self.closed_position, self.perpetual = closing.last_position, closing.perpetual_total
        self.parts[closing.period].append(recorded)
        return True

    def _adds_up(self, recorded: RecordedClosing) -> bool:
        closing = recorded.closing
        totals, last_sha256 = self._expected(recorded)
        perpetual = self.perpetual + (totals.gross_total if closing.period is ClosingPeriod.DAY else 0)
        return (
            closing.totals == totals
            and closing.perpetual_total == perpetual
            and closing.number == len(self.parts[closing.period]) + 1
            and last_sha256 == closing.tickets_sha256
        )

    def _expected(self, recorded: RecordedClosing) -> tuple[ClosingTotals, str]:
        closing = recorded.closing
        if closing.period is ClosingPeriod.DAY:
            found = self._tickets(self.closed_position, closing.last_position)
            totals = totals_of(ticket_from_content(json.loads(row.content)) for row in found)
            return totals, found[-1].chain_sha256 if found else ""
        within = [each for each in self.parts[closing.period.part] if each.closing.span.startswith(closing.span)]
        last = self.parts[ClosingPeriod.DAY][-1].closing.tickets_sha256 if self.parts[ClosingPeriod.DAY] else ""
        return added_up(each.closing.totals for each in within), last

    def _tickets(self, after: int, through: int) -> Sequence[Row[Any, Any]]:
        within = (tickets.c.till_code == self.till.code, tickets.c.position > after, tickets.c.position <= through)
        found = select(tickets.c.content, tickets.c.chain_sha256).where(*within).order_by(tickets.c.position)
        return self.connection.execute(found).all()
