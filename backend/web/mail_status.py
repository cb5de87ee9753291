"""What became of a ticket's mail, as a badge in a list and as a sentence beside the ticket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from backend.domain.errors import NotFoundError
from backend.domain.outgoing_mail import JournalEntry, OutgoingMail
from backend.domain.ticket import TicketNumber
from backend.web.format import moment, money
from backend.web.services import services


@dataclass(frozen=True, slots=True)
class MailBadge:
    """A word and the tone of its shape: ok is done, warn waits or is uncertain, bad failed."""

    word: LazyString
    tone: str


BADGES = {
    "mailed": MailBadge(_l("Sent"), "ok"),
    "queued": MailBadge(_l("Waiting"), "warn"),
    "deferred": MailBadge(_l("Waiting"), "warn"),
    "unknown": MailBadge(_l("Uncertain"), "warn"),
    "rejected": MailBadge(_l("Refused"), "bad"),
    "failed": MailBadge(_l("Not sent"), "bad"),
    "expired": MailBadge(_l("Expired"), "bad"),
}


def mail_badge(entries: Sequence[JournalEntry]) -> MailBadge | None:
    """Return the badge of a ticket from its journal, oldest entry first; None where no mail was tried."""
    last = _last_mail(entries)
    return BADGES.get(last.event) if last else None


def mail_story(entries: Sequence[JournalEntry], now: datetime) -> str:
    """Return one line: never sent, when and to how many, or that the last try failed."""
    last = _last_mail(entries)
    if last is None:
        return str(_("never sent"))
    when = moment(last.at, now)
    if last.event == "mailed":
        return _sent(when, last.recipient_count)
    stories = {
        "deferred": _("waiting since its try %(when)s", when=when),
        "queued": _("waiting, asked for %(when)s", when=when),
        "unknown": _("perhaps sent %(when)s: the server's answer was lost", when=when),
        "rejected": _("refused %(when)s", when=when),
        "expired": _("not sent: it waited too long, until %(when)s", when=when),
    }
    return str(stories.get(last.event, _("not sent: the try %(when)s failed", when=when)))


def _last_mail(entries: Sequence[JournalEntry]) -> JournalEntry | None:
    return next((entry for entry in reversed(entries) if entry.event in BADGES), None)


def _sent(when: str, count: int) -> str:
    return str(ngettext("sent %(when)s to %(num)s recipient", "sent %(when)s to %(num)s recipients", count, when=when))


def mail_title(mail: OutgoingMail) -> str:
    """Return ticket and amount, by which a list names a mail: `C1-4 · 148,40 €`; never the address."""
    try:
        ticket = services().tickets.find(TicketNumber.parse(mail.ticket_key)).ticket
    except NotFoundError:
        return mail.ticket_key
    return f"{mail.ticket_key} · {money(ticket.gross_total)}"
