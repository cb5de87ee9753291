"""Mails on their way (OutboxStore): what names people is sealed, and erased once the mail is sent or cancelled."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Row, func, select

from backend.adapters.file_lock import hold
from backend.adapters.stores.records.database import RecordsDatabase
from backend.adapters.stores.records.moments import from_text, to_text
from backend.adapters.stores.records.schema import outbox
from backend.adapters.stores.records.sealed_files import SealedFiles
from backend.adapters.stores.records.sealed_mail import clear_text, with_clear_text
from backend.adapters.stores.records.sending_journal import append_entry
from backend.domain.document_type import DocumentType
from backend.domain.errors import NotFoundError, SecretsUnavailableError
from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import (
    Attachment,
    JournalEntry,
    MailState,
    OutgoingMail,
    RecipientStatus,
    SendingPhase,
)

ERASED = frozenset({MailState.SENT, MailState.CANCELLED})


class Sealing(Protocol):
    """Encrypts for this user's key; `context` must be the same to open."""

    def seal(self, clear: bytes, context: bytes) -> bytes:
        """Return the sealed bytes; raises SecretsUnavailableError."""

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """Return the clear bytes; raises SecretsUnavailableError, also for what another key has sealed."""


class SqlOutboxStore:
    """The outbox in SQL; every method raises StorageError where the database can't be used."""

    def __init__(self, database: RecordsDatabase, sealing: Sealing, locks: Path, files: Path) -> None:
        self._files = SealedFiles(files, sealing)
        self._database = database
        self._sealing = sealing
        self._locks = locks

    def save(self, mail: OutgoingMail, entry: JournalEntry | None = None) -> None:
        """Insert or replace, and append to the journal; raises SecretsUnavailableError, then nothing is saved.

        Durable on return. That a mail is being sent need not outlast the power: until its final dot it is as it was.
        """
        values = _values(mail)
        if mail.state in ERASED:
            values["sealed"] = None
        else:
            values["sealed"] = self._sealing.seal(clear_text(mail), mail.id.encode())
        with self._database.write(durable=mail.state is not MailState.SENDING) as connection:
            connection.execute(outbox.delete().where(outbox.c.id == mail.id))
            connection.execute(outbox.insert(), values)
            if entry:
                append_entry(connection, entry)
        if mail.state in ERASED:
            self._files.forget_mail(mail.id)

    def save_phase(self, mail_id: str, phase: SendingPhase) -> None:
        """Commit the phase of a mail in SENDING, durably that of the final dot; raises NotFoundError."""
        sending = (outbox.c.id == mail_id) & (outbox.c.state == MailState.SENDING.value)
        with self._database.write(durable=phase is SendingPhase.FINAL_DOT) as connection:
            done = connection.execute(outbox.update().where(sending), {"phase": phase.value})
        if not done.rowcount:
            raise NotFoundError("mail", mail_id)

    def find(self, mail_id: str) -> OutgoingMail:
        """Return a mail with its clear content, or without once it is erased.

        Raises NotFoundError, SecretsUnavailableError.
        """
        with self._database.read() as connection:
            row = connection.execute(select(outbox).where(outbox.c.id == mail_id)).one_or_none()
        if row is None:
            raise NotFoundError("mail", mail_id)
        return self._opened(row)

    def waiting(self, states: Iterable[MailState], *, user: str = "", with_content: bool = True) -> list[OutgoingMail]:
        """Return mails in these states, oldest first; one that can't be opened comes without its content."""
        found = select(outbox).where(outbox.c.state.in_([state.value for state in states]))
        if user:
            found = found.where(outbox.c.user == user)
        with self._database.read() as connection:
            rows = connection.execute(found.order_by(outbox.c.created_at, outbox.c.id)).all()
        return [self._opened_if_possible(row) if with_content else _without_content(row) for row in rows]

    def count(self, states: Iterable[MailState], user: str) -> int:
        """Return how many mails of a user are in these states."""
        found = outbox.c.state.in_([state.value for state in states]) & (outbox.c.user == user)
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).where(found)).scalar_one())

    def expired(self, user: str, since: datetime) -> list[OutgoingMail]:
        """Return the mails of a user, made after `since`, that had waited too long, oldest first."""
        is_his = (outbox.c.state == MailState.CANCELLED.value) & (outbox.c.user == user)
        in_vain = (outbox.c.created_at > to_text(since)) & (outbox.c.mail_cause == MailCause.EXPIRED.value)
        found = select(outbox).where(is_his & in_vain).order_by(outbox.c.created_at)
        with self._database.read() as connection:
            return [_without_content(row) for row in connection.execute(found)]

    def keep_file(self, mail_id: str, name: str, media_type: str, content: bytes) -> Attachment:
        """Keep a file for a mail, encrypted, durably; raises SecretsUnavailableError, StorageError."""
        return self._files.keep(mail_id, name, media_type, content)

    def file_content(self, mail_id: str, attachment: Attachment) -> bytes:
        """Return a kept file in clear; raises NotFoundError("attachment", name), SecretsUnavailableError."""
        return self._files.read(mail_id, attachment)

    def forget_file(self, attachment: Attachment) -> None:
        """Erase a kept file; at the end of a mail its files are erased anyway."""
        self._files.forget(attachment)

    def forget_lost_files(self, alive: Collection[str]) -> int:
        """Erase the files of every mail but these; return of how many."""
        return self._files.forget_others(alive)

    def claim(self, mail_id: str) -> AbstractContextManager[None]:
        """Hold a mail for this process; raises StorageError("locked") when another one has it."""
        return hold(self._locks / f"mail-{mail_id}.lock", timeout_s=0, remove=True)

    def _opened(self, row: Row[Any]) -> OutgoingMail:
        mail = _without_content(row)
        if row.sealed is None:
            return mail
        return with_clear_text(mail, self._sealing.open(row.sealed, mail.id.encode()))

    def _opened_if_possible(self, row: Row[Any]) -> OutgoingMail:
        try:
            return self._opened(row)
        except SecretsUnavailableError:
            return _without_content(row)


