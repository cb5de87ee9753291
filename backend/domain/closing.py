"""Closings (clôtures) of a till: day, month, year, each with its totals; a closed day takes no further ticket."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from backend.domain.document_type import DocumentType
from backend.domain.errors import FacteurError
from backend.domain.ticket import Payment, Ticket, VatTotal

CLOSE_WITHIN = timedelta(hours=24)


class ClosingPeriod(StrEnum):
    """What a closing covers; all three are asked for by the law (BOI-TVA-DECLA-30-10-30)."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"

    @property
    def part(self) -> ClosingPeriod:
        """Return what a month or a year adds up: days, months."""
        return ClosingPeriod.DAY if self is ClosingPeriod.MONTH else ClosingPeriod.MONTH


@dataclass(frozen=True, slots=True)
class ClosingTotals:
    """What a period brought, in cents; credits are taken off. Payments less change make the gross total."""

    ticket_count: int = 0
    credit_count: int = 0
    gross_total: int = 0
    change_given: int = 0
    vat_totals: tuple[VatTotal, ...] = ()
    payments: tuple[Payment, ...] = ()

    @property
    def net_total(self) -> int:
        """Return the total without VAT, in cents."""
        return sum(total.net_amount for total in self.vat_totals)

    @property
    def count(self) -> int:
        """Return tickets and credits together."""
        return self.ticket_count + self.credit_count


@dataclass(frozen=True, slots=True)
class Closing:
    """A closing of one till; `span` is `2026-11-24`, `2026-11` or `2026`, `closed_at` aware.

    `last_position` is the place in the till's chain of tickets up to which every ticket is in a closing, and
    `tickets_sha256` the chain's hash there; `perpetual_total` is everything that this till ever closed, in cents.
    """

    till_code: str
    period: ClosingPeriod
    span: str
    number: int  # from 1, for each till and period
    closed_at: datetime
    closed_by: str
    first_position: int
    last_position: int
    tickets_sha256: str
    totals: ClosingTotals
    perpetual_total: int
    training: bool = False

    @property
    def last_day(self) -> date:
        """Return the last day that this closing covers."""
        return last_day_of(self.span)


@dataclass(frozen=True, slots=True)
class RecordedClosing:
    """A closing in its till's chain of closings: hex SHA-256 of its content, of the link before it, and of both."""

    closing: Closing
    position: int  # order at its till, from 1
    content_sha256: str
    previous_sha256: str
    chain_sha256: str

    @property
    def key(self) -> str:
        """Return the name by which people and the sending journal know it: `C1-Z12`."""
        return closing_key(self.closing.till_code, self.position)


@dataclass(frozen=True, slots=True)
class OpenTickets:
    """What a till recorded since its last closing of a day, and what can be closed there next."""

    till_code: str
    count: int
    first_at: datetime | None  # issue of the oldest of these tickets
    closed_through: date | None
    due: tuple[tuple[ClosingPeriod, str], ...] = ()  # what may be closed now, in this order

    def is_late(self, now: datetime) -> bool:
        """Tell whether a ticket has waited for its closing for more than 24 hours."""
        return is_late(self.first_at, now)


@dataclass(eq=False)
class DayClosedError(FacteurError):
    """The day of this ticket is closed at this till; `day` in ISO form."""

    cause = "day_closed"
    till: str
    day: str


@dataclass(eq=False)
class ClosingNotDueError(FacteurError):
    """This period can't be closed at this till; `reason` is empty, earlier_first, not_over or closed_already."""

    cause = "closing_not_due"
    till: str
    span: str
    reason: str


def is_late(first_open_at: datetime | None, now: datetime) -> bool:
    """Tell whether the oldest ticket that no closing holds is more than 24 hours old."""
    return first_open_at is not None and now - first_open_at > CLOSE_WITHIN


def closing_key(till_code: str, position: int) -> str:
    """Return `C1-Z12`, the twelfth closing of till C1."""
    return f"{till_code}-Z{position}"


def span_of(period: ClosingPeriod, day: date) -> str:
    """Return the span that holds a day: `2026-11-24`, `2026-11` or `2026`."""
    return day.isoformat()[: {ClosingPeriod.DAY: 10, ClosingPeriod.MONTH: 7, ClosingPeriod.YEAR: 4}[period]]


def last_day_of(span: str) -> date:
    """Return the last day of `2026-11-24`, `2026-11` or `2026`."""
    year, month, day = (*(int(part) for part in span.split("-")), 0, 0)[:3]
    if day:
        return date(year, month, day)
    return date(year, month or 12, calendar.monthrange(year, month or 12)[1])


def totals_of(tickets: Iterable[Ticket]) -> ClosingTotals:
    """Add up tickets and credits as they were issued, their rounded VAT included."""
    return added_up(_single(ticket) for ticket in tickets)


def added_up(parts: Iterable[ClosingTotals]) -> ClosingTotals:
    """Add up totals; rates from the highest down, payment methods by their names."""
    tickets = credits_ = gross = change = 0
    by_rate: dict[Decimal, list[int]] = {}
    by_method: dict[str, int] = {}
    for part in parts:
        tickets += part.ticket_count
        credits_ += part.credit_count
        gross += part.gross_total
        change += part.change_given
        for total in part.vat_totals:
            sums = by_rate.setdefault(total.rate.normalize(), [0, 0, 0])
            for place, amount in enumerate((total.net_amount, total.vat_amount, total.gross_amount)):
                sums[place] += amount
        for payment in part.payments:
            by_method[payment.method] = by_method.get(payment.method, 0) + payment.amount
    rates = tuple(VatTotal(rate, *sums) for rate, sums in sorted(by_rate.items(), reverse=True))
    payments = tuple(Payment(*each) for each in sorted(by_method.items()))
    return ClosingTotals(tickets, credits_, gross, change, rates, payments)


def due_closings(
    *, first_open: date | None, unclosed_days: Sequence[str], unclosed_months: Sequence[str], today: date
) -> tuple[tuple[ClosingPeriod, str], ...]:
    """Return what a till can close now: one day, one month and one year at most, each only when all before it is.

    `unclosed_days` and `unclosed_months` are spans of closed days that no month holds yet, and of closed months that
    no year holds yet, oldest first. A month is closed when it is over or its last day is closed.
    """
    due = [(ClosingPeriod.DAY, first_open.isoformat())] if first_open and first_open <= today else []
    month = unclosed_days[0][:7] if unclosed_days else ""
    if month and _is_over(month, unclosed_days[-1], first_open, today):
        due.append((ClosingPeriod.MONTH, month))
    year = unclosed_months[0][:4] if unclosed_months else ""
    days_left = bool(month) and month[:4] <= year
    if year and not days_left and _is_over(year, unclosed_months[-1], first_open, today):
        due.append((ClosingPeriod.YEAR, year))
    return tuple(due)


def _is_over(span: str, last_closed: str, first_open: date | None, today: date) -> bool:
    """Tell whether no ticket of a span can come any more: it is past, or closed to its last day."""
    end = last_day_of(span)
    if first_open and first_open <= end:
        return False
    return today > end or last_day_of(last_closed) >= end


def _single(ticket: Ticket) -> ClosingTotals:
    is_credit = ticket.kind is DocumentType.CREDIT
    return ClosingTotals(
        int(not is_credit), int(is_credit), ticket.gross_total, ticket.change_due, ticket.vat_totals, ticket.payments
    )
