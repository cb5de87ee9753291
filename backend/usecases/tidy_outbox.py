"""Put right in the outbox what a crash left, end what waited too long, clear away what is finished."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from backend.domain.errors import FacteurError
from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import MailState, OutgoingMail
from backend.domain.retry_plan import KEEP
from backend.ports import Services
from backend.usecases.make_ticket_pdf import remove_folder
from backend.usecases.send_mail import save_with_entry

_CLOCK_ERROR = timedelta(hours=1)
_SENDING_FOLDER = re.compile(r"[0-9a-f]{32}|test-[0-9a-f]{16}")
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
    for mail in services.outbox.waiting([MailState.SENDING], with_content=False):
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
    """End what has waited 7 days, drafts too: address and PDF go, and the ticket's journal says so (PRODUCT F2)."""
    now = services.clock.now()
    states = [state for state in _ALIVE if state is not MailState.SENDING]
    count = 0
    for mail in services.outbox.waiting(states, with_content=False):
        if now - mail.created_at <= KEEP and mail.created_at - now <= _CLOCK_ERROR:
            continue
        try:
            with services.outbox.claim(mail.id):
                count += _expire_or_date_anew(services.outbox.find(mail.id), now, services)
        except FacteurError:
            continue  # it is being sent just now, or its key is another user's
    return count


def _expire_or_date_anew(mail: OutgoingMail, now: datetime, services: Services) -> bool:
    """Tell whether a mail has expired; one of a clock that was ahead would else be kept for as long again."""
    if mail.created_at > now:
        services.outbox.save(replace(mail, created_at=now))
        return False
    if mail.state not in _ALIVE or now - mail.created_at <= KEEP:
        return False
    save_with_entry(mail.moved(MailState.CANCELLED, mail_cause=MailCause.EXPIRED), "expired", services)
    remove_folder(mail.pdf.path.parent)
    return True


def clear_pdf_folder(services: Services) -> int:
    """Remove folders of finished sendings: sent ones at once, abandoned ones after 7 days; and lost files."""
    alive = {mail.id for mail in services.outbox.waiting(_ALIVE, with_content=False)}
    services.outbox.forget_lost_files(alive)
    removed = 0
    for folder in services.pdf_folder.iterdir():
        if folder.is_symlink() or not folder.is_dir() or not _SENDING_FOLDER.fullmatch(folder.name):
            continue
        if folder.name in alive:
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
