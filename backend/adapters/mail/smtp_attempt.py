"""One attempt at one server: from its name to a signed-in session, and the explained failure that may come of it."""

from __future__ import annotations

import contextlib
import hashlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from backend.adapters.mail.certificates import read_certificate, unverified_context
from backend.adapters.mail.smtp_connection import Deadline, ServerAddress, connect, look_up, speaks_tls
from backend.adapters.mail.smtp_replies import MalformedReplyError, RefusalError
from backend.adapters.mail.smtp_session import SmtpSession
from backend.adapters.mail.smtp_sign_in import Credentials
from backend.adapters.mail.smtp_wire import NetworkTroubleError, Transcript, Wire
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.outgoing_mail import SendingPhase
from backend.domain.sender_profile import ConnectionSecurity, SenderProfile
from backend.ports import SendingWatch

# What an attempt may end in, beside what the watch raises.
AttemptError = RefusalError | NetworkTroubleError | MalformedReplyError
_CERTIFICATE_CAUSES = {
    MailCause.CERTIFICATE_EXPIRED,
    MailCause.CERTIFICATE_UNTRUSTED,
    MailCause.CERTIFICATE_WRONG_NAME,
}
_PROBE_S = 3.0


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long each thing may take, in seconds; a session gets more for a big message, at `bytes_per_s`."""

    name_s: float = 10.0
    connect_s: float = 10.0
    next_address_s: float = 1.0
    silence_s: float = 3.0  # without a greeting: then the port is tried for TLS
    session_s: float = 60.0
    bytes_per_s: float = 16_000.0
    final_answer_s: float = 600.0  # RFC 5321 4.5.3.2.6
    goodbye_s: float = 2.0


class _NobodyWatches:
    """The watch of a look at a certificate."""

    def phase(self, phase: SendingPhase) -> None:
        """Hear nothing."""

    def step(self, name: str, detail: str = "") -> None:
        """Hear nothing."""


def goes_by_fingerprint(sender: SenderProfile, reached: ServerAddress) -> bool:
    """Tell whether the accepted certificate counts in place of the PC's trust: only of a server in this house."""
    return bool(sender.pinned_certificate) and reached.is_private


