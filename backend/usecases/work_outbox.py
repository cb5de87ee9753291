"""What the outbox does by itself: put right what a crash left, and clear away what is finished."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from pathlib import Path

from backend.domain.errors import FacteurError
from backend.domain.outgoing_mail import JournalEntry, MailState
from backend.ports import Services
from backend.usecases.make_ticket_pdf import remove_folder

KEEP = timedelta(days=7)
_SENDING_FOLDER = re.compile(r"[0-9a-f]{32}")
_ALIVE = (
    MailState.DRAFT,
    MailState.QUEUED,
    MailState.SENDING,
    MailState.DEFERRED,
    MailState.REJECTED,
    MailState.FAILED,
    MailState.UNKNOWN,
)


def recover_after_restart(services: Services) -> int:
    """Give mails that a dead process left in SENDING their state; return how many."""
    count = 0
    for mail in services.outbox.waiting([MailState.SENDING]):
        try:
            with services.outbox.claim(mail.id):
                current = services.outbox.find(mail.id)
                if current.state is MailState.SENDING:
                    services.outbox.save(current.after_restart())
                    count += 1
        except FacteurError:
            continue  # another process is sending it, or its key is another user's
    return count


def expire_old_mails(services: Services) -> int:
    """End what has waited 7 days, drafts too: addresses are erased, and the ticket's journal says so (PRODUCT F2)."""
    now = services.clock.now()
    count = 0
    for mail in services.outbox.waiting([state for state in _ALIVE if state is not MailState.SENDING]):
        if now - mail.created_at <= KEEP:
            continue
        try:
            with services.outbox.claim(mail.id):
                services.journal.append(JournalEntry(now, mail.ticket_key, mail.user, "expired", mail_id=mail.id))
                services.outbox.save(mail.moved(MailState.CANCELLED))
                count += 1
        except FacteurError:
            continue  # it is being sent just now
    return count


def clear_pdf_folder(services: Services) -> int:
    """Remove folders of finished sendings: sent ones at once, abandoned ones after 7 days; nothing else there."""
    alive = {mail.id for mail in services.outbox.waiting(_ALIVE)}
    removed = 0
    for folder in services.pdf_folder.iterdir():
        if not folder.is_dir() or not _SENDING_FOLDER.fullmatch(folder.name) or folder.name in alive:
            continue
        if _is_old(folder) or _was_sent(folder.name, services):
            removed += remove_folder(folder)
    return removed


def _is_old(folder: Path) -> bool:
    return time.time() - folder.stat().st_mtime > KEEP.total_seconds()


def _was_sent(mail_id: str, services: Services) -> bool:
    try:
        return services.outbox.find(mail_id).state is MailState.SENT
    except FacteurError:
        return False
