"""What became of the tickets of the last days: mailed, printed, and why mails failed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from backend.domain.mail_failure import MailCause

if TYPE_CHECKING:
    from backend.domain.outgoing_mail import JournalEntry

# A receipt of a few articles on an 80 mm roll; what is saved is an estimate, and called one.
TICKET_LENGTH_M = 0.2
_FAILURES = frozenset({"failed", "rejected", "deferred", "unknown"})
_CAUSES = frozenset(cause.value for cause in MailCause)  # a later version may have written others


@dataclass(frozen=True, slots=True)
class SendingDay:
    """A day with its numbers of tickets; a ticket both mailed and printed counts as printed too."""

    day: date
    mailed: int
    printed: int


@dataclass(frozen=True, slots=True)
class SendingFigures:
    """The days, oldest first, and the causes of failed tries with their numbers, the most frequent first."""

    days: Sequence[SendingDay]
    causes: Sequence[tuple[MailCause, int]]
    paperless: int  # tickets that were mailed and never printed

    @property
    def mailed(self) -> int:
        """Return the number of tickets mailed on these days."""
        return sum(day.mailed for day in self.days)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing went out and nothing failed."""
        return not self.causes and not any(day.mailed or day.printed for day in self.days)

    @property
    def highest(self) -> int:
        """Return the most tickets of a day, 4 at least: the height of the picture."""
        return max([4, *(day.mailed + day.printed for day in self.days)])

    @property
    def paper_saved_m(self) -> float:
        """Return the metres of roll that mailing saved, by estimate."""
        return self.paperless * TICKET_LENGTH_M


def sending_figures(entries: Iterable[JournalEntry], last: date, days: int) -> SendingFigures:
    """Count the entries of the `days` days up to `last`."""
    first = last - timedelta(days=days - 1)
    out: defaultdict[tuple[date, str], set[str]] = defaultdict(set)
    causes: Counter[MailCause] = Counter()
    for entry in entries:
        day = entry.at.date()
        if not first <= day <= last:
            continue
        out[day, entry.event].add(entry.ticket_key)
        if entry.event in _FAILURES and entry.mail_cause in _CAUSES:
            causes[MailCause(entry.mail_cause)] += 1
    shown = [first + timedelta(days=number) for number in range(days)]
    mailed, printed = (set().union(*(out[day, event] for day in shown)) for event in ("mailed", "printed"))
    return SendingFigures(
        [SendingDay(day, len(out[day, "mailed"]), len(out[day, "printed"])) for day in shown],
        causes.most_common(4),
        len(mailed - printed),
    )