@dataclass
class Attempt:
    """A connection to the server of `sender`, under one deadline; `close` it whatever became of it."""

    sender: SenderProfile
    watch: SendingWatch
    transcript: Transcript
    deadline: Deadline
    timeouts: Timeouts
    make_context: Callable[[], ssl.SSLContext]

    def __post_init__(self) -> None:
        self._addresses: list[ServerAddress] = []
        self._wire: Wire | None = None
        self._session: SmtpSession | None = None

    def open(self, credentials: Credentials) -> SmtpSession:
        """Connect, encrypt and sign in as the profile asks; raises AttemptError."""
        sender = self.sender
        self._wire = wire = self._connect()
        self._session = session = SmtpSession(wire, self.watch)
        if sender.security is ConnectionSecurity.TLS:
            self._encrypt(session, wire)
        else:
            self._await_greeting(wire)
        session.greet()
        if sender.security is ConnectionSecurity.STARTTLS:
            session.request_tls()
            self._encrypt(session, wire)
            session.introduce()
        if credentials.username:
            session.sign_in(credentials)
        return session

    def go_on_with(self, before: Attempt) -> SmtpSession | None:
        """Take over the connection of an attempt that is done; None, and it is closed, where the server has left."""
        wire, session = before._wire, before._session
        if wire is None or session is None:
            return None
        wire.deadline, wire.transcript = self.deadline.within(self.timeouts.connect_s), self.transcript
        session.watch = self.watch
        try:
            session.reset()
        except (RefusalError, NetworkTroubleError, MalformedReplyError):
            wire.close()
            return None
        wire.deadline = self.deadline
        self._addresses, self._wire, self._session = before._addresses, wire, session
        return session

    def failure(self, error: AttemptError) -> MailFailure:
        """Return the explained failure; looks at the certificate once more when that is at fault."""
        reply = detail = ""
        if isinstance(error, RefusalError):
            cause, reply, detail = error.mail_cause, error.reply, error.detail
        elif self._session is not None and self._session.final_dot_is_out:
            cause = MailCause.ANSWER_LOST
        elif isinstance(error, MalformedReplyError):
            cause, reply = MailCause.UNEXPECTED_ANSWER, self.transcript.mask(str(error))
        else:
            was_silent = error.is_timeout and self._wire is not None and not self._wire.has_heard
            cause = MailCause.NO_ANSWER if was_silent else MailCause.CONNECTION_LOST
        if not isinstance(error, RefusalError):
            self.transcript.add("*", "timed out" if getattr(error, "is_timeout", False) else str(error))
        if cause in _CERTIFICATE_CAUSES:
            detail = self._look_at_certificate(cause)
        return MailFailure(cause, self.sender.host, self.sender.port, reply, detail, str(self.transcript))

    def close(self, *, politely: bool) -> None:
        """End the connection; `politely` where the dialogue is in step, with a QUIT that nobody waits for."""
        if self._session is not None and politely:
            self._session.leave(self.timeouts.goodbye_s)
        elif self._wire is not None:
            self._wire.close()

    def _connect(self) -> Wire:
        sender = self.sender
        self._addresses = look_up(sender.host, sender.port, self.deadline.within(self.timeouts.name_s))
        self.watch.step("name_found", ", ".join(dict.fromkeys(str(each) for each in self._addresses)))
        is_open = sender.security is ConnectionSecurity.NONE
        if is_open and not all(address.is_private for address in self._addresses):
            raise RefusalError(MailCause.ENCRYPTION_REQUIRED)
        sock = connect(
            self._addresses,
            self.deadline.within(self.timeouts.connect_s),
            next_after_s=self.timeouts.next_address_s,
        )
        reached = ServerAddress(sock.family, sock.getpeername())
        self._addresses = [reached]
        self.transcript.add("*", f"connected to {reached}")
        self.watch.step("connected", str(reached))
        return Wire(sock, self.deadline, self.transcript)

    def _encrypt(self, session: SmtpSession, wire: Wire) -> None:
        """Encrypt with a server that the PC trusts, or whose certificate is exactly the accepted one of this house."""
        if not goes_by_fingerprint(self.sender, self._addresses[0]):
            session.encrypt(self.make_context(), self.sender.host)
            return
        session.encrypt(unverified_context(), self.sender.host)
        if hashlib.sha256(wire.peer_certificate() or b"").hexdigest() != self.sender.pinned_certificate:
            raise RefusalError(MailCause.CERTIFICATE_UNTRUSTED)

    def _await_greeting(self, wire: Wire) -> None:
        """Tell a TLS port, which waits for us to begin, from a slow server."""
        try:
            if wire.says_something_within(self.timeouts.silence_s):
                return
        except NetworkTroubleError:
            if self._port_speaks_tls():
                raise RefusalError(MailCause.TLS_EXPECTED) from None
            raise
        if self._port_speaks_tls():
            raise RefusalError(MailCause.TLS_EXPECTED)

    def _port_speaks_tls(self) -> bool:
        return speaks_tls(self._addresses[0], self.deadline.within(_PROBE_S))

    def _look_at_certificate(self, cause: MailCause) -> str:
        """Connect again, unverified, for the certificate alone; return the fact that its owner needs, or ""."""
        deadline = Deadline(_PROBE_S)
        try:
            sock = connect(self._addresses, deadline, next_after_s=self.timeouts.next_address_s)
            with contextlib.closing(Wire(sock, deadline, Transcript())) as wire:
                session = SmtpSession(wire, _NobodyWatches())
                if self.sender.security is ConnectionSecurity.STARTTLS:
                    session.greet()
                    session.request_tls()
                session.encrypt(unverified_context(), self.sender.host)
                der = wire.peer_certificate()
            certificate = read_certificate(der or b"")
        except (RefusalError, NetworkTroubleError, MalformedReplyError, ValueError):
            return ""
        self.transcript.add("*", str(certificate))
        return certificate.fact_for(cause)
