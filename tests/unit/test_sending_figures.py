"""What became of the tickets of the last days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.domain.mail_failure import MailCause
from backend.domain.sending_figures import TICKET_LENGTH_M, sending_figures
from tests.builders import NOON, a_journal_entry

TODAY = NOON.date()
YESTERDAY = NOON - timedelta(days=1)


def test_each_day_counts_its_tickets_once() -> None:
    entries = [
        a_journal_entry("C1-1", "mailed", at=YESTERDAY),
        a_journal_entry("C1-1", "mailed", at=YESTERDAY),
        a_journal_entry("C1-2", "printed", at=YESTERDAY),
        a_journal_entry("C1-3", "mailed"),
        a_journal_entry("C1-3", "printed"),
        a_journal_entry("C1-9", "mailed", at=NOON - timedelta(days=3)),
    ]
    figures = sending_figures(entries, TODAY, 3)
    assert [(day.mailed, day.printed) for day in figures.days] == [(0, 0), (1, 1), (1, 1)]
    assert figures.days[-1].day == TODAY
    assert figures.mailed == 2
    assert figures.highest == 4


def test_paper_is_saved_by_tickets_that_were_never_printed() -> None:
    entries = [a_journal_entry("C1-1"), a_journal_entry("C1-2"), a_journal_entry("C1-2", "printed")]
    figures = sending_figures(entries, TODAY, 14)
    assert figures.paperless == 1
    assert figures.paper_saved_m == pytest.approx(TICKET_LENGTH_M)


def test_the_causes_of_failures_come_the_most_frequent_first() -> None:
    entries = [
        a_journal_entry(event="deferred", mail_cause="server_busy"),
        a_journal_entry(event="failed", mail_cause="login_refused"),
        a_journal_entry(event="failed", mail_cause="login_refused"),
        a_journal_entry(event="mailed", mail_cause=""),
        a_journal_entry(event="failed", mail_cause="of a later version"),
    ]
    assert sending_figures(entries, TODAY, 1).causes == [(MailCause.LOGIN_REFUSED, 2), (MailCause.SERVER_BUSY, 1)]


def test_no_entry_is_nothing_to_show() -> None:
    figures = sending_figures([], TODAY, 14)
    assert figures.is_empty
    assert len(figures.days) == 14
    assert figures.highest == 4
