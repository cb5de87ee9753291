"""Mails on their way, in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from backend.domain.errors import NotFoundError, StorageError
from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import Attachment, JournalEntry, MailState, OutgoingMail, SendingPhase
from tests.fake_journal import MemorySendingJournal


class MemoryOutboxStore:
    """Mails in a dictionary, erased at their end as in the real one."""

    def __init__(self, journal: MemorySendingJournal) -> None:
        self._journal = journal
        self._mails: dict[str, OutgoingMail] = {}
        self._claimed: set[str] = set()
        self.phases: list[tuple[str, SendingPhase]] = []
        self.files: dict[Path, bytes] = {}

    def keep_file(self, mail_id: str, name: str, media_type: str, content: bytes) -> Attachment:
        path = Path("waiting-files") / mail_id / str(len(self.files))
        self.files[path] = content
        return Attachment(name, path, media_type, len(content), is_sealed=True)

    def file_content(self, mail_id: str, attachment: Attachment) -> bytes:
        try:
            return self.files[attachment.path]
        except KeyError:
            raise NotFoundError("attachment", attachment.name) from None

    def forget_file(self, attachment: Attachment) -> None:
        self.files.pop(attachment.path, None)

    def forget_lost_files(self, alive: Collection[str]) -> int:
        lost = {path for path in self.files if path.parent.name not in alive}
        for path in lost:
            del self.files[path]
        return len({path.parent for path in lost})

    def save(self, mail: OutgoingMail, entry: JournalEntry | None = None) -> None:
        if mail.state in {MailState.SENT, MailState.CANCELLED}:
            mail = _erased(mail)
            self.files = {path: file for path, file in self.files.items() if path.parent.name != mail.id}
        self._mails[mail.id] = mail
        if entry:
            self._journal.append(entry)

    def save_phase(self, mail_id: str, phase: SendingPhase) -> None:
        self._mails[mail_id] = self.find(mail_id).in_phase(phase)
        self.phases.append((mail_id, phase))

    def find(self, mail_id: str) -> OutgoingMail:
        try:
            return self._mails[mail_id]
        except KeyError:
            raise NotFoundError("mail", mail_id) from None

    def waiting(self, states: Iterable[MailState], *, user: str = "", with_content: bool = True) -> list[OutgoingMail]:
        wanted = set(states)
        found = [mail for mail in self._mails.values() if mail.state in wanted and user in {"", mail.user}]
        found.sort(key=lambda mail: (mail.created_at, mail.id))
        return found if with_content else [_erased(mail) for mail in found]

    def count(self, states: Iterable[MailState], user: str) -> int:
        return len(self.waiting(states, user=user)) if user else 0

    def expired(self, user: str, since: datetime) -> list[OutgoingMail]:
        ended = self.waiting([MailState.CANCELLED], user=user)
        return [mail for mail in ended if mail.mail_cause is MailCause.EXPIRED and mail.created_at > since]

    @contextmanager
    def claim(self, mail_id: str) -> Iterator[None]:
        if mail_id in self._claimed:
            raise StorageError(mail_id, "locked")
        self._claimed.add(mail_id)
        try:
            yield
        finally:
            self._claimed.discard(mail_id)


def _erased(mail: OutgoingMail) -> OutgoingMail:
    texts = replace(mail, subject="", body="", has_html=True, logo=None)
    return replace(texts, recipients=(), cc=(), bcc=(), attachments=(), results={})
