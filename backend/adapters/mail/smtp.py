"""Mail over SMTP submission (RFC 6409, 8314): one mail, one session, one explained outcome."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from backend.adapters.mail.certificates import system_trust
from backend.adapters.mail.message import build_message, wire_address
from backend.adapters.mail.smtp_attempt import Attempt, Timeouts
from backend.adapters.mail.smtp_connection import Deadline, connect, look_up
from backend.adapters.mail.smtp_replies import MalformedReplyError, RefusalError
from backend.adapters.mail.smtp_session import Envelope, SmtpSession
from backend.adapters.mail.smtp_sign_in import Credentials
from backend.adapters.mail.smtp_wire import NetworkTroubleError, Transcript
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.outgoing_mail import Delivery, OutgoingMail, RecipientResult, RecipientStatus, SendingPhase
from backend.domain.sender_profile import Authentication, ConnectionSecurity, SenderProfile
from backend.ports import SendingWatch

# Servers count them; some end the connection after a hundred.
MAILS_PER_CONNECTION = 25


class SmtpTransport:
    """Sends to the server of a sender profile.

    `password` is asked for only where there is a user name, `access_token(renew)` where the profile says OAuth2.
    """

    def __init__(
        self,
        password: Callable[[], str] = str,
        access_token: Callable[[bool], str] = lambda _renew: "",
        *,
        reply_to: str = "",
        context_factory: Callable[[], ssl.SSLContext] = system_trust,
        timeouts: Timeouts | None = None,
    ) -> None:
        self._password = password
        self._access_token = access_token
        self.reply_to = reply_to
        self._context_factory = context_factory
        self._timeouts = timeouts or Timeouts()
        self._keeps = False
        self._kept: Attempt | None = None
        self._mails_on_it = 0

    def send(self, mail: OutgoingMail, sender: SenderProfile, watch: SendingWatch) -> Delivery:
        """Send as `ports.MailTransport` says; an attachment that can't be read is a NotFoundError or StorageError."""
        if sender.signs_in_as and sender.security is ConnectionSecurity.NONE:
            raise MailFailure(MailCause.ENCRYPTION_REQUIRED, sender.host, sender.port)
        message = build_message(mail, sender, reply_to=self.reply_to)
        attempt = self._attempt(mail, sender, watch, len(message))
        credentials = Credentials()
        if (session := self._kept_session(attempt)) is None:
            credentials = self._credentials(sender)
            attempt = self._attempt(mail, sender, watch, len(message), credentials.secrets)
        watch.phase(SendingPhase.CONNECTING)
        in_step = False
        try:
            session = session or attempt.open(credentials)
            delivery = self._deliver(session, mail, sender, message)
            in_step = True
        except (RefusalError, NetworkTroubleError, MalformedReplyError) as error:
            in_step = isinstance(error, RefusalError)
            raise attempt.failure(error) from None  # its words may hold addresses
        finally:
            self._keep_or_close(attempt, in_step=in_step, is_open=session is not None)
        return delivery

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Keep the connection for more mails of one sender, which are sent one after the other."""
        self._keeps = True
        try:
            yield
        finally:
            self._keeps = False
            if self._kept is not None:
                self._kept.close(politely=True)
                self._kept, self._mails_on_it = None, 0

    def is_reachable(self, sender: SenderProfile) -> bool:
        """Connect and hang up."""
        deadline = Deadline(self._timeouts.connect_s)
        try:
            addresses = look_up(sender.host, sender.port, deadline.within(self._timeouts.name_s))
            connect(addresses, deadline, next_after_s=self._timeouts.next_address_s).close()
        except (RefusalError, TimeoutError):
            return False
        return True

    def _attempt(
        self, mail: OutgoingMail, sender: SenderProfile, watch: SendingWatch, size: int, secrets: tuple[str, ...] = ()
    ) -> Attempt:
        return Attempt(
            sender,
            watch,
            Transcript(mail.remaining_recipients, secrets),
            Deadline(self._timeouts.session_s + size / self._timeouts.bytes_per_s),
            self._timeouts,
            self._context_factory,
        )

    def _kept_session(self, attempt: Attempt) -> SmtpSession | None:
        """Go on with the connection of the mail before, if it was this sender's and the server is still there."""
        before, mails = self._kept, self._mails_on_it
        self._kept, self._mails_on_it = None, 0
        if before is None:
            return None
        if not before.sender.has_settings_of(attempt.sender) or mails >= MAILS_PER_CONNECTION:
            before.close(politely=True)
            return None
        session = attempt.go_on_with(before)
        self._mails_on_it = mails if session else 0
        return session

    def _keep_or_close(self, attempt: Attempt, *, in_step: bool, is_open: bool) -> None:
        if self._keeps and in_step and is_open:
            self._kept, self._mails_on_it = attempt, self._mails_on_it + 1
        else:
            attempt.close(politely=in_step)

    def _credentials(self, sender: SenderProfile) -> Credentials:
        """Return what to sign in with; a token is refreshed before anything is connected."""
        if sender.authentication is Authentication.OAUTH2:
            return Credentials(sender.signs_in_as, self._access_token(False), lambda: self._access_token(True))  # noqa: FBT003 - the only one
        return Credentials(sender.username, self._password() if sender.username else "")

    def _deliver(self, session: SmtpSession, mail: OutgoingMail, sender: SenderProfile, message: bytes) -> Delivery:
        """Deliver to whom this server can reach: without SMTPUTF8 an accented address is refused here (RFC 6531)."""
        envelope = _envelope(mail, sender)
        if not envelope.needs_utf8 or "SMTPUTF8" in session.features:
            return session.deliver(envelope, message, self._timeouts.final_answer_s)
        if not envelope.sender.isascii():
            raise RefusalError(MailCause.ACCENTED_ADDRESS)
        accented = {address for address, wired in envelope.recipients.items() if not wired.isascii()}
        refused = RecipientResult(RecipientStatus.REJECTED, mail_cause=MailCause.ACCENTED_ADDRESS)
        results = dict.fromkeys(accented, refused)
        if len(accented) == len(envelope.recipients):
            return Delivery(results, "", session.transcript)
        plain_mail = _without(mail, accented)
        delivery = session.deliver(
            _envelope(plain_mail, sender),
            build_message(plain_mail, sender, reply_to=self.reply_to),
            self._timeouts.final_answer_s,
        )
        return replace(delivery, results={**results, **delivery.results})


def _envelope(mail: OutgoingMail, sender: SenderProfile) -> Envelope:
    return Envelope(
        sender=wire_address(sender.email),
        recipients={address: wire_address(address) for address in mail.remaining_recipients},
        notify_id=mail.id if mail.delivery_notification else "",
    )


def _without(mail: OutgoingMail, addresses: set[str]) -> OutgoingMail:
    def kept(among: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(address for address in among if address not in addresses)

    return replace(mail, recipients=kept(mail.recipients), cc=kept(mail.cc), bcc=kept(mail.bcc))
