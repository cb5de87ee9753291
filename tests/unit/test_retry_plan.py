"""When waiting mails are tried, which of them wait together, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.domain.mail_failure import OF_THE_ACCOUNT, OF_THE_SERVER, PERHAPS_SENT, TEMPORARY, MailCause
from backend.domain.outgoing_mail import MOVES, MailState, OutgoingMail, RecipientResult, RecipientStatus
from backend.domain.retry_plan import due_mails, holds_others, is_due, next_try, waits_by_itself
from tests.builders import NOON, a_mail

MINUTE = timedelta(minutes=1)
DEFERRED = RecipientResult(RecipientStatus.DEFERRED, "450 4.2.0", MailCause.RECIPIENT_DEFERRED)


def waiting(letter: str = "a", cause: MailCause | None = None, attempts: int = 1, in_minutes: int = 0) -> OutgoingMail:
    return a_mail(
        letter * 32,
        state=MailState.DEFERRED,
        mail_cause=cause,
        attempts=attempts,
        created_at=NOON - timedelta(hours=1) + timedelta(seconds=ord(letter)),
        next_try_at=NOON + in_minutes * MINUTE,
    )


def test_the_pauses_are_1_5_15_60_minutes_then_hourly() -> None:
    tries = [next_try(waiting(cause=MailCause.NO_ANSWER, attempts=attempts), NOON) for attempts in range(1, 8)]
    assert [(at - NOON) // MINUTE for at in tries] == [1, 5, 15, 60, 60, 60, 60]


@pytest.mark.parametrize(
    "mail", [waiting(cause=MailCause.RECIPIENT_DEFERRED), replace(waiting(), results={"a@example.org": DEFERRED})]
)
def test_a_greylisted_mail_waits_five_minutes_at_least(mail: OutgoingMail) -> None:
    assert next_try(mail, NOON) - NOON == 5 * MINUTE
    assert next_try(replace(mail, attempts=3), NOON) - NOON == 15 * MINUTE


def test_a_mail_that_a_person_sent_and_that_failed_for_now_does_not_wait_by_itself() -> None:
    assert not waits_by_itself(replace(waiting(), next_try_at=None))
    assert waits_by_itself(waiting())
    assert waits_by_itself(a_mail(state=MailState.QUEUED))


def test_mails_leave_in_the_order_of_their_making() -> None:
    mails = [waiting("c"), a_mail("b" * 32, state=MailState.QUEUED, created_at=NOON - timedelta(days=1)), waiting("a")]
    assert [mail.id[0] for mail in due_mails(mails, NOON)] == ["b", "a", "c"]


@pytest.mark.parametrize("cause", sorted(OF_THE_SERVER))
def test_nobody_overtakes_a_mail_that_waits_for_the_server(cause: MailCause) -> None:
    mails = [waiting("a", cause, in_minutes=3), a_mail("b" * 32, state=MailState.QUEUED)]
    assert due_mails(mails, NOON) == []
    assert [mail.id[0] for mail in due_mails(mails, NOON + 3 * MINUTE)] == ["a", "b"]


def test_a_mail_that_its_recipient_puts_off_keeps_nobody_back() -> None:
    mails = [waiting("a", MailCause.RECIPIENT_DEFERRED, in_minutes=3), waiting("b")]
    assert [mail.id[0] for mail in due_mails(mails, NOON)] == ["b"]


def test_a_mail_on_which_the_connection_breaks_keeps_the_others_back_for_two_tries_only() -> None:
    assert holds_others(waiting(cause=MailCause.CONNECTION_LOST, attempts=2))
    assert not holds_others(waiting(cause=MailCause.CONNECTION_LOST, attempts=3))
    assert holds_others(waiting(cause=MailCause.NO_ANSWER, attempts=30))


def test_a_plan_made_by_a_clock_that_was_ahead_counts_no_longer() -> None:
    assert is_due(waiting(in_minutes=61), NOON)
    assert not is_due(waiting(in_minutes=60), NOON)


def test_what_may_have_left_is_never_among_what_is_tried_again() -> None:
    assert PERHAPS_SENT.isdisjoint(TEMPORARY | OF_THE_SERVER | OF_THE_ACCOUNT)
    assert OF_THE_SERVER.isdisjoint(OF_THE_ACCOUNT)


def test_an_ended_mail_never_moves_and_an_uncertain_one_never_waits() -> None:
    assert MOVES[MailState.SENT] == MOVES[MailState.CANCELLED] == frozenset()
    assert MailState.QUEUED not in MOVES[MailState.UNKNOWN]
    assert MailState.DEFERRED not in MOVES[MailState.UNKNOWN]
