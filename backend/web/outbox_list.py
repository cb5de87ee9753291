"""The signed-in user's mails that have not left, as the page of sendings lists them: the ticket, never the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _

from backend.domain.errors import FacteurError, NotReadyError
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.outgoing_mail import MailState, OutgoingMail
from backend.domain.retry_plan import KEEP, holds_others, is_due, waits_by_itself
from backend.domain.user import User
from backend.usecases.prepare_sending import tested_sender_of
from backend.web.format import moment
from backend.web.mail_status import mail_title
from backend.web.messages import explain
from backend.web.services import services

UNFINISHED = (
    MailState.DRAFT,
    MailState.QUEUED,
    MailState.SENDING,
    MailState.DEFERRED,
    MailState.REJECTED,
    MailState.FAILED,
    MailState.UNKNOWN,
)
MAILS_SHOWN = 100
_NOT_DROPPED = (MailState.SENDING, MailState.UNKNOWN)  # the latter is decided on with all that is known of it
_RETRIED = (MailState.FAILED, MailState.DEFERRED)
_TONES = {
    MailState.QUEUED: "warn",
    MailState.DEFERRED: "warn",
    MailState.UNKNOWN: "warn",
    MailState.REJECTED: "bad",
    MailState.FAILED: "bad",
}


@dataclass(frozen=True, slots=True)
class SendingRow:
    """A row: ticket and amount, why it has not left, when it is tried next, a badge, and what can be done.

    `retry_url` is "" where only a person's look helps, `cancel_url` where there is nothing to cancel.
    """

    id: str
    title: str
    reason: str
    plan: str
    word: str
    tone: str
    action: str
    url: str
    retry_url: str = ""
    cancel_url: str = ""


def mails_of(user: User) -> list[OutgoingMail]:
    """Return a user's unfinished mails without their content, oldest first."""
    mails = services().outbox.waiting(UNFINISHED, user=user.name, with_content=False)
    return [mail for mail in mails if mail.user == user.name]


def sending_rows(mails: Sequence[OutgoingMail]) -> list[SendingRow]:
    """Return the rows of the first of these mails."""
    held_until = _held_until(mails)
    return [_row(mail, held_until) for mail in mails[:MAILS_SHOWN]]


def expired_rows(user: User) -> list[SendingRow]:
    """Return this user's mails that waited in vain, for a week after their end: only the ticket is known of them."""
    since = services().clock.now() - 2 * KEEP
    return [_expired_row(mail) for mail in services().outbox.expired(user.name, since)[-MAILS_SHOWN:]]


def pause_of(user: User, mails: Sequence[OutgoingMail]) -> FacteurError | None:
    """Return why nothing of what waits can leave before the settings are tested, None where it can."""
    if not any(waits_by_itself(mail) for mail in mails):
        return None
    try:
        tested_sender_of(user.name, services())
    except NotReadyError as error:
        return error
    return None


def _held_until(mails: Sequence[OutgoingMail]) -> datetime | None:
    """Return the planned moment for which the others wait too."""
    now = services().clock.now()
    holding = [mail for mail in mails if waits_by_itself(mail) and holds_others(mail) and not is_due(mail, now)]
    return max((mail.next_try_at for mail in holding if mail.next_try_at), default=None)


def _row(mail: OutgoingMail, held_until: datetime | None) -> SendingRow:
    waits = waits_by_itself(mail)
    words = {
        MailState.DRAFT: _("Draft"),
        MailState.QUEUED: _("Waiting"),
        MailState.SENDING: _("Being sent"),
        MailState.DEFERRED: _("Waiting") if waits else _("Not sent"),
        MailState.REJECTED: _("Refused"),
        MailState.FAILED: _("Not sent"),
        MailState.UNKNOWN: _("Uncertain"),
    }
    actions = {
        MailState.DRAFT: _("Go on"),
        MailState.SENDING: _("Watch"),
        MailState.REJECTED: _("Correct"),
        MailState.UNKNOWN: _("Decide"),
    }
    return SendingRow(
        mail.id,
        mail_title(mail),
        _reason(mail),
        _plan(mail, held_until),
        words[mail.state],
        "bad" if mail.state is MailState.DEFERRED and not waits else _TONES.get(mail.state, ""),
        actions.get(mail.state, _("Open")),
        url_for("sending.edit", mail_id=mail.id),
        url_for("outbox.retry", mail_id=mail.id) if waits or mail.state in _RETRIED else "",
        "" if mail.state in _NOT_DROPPED else url_for("outbox.drop", mail_id=mail.id),
    )


def _expired_row(mail: OutgoingMail) -> SendingRow:
    return SendingRow(
        mail.id,
        mail_title(mail),
        explain(MailFailure(MailCause.EXPIRED)).sentence,
        "",
        _("Expired"),
        "bad",
        _("Open the ticket"),
        url_for("tickets.detail", number=mail.ticket_key),
    )


def _reason(mail: OutgoingMail) -> str:
    if mail.mail_cause is None:
        return ""
    sender = services().settings.sender_profile(mail.user)
    host, port = (sender.host, sender.port) if sender else ("", 0)
    return explain(MailFailure(mail.mail_cause, host, port)).sentence


def _plan(mail: OutgoingMail, held_until: datetime | None) -> str:
    now = services().clock.now()
    begun = _("begun %(when)s", when=moment(mail.created_at, now))
    if not waits_by_itself(mail):
        return str(begun)
    at = max((each for each in (mail.next_try_at, held_until) if each), default=None)
    if at is None or at <= now:
        plan = _("leaves by itself")
    else:
        plan = _("next try %(when)s", when=moment(at.astimezone(now.tzinfo), now))
    return f"{begun} · {plan}"
