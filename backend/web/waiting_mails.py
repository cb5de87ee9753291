"""Mails that wait or failed, as the home page lists them: the ticket and why, never the address."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from backend.domain.mail_failure import MailFailure
from backend.domain.outgoing_mail import MailState, OutgoingMail
from backend.domain.user import User
from backend.web.format import clock_time
from backend.web.mail_status import BADGES, MailBadge, mail_title
from backend.web.messages import explain
from backend.web.navigation import has_page
from backend.web.services import services

_UNFINISHED = (
    MailState.DRAFT,
    MailState.QUEUED,
    MailState.DEFERRED,
    MailState.REJECTED,
    MailState.FAILED,
    MailState.UNKNOWN,
)


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A row: ticket and amount, the reason in a sentence, a badge, and where the mail is taken up again."""

    title: str
    detail: str
    badge: MailBadge | None
    url: str
    is_draft: bool


def waiting_mails(user: User) -> list[WaitingMail]:
    """Return this user's unfinished mails, oldest first."""
    return [
        _row(mail)
        for mail in services().outbox.waiting(_UNFINISHED, user=user.name, with_content=False)
        if mail.user == user.name
    ]


def _row(mail: OutgoingMail) -> WaitingMail:
    is_draft = mail.state is MailState.DRAFT
    url = url_for("sending.edit", mail_id=mail.id) if has_page("sending.edit") else ""
    return WaitingMail(mail_title(mail), _detail(mail), BADGES.get(mail.state.value), url, is_draft)


def _detail(mail: OutgoingMail) -> str:
    if mail.mail_cause is None:
        begun = clock_time(mail.created_at.astimezone(services().clock.now().tzinfo))
        return str(_("Begun at %(time)s, not sent yet.", time=begun))
    sentence = str(explain(MailFailure(mail.mail_cause)).sentence)
    if mail.next_try_at:
        next_try = clock_time(mail.next_try_at.astimezone(services().clock.now().tzinfo))
        plan = _("Next try at %(time)s.", time=next_try)
        return f"{sentence} {plan}"
    return sentence
