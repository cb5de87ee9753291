"""The signed-in user's mails that have not left, as the page of sendings lists them: the ticket, never the address."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from backend.domain.errors import NotFoundError
from backend.domain.mail_failure import MailFailure
from backend.domain.outgoing_mail import MailState, OutgoingMail
from backend.domain.ticket import TicketNumber
from backend.domain.user import User
from backend.web.format import moment, money
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
_TONES = {
    MailState.QUEUED: "warn",
    MailState.DEFERRED: "warn",
    MailState.UNKNOWN: "warn",
    MailState.REJECTED: "bad",
    MailState.FAILED: "bad",
}


@dataclass(frozen=True, slots=True)
class SendingRow:
    """A row: ticket and amount, its age and the reason, a badge, what can be done, and where."""

    title: str
    detail: str
    word: str
    tone: str
    action: str
    url: str


def sending_rows(user: User) -> list[SendingRow]:
    """Return this user's unfinished mails, oldest first."""
    mails = services().outbox.waiting(UNFINISHED, user=user.name)
    return [_row(mail) for mail in mails if mail.user == user.name]


def _row(mail: OutgoingMail) -> SendingRow:
    words = {
        MailState.DRAFT: _("Draft"),
        MailState.QUEUED: _("Waiting"),
        MailState.SENDING: _("Being sent"),
        MailState.DEFERRED: _("Waiting") if mail.next_try_at else _("Not sent"),
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
        _title(mail),
        _detail(mail),
        words[mail.state],
        _TONES.get(mail.state, ""),
        actions.get(mail.state, _("Try again")),
        url_for("sending.edit", mail_id=mail.id),
    )


def _title(mail: OutgoingMail) -> str:
    try:
        ticket = services().tickets.find(TicketNumber.parse(mail.ticket_key)).ticket
    except NotFoundError:
        return mail.ticket_key
    return f"{mail.ticket_key} · {money(ticket.gross_total)}"


def _detail(mail: OutgoingMail) -> str:
    begun = _("begun %(when)s", when=moment(mail.created_at, services().clock.now()))
    if mail.mail_cause is None:
        return str(begun)
    sender = services().settings.sender_profile(mail.user)
    host, port = (sender.host, sender.port) if sender else ("", 0)
    return f"{explain(MailFailure(mail.mail_cause, host, port)).sentence} · {begun}"
