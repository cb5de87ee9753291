"""What is in a backup and what it replaces, in words."""

from __future__ import annotations

from flask_babel import ngettext

from backend.domain.backup import LostTickets, ShopContents
from backend.usecases.restore_backup import RestorePreview


def contents_line(contents: ShopContents) -> str:
    """Return `BRICO, 148 tickets, 12 customers, 3 users`."""
    parts = [
        contents.company,
        ngettext("%(num)s ticket", "%(num)s tickets", contents.ticket_count),
        ngettext("%(num)s customer", "%(num)s customers", contents.customers),
        ngettext("%(num)s user", "%(num)s users", contents.users),
    ]
    return ", ".join(part for part in parts if part)


def loss_lines(looked: RestorePreview) -> list[str]:
    """Say what of the shop would be gone with a restore: tickets of each till, mails that have not left."""
    lines = [_lost_line(lost) for lost in looked.lost]
    if looked.now and looked.now.waiting:
        lines.append(_waiting_line(looked.now.waiting))
    return lines


def _lost_line(lost: LostTickets) -> str:
    """Say which tickets of a till are not in the backup."""
    count = lost.last - lost.first + 1
    sentence: str = ngettext(
        "Till %(till)s: the last ticket is not in the backup; its number will be given once more.",
        "Till %(till)s: the last %(num)s tickets are not in the backup; their numbers will be given once more.",
        count,
        till=lost.till,
    )
    return sentence


def _waiting_line(count: int) -> str:
    """Say that mails that have not left are put aside."""
    sentence: str = ngettext(
        "%(num)s mail that has not left is put aside and will not leave.",
        "%(num)s mails that have not left are put aside and will not leave.",
        count,
    )
    return sentence
