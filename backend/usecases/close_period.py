"""Close a day, a month or a year of a till (PRODUCT A4); what is closed takes no further ticket."""

from __future__ import annotations

from datetime import date

from backend.domain.closing import ClosingNotDueError, ClosingPeriod, OpenTickets, RecordedClosing
from backend.domain.shop import TillKind
from backend.ports import Services


def close_period(till_code: str, period: ClosingPeriod, span: str, *, user: str, services: Services) -> RecordedClosing:
    """Close `2026-11-24`, `2026-11` or `2026` at an own till, durably, and return it with its totals in cents.

    Raises ClosingNotDueError (foreign tills are closed by their own software), NotFoundError, StorageError.
    """
    if services.shop.till(till_code).kind is not TillKind.OWN:
        raise ClosingNotDueError(till_code, span, "foreign")
    now = services.clock.now()
    return services.closings.close(till_code, period, span, at=now, by=user, training=services.training)


def close_days_before(till_code: str, day: date, *, user: str, services: Services) -> list[RecordedClosing]:
    """Close every day before `day` that still has open tickets, with the months and years that this completes."""
    closed = []
    while due := _due_before(till_code, day, services):
        closed.append(close_period(till_code, *due, user=user, services=services))
    return closed


def open_tills(services: Services) -> list[OpenTickets]:
    """Return, for each own till, what it recorded since its last closing."""
    today = services.clock.now().date()
    own = [till for till in services.shop.tills(archived=True) if till.kind is TillKind.OWN]
    return [services.closings.open_tickets(till.code, today) for till in own]


def _due_before(till_code: str, day: date, services: Services) -> tuple[ClosingPeriod, str] | None:
    due = services.closings.open_tickets(till_code, services.clock.now().date()).due
    # A whole before the next day: a month is closed with its last day.
    for period, span in reversed(due):
        if period is not ClosingPeriod.DAY or span < day.isoformat():
            return period, span
    return None
