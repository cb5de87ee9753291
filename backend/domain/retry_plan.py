"""When a waiting mail is tried again, and which mails of a user may leave now, in what order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from backend.domain.mail_failure import OF_THE_CONNECTION, OF_THE_SERVER, MailCause
from backend.domain.outgoing_mail import MailState, OutgoingMail, RecipientStatus

KEEP = timedelta(days=7)  # PRODUCT F2: no mail waits longer
RETRY_AFTER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=60),
)  # then hourly
# A server that greylists refuses whoever comes back earlier, and often starts to count again (RFC 6647 5).
GREYLISTING = timedelta(minutes=5)
WAITING = (MailState.QUEUED, MailState.DEFERRED)
# So often a mail that was cut off keeps the others back; then it may be the mail that the connection breaks of.
_HOLDING_TRIES = 2


def waits_by_itself(mail: OutgoingMail) -> bool:
    """Tell whether the outbox sends this mail without a person: a deferred one only where its next try is planned."""
    return mail.state is MailState.QUEUED or (mail.state is MailState.DEFERRED and mail.next_try_at is not None)


def next_try(mail: OutgoingMail, now: datetime) -> datetime:
    """Return when a mail that was put off is tried again, after `mail.attempts` tries."""
    pause = RETRY_AFTER[max(1, min(mail.attempts, len(RETRY_AFTER))) - 1]
    is_greylisted = mail.mail_cause is MailCause.RECIPIENT_DEFERRED or any(
        result.status is RecipientStatus.DEFERRED for result in mail.results.values()
    )
    return now + (max(pause, GREYLISTING) if is_greylisted else pause)


def due_mails(mails: Iterable[OutgoingMail], now: datetime) -> list[OutgoingMail]:
    """Return those of one user's mails that may leave now, oldest first.

    While one waits because nothing at all gets through to the server, the others wait with it: none overtakes.
    """
    waiting = sorted((mail for mail in mails if waits_by_itself(mail)), key=lambda mail: (mail.created_at, mail.id))
    if any(holds_others(mail) and not is_due(mail, now) for mail in waiting):
        return []
    return [mail for mail in waiting if is_due(mail, now)]


def is_due(mail: OutgoingMail, now: datetime) -> bool:
    """Tell whether a waiting mail's next try has come; a plan beyond the longest pause was made by another clock."""
    return mail.next_try_at is None or not now < mail.next_try_at <= now + RETRY_AFTER[-1]


def holds_others(mail: OutgoingMail) -> bool:
    """Tell whether what put this mail off would put off every other one of its user."""
    if mail.mail_cause in OF_THE_CONNECTION:
        return mail.attempts <= _HOLDING_TRIES
    return mail.mail_cause in OF_THE_SERVER


def without_delay(mail: OutgoingMail, now: datetime) -> OutgoingMail:
    """Return a mail whose next try is now."""
    return replace(mail, next_try_at=now)
