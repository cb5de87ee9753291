"""A mail on its way: its states, phases and moves (ARCHITECTURE), and the status of each recipient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from backend.domain.document_type import DocumentType
from backend.domain.errors import FacteurError
from backend.domain.logo import Logo
from backend.domain.mail_failure import MailCause
from backend.domain.sender_profile import Priority


class MailState(StrEnum):
    """SENT means that the server accepted it; UNKNOWN that its answer to the final dot was lost."""

    DRAFT = "draft"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class SendingPhase(StrEnum):
    """Where in the SMTP dialogue a sending stands; each is committed before it begins."""

    CONNECTING = "connecting"
    ENVELOPE = "envelope"
    DATA = "data"
    FINAL_DOT = "final_dot"


class RecipientStatus(StrEnum):
    """What the server said of one recipient."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DEFERRED = "deferred"


_D, _Q, _S, _U = MailState.DRAFT, MailState.QUEUED, MailState.SENDING, MailState.UNKNOWN
_RETRY = frozenset({_D, _Q, _S, MailState.CANCELLED})
MOVES: Mapping[MailState, frozenset[MailState]] = {
    _D: frozenset({_Q, _S, MailState.CANCELLED}),
    _Q: frozenset({_S, _D, MailState.CANCELLED, MailState.FAILED}),
    _S: frozenset({MailState.SENT, MailState.DEFERRED, MailState.REJECTED, MailState.FAILED, _U, _Q}),
    MailState.DEFERRED: _RETRY,
    MailState.REJECTED: _RETRY,
    MailState.FAILED: _RETRY,
    _U: frozenset({_S, MailState.SENT, MailState.CANCELLED}),  # only a person decides
    MailState.SENT: frozenset(),
    MailState.CANCELLED: frozenset(),
}


@dataclass(eq=False)
class ForbiddenMoveError(FacteurError):
    """A mail can't go from this state to that one."""

    cause = "forbidden_move"
    from_state: str
    to_state: str


@dataclass(frozen=True, slots=True)
class RecipientResult:
    """Status of one recipient with the server's answer (addresses masked) and its cause."""

    status: RecipientStatus
    reply: str = ""
    mail_cause: MailCause | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with the mail; the ticket's PDF is always the first."""

    name: str
    path: Path
    media_type: str = "application/octet-stream"
    size_bytes: int = 0  # of an added file
    is_sealed: bool = False  # an added file: what lies at `path` is encrypted
    content: bytes | None = field(default=None, repr=False, compare=False)  # in clear, while it is being sent

    @property
    def key(self) -> str:
        """Return what tells an added file from the others of its mail."""
        return self.path.stem


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One mail; `recipients`, `subject`, `body` and attachment paths are kept encrypted and erased at its end."""

    id: str  # 32 hex digits
    ticket_key: str  # C1-4
    document_type: DocumentType
    user: str
    created_at: datetime
    message_id: str  # one for life, RFC 5322 3.6.4
    recipients: tuple[str, ...]
    subject: str
    body: str
    attachments: tuple[Attachment, ...]
    pdf_sha256: str
    layout_id: str = ""
    reprint: int = 0  # 0 the original, n DUPLICATA n
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL
    delivery_notification: bool = False
    read_receipt: bool = False
    has_html: bool = True  # beside the text the same as a simple page
    logo: Logo | None = None  # what that page shows
    state: MailState = MailState.DRAFT
    phase: SendingPhase | None = None
    results: Mapping[str, RecipientResult] = field(default_factory=dict)
    mail_cause: MailCause | None = None
    attempts: int = 0
    next_try_at: datetime | None = None

    @property
    def pdf(self) -> Attachment:
        """Return the ticket's PDF."""
        return self.attachments[0]

    @property
    def added_files(self) -> tuple[Attachment, ...]:
        """Return what a person added behind the PDF."""
        return self.attachments[1:]

    @property
    def remaining_recipients(self) -> tuple[str, ...]:
        """Return those that no server has accepted yet: only they are tried again (PRODUCT E6)."""
        everybody = (*self.recipients, *self.cc, *self.bcc)
        return tuple(
            address
            for address in everybody
            if address not in self.results or self.results[address].status is not RecipientStatus.ACCEPTED
        )

    def moved(self, state: MailState, *, mail_cause: MailCause | None = None) -> OutgoingMail:
        """Return the mail in another state; raises ForbiddenMoveError."""
        if state not in MOVES[self.state]:
            raise ForbiddenMoveError(self.state.value, state.value)
        return replace(self, state=state, phase=None, mail_cause=mail_cause)

    def sending(self) -> OutgoingMail:
        """Return the mail as one more attempt begins."""
        begun = self.moved(MailState.SENDING)
        return replace(begun, phase=SendingPhase.CONNECTING, attempts=self.attempts + 1, next_try_at=None)

    def in_phase(self, phase: SendingPhase) -> OutgoingMail:
        """Return the mail as a phase of its sending begins."""
        return replace(self, phase=phase)

    def with_results(self, results: Mapping[str, RecipientResult]) -> OutgoingMail:
        """Return the mail after a server's answer per recipient: sent if all took it, else the worst that helps."""
        merged = {**self.results, **results}
        statuses = {merged[address].status for address in merged}
        refused = [result for result in merged.values() if result.status is not RecipientStatus.ACCEPTED]
        if statuses == {RecipientStatus.ACCEPTED}:
            state = MailState.SENT
        else:
            state = MailState.DEFERRED if RecipientStatus.DEFERRED in statuses else MailState.REJECTED
        moved = self.moved(state, mail_cause=refused[0].mail_cause if refused else None)
        return replace(moved, results=merged)

    def after_restart(self) -> OutgoingMail:
        """Return what a mail found in SENDING becomes: unknown after the final dot, else queued again."""
        if self.state is not MailState.SENDING:
            return self
        if self.phase is SendingPhase.FINAL_DOT:
            return self.moved(MailState.UNKNOWN, mail_cause=MailCause.ANSWER_LOST)
        return self.moved(MailState.QUEUED)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a transport reports when the server has answered: a result per recipient, its last words, masked.

    `handed_over`: a mail program took it, which is no proof that it left.
    """

    results: Mapping[str, RecipientResult]
    server_reply: str
    transcript: str = ""
    handed_over: bool = False
    size_limit: int | None = None  # bytes that the server takes (RFC 1870), 0 for no limit, None where nobody said


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A line of the sending journal: no address and no hash of one (PRODUCT F3)."""

    at: datetime
    ticket_key: str
    user: str
    event: str  # mailed, printed, saved, failed, rejected, deferred, unknown, cancelled, expired
    pdf_sha256: str = ""
    recipient_count: int = 0
    reply: str = ""
    mail_cause: str = ""
    reprint: int = 0
    mail_id: str = ""
