"""A mail server, a mail program and the mailbox of the training mode, in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from backend.domain.errors import FacteurError, NotFoundError
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.outgoing_mail import Delivery, OutgoingMail, RecipientResult, RecipientStatus, SendingPhase
from backend.domain.sender_profile import SenderProfile
from backend.ports import SendingWatch


class RecordingWatch:
    """Keeps what it was told, in order."""

    def __init__(self) -> None:
        self.phases: list[SendingPhase] = []
        self.steps: list[tuple[str, str]] = []

    def phase(self, phase: SendingPhase) -> None:
        self.phases.append(phase)

    def step(self, name: str, detail: str = "") -> None:
        self.steps.append((name, detail))


class FakeMailTransport:
    """Accepts everything until `failure` or `answers` says otherwise; `sent` holds what was accepted by anyone."""

    def __init__(self) -> None:
        self.sent: list[OutgoingMail] = []
        self.tried: list[OutgoingMail] = []
        self.senders: list[SenderProfile] = []
        self.answers: Mapping[str, RecipientResult] = {}
        self.failure: FacteurError | None = None
        self.fails_in = SendingPhase.CONNECTING
        self.hands_over = False  # as a mail program does
        self.is_cut_off = False
        self.opened = 0

    def refuse(self, mail_cause: MailCause, in_phase: SendingPhase = SendingPhase.CONNECTING) -> None:
        """Let every sending from now on fail."""
        self.failure, self.fails_in = MailFailure(mail_cause, "smtp.example", 587), in_phase

    def send(self, mail: OutgoingMail, sender: SenderProfile, watch: SendingWatch) -> Delivery:
        self.tried.append(mail)
        self.senders.append(sender)
        for phase in SendingPhase:
            watch.phase(phase)
            if self.failure and phase is self.fails_in:
                raise self.failure
        accepted = RecipientResult(RecipientStatus.ACCEPTED, "250 2.1.5 Ok")
        results = {address: self.answers.get(address, accepted) for address in mail.remaining_recipients}
        if any(result.status is RecipientStatus.ACCEPTED for result in results.values()):
            self.sent.append(mail)
            watch.step("message_accepted", "250 2.0.0 Ok")
        if self.hands_over:
            return Delivery(results, "", handed_over=True)
        return Delivery(results, "250 2.0.0 Ok: queued")

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        self.opened += 1
        yield

    def is_reachable(self, sender: SenderProfile) -> bool:
        return not self.is_cut_off


class MemoryMailbox:
    """Captured mails in a list."""

    def __init__(self, *mails: bytes) -> None:
        self.mails = list(mails)

    def numbers(self) -> list[int]:
        return list(range(1, len(self.mails) + 1))

    def raw(self, number: int) -> bytes:
        if not 1 <= number <= len(self.mails):
            raise NotFoundError("mail", str(number))
        return self.mails[number - 1]

    def clear(self) -> None:
        self.mails.clear()
