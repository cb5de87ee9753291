"""What a day brought, for the slip on the home page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from backend.domain.ticket import TicketQuery, TicketTotals
from backend.web.services import services

_DAY_MAX = 5000  # tickets of one day that are added up


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Cents in all and per till, tickets, and how many of them were mailed or printed."""

    gross_total: int
    count: int
    per_till: Sequence[tuple[str, int]]
    mailed: int
    printed: int

    @property
    def neither(self) -> int:
        """Return how many tickets went out in no way."""
        return max(0, self.count - self.mailed - self.printed)


def day_figures(day: date) -> DayFigures:
    """Return the figures of a day; a ticket both mailed and printed counts as mailed."""
    tickets = services().tickets.search(TicketQuery(from_day=day.isoformat(), to_day=day.isoformat(), limit=_DAY_MAX))
    per_till: defaultdict[str, int] = defaultdict(int)
    for ticket in tickets:
        per_till[ticket.key.till_code] += ticket.gross_total
    keys = {str(ticket.key) for ticket in tickets}
    went_out: defaultdict[str, set[str]] = defaultdict(set)
    for entry in services().journal.entries_of(keys):
        went_out[entry.event].add(entry.ticket_key)
    return DayFigures(
        sum(per_till.values()),
        len(tickets),
        sorted(per_till.items()),
        len(went_out["mailed"]),
        len(went_out["printed"] - went_out["mailed"]),
    )


def day_totals(day: date) -> TicketTotals:
    """Return count and sum of a day."""
    return services().tickets.totals(TicketQuery(from_day=day.isoformat(), to_day=day.isoformat()))
