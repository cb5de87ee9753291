"""Mail a ticket in one go, without a person before the screen: what `send` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from backend.domain.email_address import parse_recipients
from backend.domain.errors import FacteurError, NotFoundError, StorageError
from backend.domain.outgoing_mail import MailState, OutgoingMail
from backend.domain.sender_profile import Priority
from backend.domain.ticket import TicketNumber
from backend.ports import SendingWatch, Services
from backend.usecases.edit_attachments import AddedFile, add_files
from backend.usecases.prepare_sending import prepare_sending, tested_sender_of
from backend.usecases.queue_mail import queue_mail
from backend.usecases.send_mail import UNWATCHED, SendingOutcome, cancel_mail, send_mail


@dataclass(frozen=True, slots=True)
class SendingWishes:
    """What differs from the settings; empty values keep them."""

    to: str = ""
    layout_id: str = ""
    attachments: Sequence[Path] = ()
    priority: Priority | None = None
    queue: bool = False  # keep the mail for later where the network or the server fails


@dataclass(frozen=True, slots=True)
class TicketSending:
    """A sending's outcome, and its PDF as it was before a success deleted it."""

    outcome: SendingOutcome
    pdf_name: str
    pdf_sha256: str
    pdf_bytes: int
    pdf_folder: Path
    queued: bool = False


def send_ticket(
    key: TicketNumber, user: str, wishes: SendingWishes, services: Services, watch: SendingWatch = UNWATCHED
) -> TicketSending:
    """Make the PDF and the mail of a ticket and send it once.

    A failed mail is ended and its addresses forgotten; its PDF stays for a sending by hand. With `queue`, a temporary
    failure leaves it waiting instead. Raises what prepare_sending and send_mail raise; then nothing stays behind.
    """
    tested_sender_of(user, services)
    recipients = parse_recipients(wishes.to, "to") if wishes.to else None
    draft = prepare_sending(key, wishes.layout_id, user, services)
    try:
        mail = _as_wished(draft, recipients, wishes, services)
        size = mail.pdf.path.stat().st_size
        outcome = send_mail(mail.id, services, watch)
    except FacteurError:
        _drop_untried(draft, services)
        raise
    queued = _end(outcome, services, queue=wishes.queue)
    return TicketSending(outcome, mail.pdf.name, mail.pdf_sha256, size, mail.pdf.path.parent, queued=queued)


def _drop_untried(draft: OutgoingMail, services: Services) -> None:
    """End a draft of which nothing left; one already in SENDING is for the recovery at the next start."""
    if services.outbox.find(draft.id).state is MailState.DRAFT:
        cancel_mail(draft.id, services, keep_pdf=False)


def _as_wished(
    draft: OutgoingMail, recipients: tuple[str, ...] | None, wishes: SendingWishes, services: Services
) -> OutgoingMail:
    mail = replace(
        draft,
        recipients=draft.recipients if recipients is None else recipients,
        priority=wishes.priority or draft.priority,
    )
    services.outbox.save(mail)
    return add_files(mail.id, [_read(path) for path in wishes.attachments], services) if wishes.attachments else mail


def _read(path: Path) -> AddedFile:
    """Return a file of this PC; raises NotFoundError("attachment", path), StorageError."""
    try:
        return AddedFile(path.name, path.read_bytes())
    except FileNotFoundError:
        raise NotFoundError("attachment", str(path)) from None
    except OSError:
        raise StorageError(str(path), "io") from None


def _end(outcome: SendingOutcome, services: Services, *, queue: bool) -> bool:
    if outcome.mail.state is MailState.SENT:
        return False
    if queue and outcome.mail.state is MailState.DEFERRED:
        queue_mail(outcome.mail.id, services)
        return True
    cancel_mail(outcome.mail.id, services, keep_pdf=True)
    return False