def _values(mail: OutgoingMail) -> dict[str, Any]:
    everybody = (*mail.recipients, *mail.cc, *mail.bcc)
    statuses = [
        mail.results[address].status if address in mail.results else RecipientStatus.PENDING for address in everybody
    ]
    return {
        "id": mail.id,
        "ticket_key": mail.ticket_key,
        "document_type": mail.document_type.value,
        "user": mail.user,
        "created_at": to_text(mail.created_at),
        "message_id": mail.message_id,
        "state": mail.state.value,
        "phase": mail.phase.value if mail.phase else None,
        "mail_cause": mail.mail_cause.value if mail.mail_cause else None,
        "attempts": mail.attempts,
        "next_try_at": to_text(mail.next_try_at) if mail.next_try_at else None,
        "pdf_sha256": mail.pdf_sha256,
        "layout_id": mail.layout_id,
        "reprint": mail.reprint,
        "delivery_notification": mail.delivery_notification,
        "read_receipt": mail.read_receipt,
        "recipient_count": len(everybody),
        "recipient_statuses": " ".join(status.value for status in statuses),
    }


def _without_content(row: Row[Any]) -> OutgoingMail:
    return OutgoingMail(
        id=row.id,
        ticket_key=row.ticket_key,
        document_type=DocumentType(row.document_type),
        user=row.user,
        created_at=from_text(row.created_at),
        message_id=row.message_id,
        recipients=(),
        subject="",
        body="",
        attachments=(),
        pdf_sha256=row.pdf_sha256,
        layout_id=row.layout_id,
        reprint=row.reprint,
        delivery_notification=row.delivery_notification,
        read_receipt=row.read_receipt,
        state=MailState(row.state),
        phase=SendingPhase(row.phase) if row.phase else None,
        mail_cause=MailCause(row.mail_cause) if row.mail_cause else None,
        attempts=row.attempts,
        next_try_at=from_text(row.next_try_at) if row.next_try_at else None,
    )
