"""A real shop on disk whose mails meet faults, and the count of what became of them: lost, doubled, wrong states."""

from __future__ import annotations

import itertools
import random
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from backend.bootstrap import FolderServices
from backend.domain.errors import FacteurError
from backend.domain.outgoing_mail import MailState, OutgoingMail
from backend.domain.sender_profile import ConnectionSecurity, SenderProfile
from backend.usecases.save_sender_profile import password_name
from backend.usecases.tidy_outbox import recover_after_restart
from backend.usecases.work_outbox import OutboxWork
from tests.builders import NOON, a_mail
from tests.fakes import FixedClock

if TYPE_CHECKING:
    from backend.ports import MailTransport

USER = "DUPOND"
_TICKET_NUMBERS = itertools.count(1)


@dataclass
class Counts:
    """What became of the mails of one fault; `uncertain` are those that say of themselves that nobody knows."""

    tries: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    uncertain: int = 0

    @property
    def faults(self) -> tuple[int, int, int]:
        """Return what must be 0: lost, doubled, wrong states."""
        return (self.lost, self.doubled, self.wrong)

    def add(
        self,
        mails: Iterable[OutgoingMail],
        arrivals: Mapping[str, int],
        *,
        may_be_unknown: bool,
        is_over: bool = False,
    ) -> None:
        """Count mails as they stand against what a server has of each, by Message-ID.

        When all `is_over`, and the server has long been well again, nothing may wait any longer.
        """
        for mail in mails:
            self.wrong += is_over and mail.state in {MailState.QUEUED, MailState.DEFERRED}
            copies, state = arrivals.get(mail.message_id, 0), mail.state
            self.lost += not copies and state in {MailState.SENT, MailState.CANCELLED}
            self.doubled += copies > 1
            is_unknown = state is MailState.UNKNOWN
            self.uncertain += is_unknown
            has_some = any(result.status.value == "accepted" for result in mail.results.values())
            self.wrong += (is_unknown and not may_be_unknown) or state is MailState.SENDING
            self.wrong += bool(copies) and not is_unknown and state is not MailState.SENT and not has_some


class Campaign:
    """The counts of every fault of a run, for the table at its end."""

    def __init__(self) -> None:
        self.rows: dict[str, Counts] = {}

    def of(self, fault: str) -> Counts:
        """Return the counts of a fault, which begin at 0."""
        return self.rows.setdefault(fault, Counts())

    def table(self) -> list[str]:
        """Return the lines of the table."""
        head = f"{'fault':<58} {'tries':>6} {'lost':>5} {'doubled':>8} {'wrong':>6} {'uncertain':>10}"
        return [head] + [
            f"{name:<58} {row.tries:>6} {row.lost:>5} {row.doubled:>8} {row.wrong:>6} {row.uncertain:>10}"
            for name, row in sorted(self.rows.items())
        ]


@dataclass
class FaultShop:
    """A data folder with a tested sender, a clock of the test's own, and mails with a PDF of some bytes."""

    folder: Path
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime.now(UTC)))
    transport: MailTransport | None = None

    def __post_init__(self) -> None:
        self.services = self.opened()
        self.services.accept_unprotected_secrets()

    def opened(self) -> FolderServices:
        """Open the folder as another program would."""
        services = FolderServices(self.folder, training=False)
        services.__dict__["clock"] = self.clock
        if self.transport is not None:
            services.__dict__["transport_for"] = lambda _sender: self.transport
        return services

    def restart(self) -> None:
        """End the program and start it again: what was in SENDING is put right."""
        self.services.close()
        self.services = self.opened()
        recover_after_restart(self.services)

    def sends_to(self, port: int, *, host: str = "127.0.0.1", password: str = "", **changes: object) -> None:
        """Set the sender to a server, as if its test had succeeded."""
        profile = SenderProfile(USER, "caisse@boutique.test", host=host, port=port, security=ConnectionSecurity.NONE)
        if password:
            self.services.secrets.set(password_name(USER), password)
        self.services.settings.save_sender_profile(replace(profile, **changes).tested(NOON))  # type: ignore[arg-type]

    def queue(self, *recipients: str, size: int = 2000) -> OutgoingMail:
        """Let a mail wait, as `Envoyer plus tard` does."""
        mail_id = secrets.token_hex(16)
        folder = self.services.pdf_folder / mail_id
        folder.mkdir()
        pdf = folder / "C1-4-BRICO.pdf"
        pdf.write_bytes(b"%PDF-1.4\n" + random.randbytes(size))
        self.clock.advance(seconds=0.001)
        to = recipients or (f"client-{mail_id[:8]}@client.test",)
        mail = replace(
            a_mail(mail_id, pdf=pdf, user=USER, recipients=to, created_at=self.clock.now(), state=MailState.QUEUED),
            ticket_key=f"C1-{next(_TICKET_NUMBERS)}",  # a second mail of one ticket would be a DUPLICATA
        )
        self.services.outbox.save(mail)
        return mail

    def turn(self) -> None:
        """Let the outbox work once; what it fails with is for its log."""
        with suppress(FacteurError):
            OutboxWork(self.services).turn()

    def work_until_empty(self, hours: int = 40) -> None:
        """Let time go by, turn by turn, until nothing waits by itself."""
        for _ in range(hours):
            if not self.services.outbox.waiting([MailState.QUEUED, MailState.DEFERRED], with_content=False):
                return
            self.clock.advance(minutes=61)
            self.turn()

    def now(self, mails: Iterable[OutgoingMail]) -> list[OutgoingMail]:
        """Return mails as they stand."""
        return [self.services.outbox.find(mail.id) for mail in mails]

    def close(self) -> None:
        """End the program."""
        self.services.close()
