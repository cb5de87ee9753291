"""Closings in memory, over the chains of the shop's tills."""

from __future__ import annotations

from datetime import date, datetime
from itertools import takewhile

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
from backend.domain.closing_chain import link_closing
from backend.domain.errors import NotFoundError
from backend.domain.ticket import RecordedTicket
from backend.domain.ticket_chain import FIRST_LINK
from tests.fake_shop import MemoryShopStore


class MemoryClosingStore:
    """Closings in lists, over the chains of the shop."""

    def __init__(self, shop: MemoryShopStore) -> None:
        self._shop = shop
        self._closings = shop.closings

    def open_tickets(self, till_code: str, today: date) -> OpenTickets:
        self._shop.till(till_code)
        first = next(iter(self._open(till_code)), None)
        days, months, years = (self._spans(till_code, period) for period in ClosingPeriod)
        return OpenTickets(
            till_code,
            len(self._open(till_code)),
            first.ticket.issued_at if first else None,
            self._shop.closed_through(till_code),
            due_closings(
                first_open=first.ticket.issued_at.date() if first else None,
                unclosed_days=[span for span in days if span[:7] not in months],
                unclosed_months=[span for span in months if span[:4] not in years],
                today=today,
            ),
        )

    def first_open_at(self, till_code: str) -> datetime | None:
        self._shop.till(till_code)
        return next((recorded.ticket.issued_at for recorded in self._open(till_code)), None)

    def reading(self, till_code: str) -> ClosingTotals:
        self._shop.till(till_code)
        return totals_of(recorded.ticket for recorded in self._open(till_code))

    def close(
        self, till_code: str, period: ClosingPeriod, span: str, *, at: datetime, by: str, training: bool = False
    ) -> RecordedClosing:
        if (period, span) not in self.open_tickets(till_code, at.date()).due:
            raise ClosingNotDueError(till_code, span, self._reason(till_code, period, span))
        chain = self._closings.setdefault(till_code, [])
        days = [each.closing for each in chain if each.closing.period is ClosingPeriod.DAY]
        start = days[-1].last_position if days else 0
        parts = [
            each.closing for each in chain if each.closing.period is period.part and each.closing.span.startswith(span)
        ]
        taken = []
        if period is ClosingPeriod.DAY:
            taken = list(takewhile(lambda one: one.ticket.issued_at.date() <= last_day_of(span), self._open(till_code)))
            totals, first = totals_of(one.ticket for one in taken), start + 1
        else:
            totals, first = added_up(each.totals for each in parts), min(each.first_position for each in parts)
        last = start + len(taken)
        perpetual = (chain[-1].closing.perpetual_total if chain else 0) + (totals.gross_total if taken else 0)
        closing = Closing(
            till_code,
            period,
            span,
            len(self._spans(till_code, period)) + 1,
            at.replace(microsecond=0),
            by,
            first,
            last,
            self._shop.chains[till_code][last - 1].chain_sha256,
            totals,
            perpetual,
            training,
        )
        previous = chain[-1].chain_sha256 if chain else FIRST_LINK
        chain.append(link_closing(closing, position=len(chain) + 1, previous_sha256=previous))
        return chain[-1]

    def find(self, till_code: str, position: int) -> RecordedClosing:
        for recorded in self._closings.get(till_code, []):
            if recorded.position == position:
                return recorded
        raise NotFoundError("closing", f"{till_code}-Z{position}")

    def latest(self, *, limit: int = 50, offset: int = 0) -> list[RecordedClosing]:
        found = [recorded for chain in self._closings.values() for recorded in chain]
        found.sort(key=lambda one: (-one.closing.closed_at.timestamp(), one.closing.till_code, -one.position))
        return found[offset : offset + limit]

    def between(self, first_day: date, last_day: date) -> list[RecordedClosing]:
        found = [recorded for _code, chain in sorted(self._closings.items()) for recorded in chain]
        return [each for each in found if first_day <= each.closing.last_day <= last_day]

    def _open(self, till_code: str) -> list[RecordedTicket]:
        days = [each.closing for each in self._closings.get(till_code, []) if each.closing.period is ClosingPeriod.DAY]
        return self._shop.chains[till_code][days[-1].last_position if days else 0 :]

    def _spans(self, till_code: str, period: ClosingPeriod) -> list[str]:
        return [each.closing.span for each in self._closings.get(till_code, []) if each.closing.period is period]

    def _reason(self, till_code: str, period: ClosingPeriod, span: str) -> str:
        if span in self._spans(till_code, period):
            return "closed_already"
        if period is ClosingPeriod.DAY:
            return "earlier_first" if self._open(till_code) else "empty"
        return "not_over"
