"""The dialogue with a server (RFC 5321): greeting, encryption, sign-in, then mails, one after the other."""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from backend.adapters.mail.certificates import handshake_cause
from backend.adapters.mail.smtp_connection import Deadline
from backend.adapters.mail.smtp_replies import (
    OF_THE_WHOLE_MAIL,
    MalformedReplyError,
    RefusalError,
    Reply,
    Stage,
    cause_of,
)
from backend.adapters.mail.smtp_sign_in import (
    SIGN_IN,
    Credentials,
    choose_mechanism,
    sign_in_by_token,
    token_refusal,
)
from backend.adapters.mail.smtp_wire import NetworkTroubleError, Wire
from backend.domain.mail_failure import MailCause
from backend.domain.oauth import ACCOUNT_REFUSED
from backend.domain.outgoing_mail import Delivery, RecipientResult, RecipientStatus, SendingPhase
from backend.ports import SendingWatch

# The name of this PC is nobody's business, and may have accents; every server tried takes the address literal.
_OUR_NAME = "[127.0.0.1]"
_SIZE_DIGITS_MAX = 20


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends to whom: `recipients` maps the addresses as typed to those of the wire (domain in ASCII).

    `notify_id` asks for delivery notifications under this id (RFC 3461), where the server offers them.
    """

    sender: str
    recipients: Mapping[str, str] = field(default_factory=dict)
    notify_id: str = ""

    @property
    def needs_utf8(self) -> bool:
        """Tell whether an address can't be said in ASCII (RFC 6531)."""
        return not all(address.isascii() for address in (self.sender, *self.recipients.values()))


class SmtpSession:
    """A greeted connection; several mails may go over it. Raises RefusalError and NetworkTroubleError."""

    def __init__(self, wire: Wire, watch: SendingWatch) -> None:
        self._wire = wire
        self.watch = watch
        self._awaits_command = True
        self.features: dict[str, str] = {}
        self.final_dot_is_out = False

    @property
    def transcript(self) -> str:
        """The dialogue so far, without addresses and secrets."""
        return str(self._wire.transcript)

    def greet(self) -> None:
        """Read the greeting, and introduce ourselves."""
        self._expect(self._wire.read_reply(), Stage.GREETING, 220)
        self.introduce()

    def introduce(self) -> None:
        """Say EHLO (HELO to a server that doesn't know it) and note what the server offers."""
        reply = self._wire.ask(f"EHLO {_OUR_NAME}")
        self.features = _features(reply) if reply.is_success else {}
        if 500 <= reply.code < 600:
            reply = self._wire.ask(f"HELO {_OUR_NAME}")
        self._expect(reply, Stage.GREETING, 250)

    def request_tls(self) -> None:
        """Ask for encryption of a connection that began in clear (RFC 3207); without it nothing goes on."""
        if "STARTTLS" not in self.features:
            raise RefusalError(MailCause.ENCRYPTION_NOT_OFFERED)
        self._expect(self._wire.ask("STARTTLS"), Stage.STARTTLS, 220)

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Do the TLS handshake; raises RefusalError with what is wrong with the certificate."""
        try:
            agreed = self._wire.start_tls(context, host)
        except NetworkTroubleError as trouble:
            error = trouble.error
            if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
                self._wire.transcript.add("*", str(error))
                raise RefusalError(handshake_cause(error)) from error
            raise
        self.watch.step("encrypted", agreed)

    def sign_in(self, credentials: Credentials) -> None:
        """Sign in once: a second try of a password could lock the account; a refused token is renewed once."""
        mechanism = choose_mechanism(self.features.get("AUTH", ""), token=credentials.is_token)
        if credentials.is_token:
            self._show_token(mechanism, credentials)
        else:
            reply = SIGN_IN[mechanism](self._wire, credentials.username, credentials.secret)
            self._expect(reply, Stage.SIGN_IN, 235)
        self.watch.step("signed_in", mechanism)

    def _show_token(self, mechanism: str, credentials: Credentials) -> None:
        reply, status = sign_in_by_token(self._wire, mechanism, credentials.username, credentials.secret)
        cause = None if reply.code == 235 else token_refusal(reply, status)
        if cause is MailCause.AUTHORIZATION_EXPIRED and credentials.renew:
            # The clock of this PC may be wrong, or the token was taken back before its end.
            renewed = replace(credentials, secret=credentials.renew())
            self._wire.transcript.hide(renewed.secrets)
            reply, status = sign_in_by_token(self._wire, mechanism, renewed.username, renewed.secret)
            cause = None if reply.code == 235 else token_refusal(reply, status)
        if cause:
            detail = ACCOUNT_REFUSED if cause is MailCause.LOGIN_REFUSED else ""
            raise RefusalError(cause, self._masked(reply), detail)

    def deliver(self, envelope: Envelope, message: bytes, final_answer_s: float) -> Delivery:
        """Hand over one message and return what became of each recipient.

        `final_answer_s` is how long the answer to the final dot may take (RFC 5321 4.5.3.2.6: 10 minutes).
        """
        self.watch.phase(SendingPhase.ENVELOPE)
        self._name_sender(envelope, len(message))
        results, last = self._name_recipients(envelope)
        accepted = [address for address, result in results.items() if result.status is RecipientStatus.ACCEPTED]
        if accepted:
            final = self._masked(self._hand_over(message, final_answer_s))
            results |= {address: RecipientResult(RecipientStatus.ACCEPTED, final) for address in accepted}
            last = final
            self.watch.step("message_accepted", final)
        return Delivery(results, last, self.transcript, size_limit=int(self._size_limit or 0))

    def reset(self) -> None:
        """Begin anew on this connection (RFC 5321 4.1.1.5)."""
        self._expect(self._wire.ask("RSET"), Stage.GREETING, 250)

    def leave(self, patience_s: float) -> None:
        """Say QUIT and close; the server's goodbye is waited for in the background, and may be anything."""
        if not self._awaits_command:  # QUIT would be a line of the message
            self._wire.close()
            return
        self._wire.deadline = Deadline(patience_s)
        try:
            self._wire.say("QUIT")
        except NetworkTroubleError:
            self._wire.close()
            return
        threading.Thread(target=self._hear_goodbye, name="smtp-goodbye", daemon=True).start()

    def _hear_goodbye(self) -> None:
        with contextlib.suppress(NetworkTroubleError, MalformedReplyError):
            self._wire.read_reply()
        self._wire.close()

    @property
    def _size_limit(self) -> str:
        """The limit in bytes, "" for none or an unknown one (RFC 1870 4: 20 digits at most)."""
        limit = self.features.get("SIZE", "")
        return limit if limit.isdecimal() and len(limit) <= _SIZE_DIGITS_MAX and int(limit) else ""

    def _name_sender(self, envelope: Envelope, size: int) -> None:
        if self._size_limit and int(self._size_limit) < size:
            raise RefusalError(MailCause.MESSAGE_TOO_BIG, detail=self._size_limit)
        options = [f"SIZE={size}"] if "SIZE" in self.features else []
        if envelope.needs_utf8:
            options += ["BODY=8BITMIME", "SMTPUTF8"]
        if self._may_notify(envelope):
            options += ["RET=HDRS", f"ENVID={envelope.notify_id}"]
        reply = self._wire.ask(" ".join([f"MAIL FROM:<{envelope.sender}>", *options]))
        self._expect(reply, Stage.SENDER, 250, detail=self._size_limit)
        self.watch.step("sender_accepted", self._masked(reply))

    def _name_recipients(self, envelope: Envelope) -> tuple[dict[str, RecipientResult], str]:
        """Return a result per recipient and the last words; raises when all are refused for a reason of the mail."""
        results: dict[str, RecipientResult] = {}
        last = ""
        for address, wire_address in envelope.recipients.items():
            reply = self._wire.ask(f"RCPT TO:<{wire_address}>{self._recipient_options(envelope, wire_address)}")
            last = self._masked(reply)
            if reply.code == 421:
                raise RefusalError(MailCause.SERVER_BUSY, last)
            results[address] = _recipient_result(reply, last)
            if reply.is_success:
                self.watch.step("recipient_accepted", last)
        causes = [result.mail_cause for result in results.values()]
        if causes and causes[0] is not None and all(cause in OF_THE_WHOLE_MAIL for cause in causes):
            raise RefusalError(causes[0], last)
        return results, last

    def _recipient_options(self, envelope: Envelope, address: str) -> str:
        if not self._may_notify(envelope):
            return ""
        kind, text = ("rfc822", _xtext(address)) if address.isascii() else ("utf-8", address)  # RFC 6533 3
        return f" NOTIFY=SUCCESS,FAILURE,DELAY ORCPT={kind};{text}"

    def _may_notify(self, envelope: Envelope) -> bool:
        return bool(envelope.notify_id) and "DSN" in self.features

    def _hand_over(self, message: bytes, final_answer_s: float) -> Reply:
        self.watch.phase(SendingPhase.DATA)
        self._expect(self._wire.ask("DATA"), Stage.DATA, 354)
        self._awaits_command = False
        try:
            self._wire.send(_dot_stuffed(message))
            self.watch.phase(SendingPhase.FINAL_DOT)
            # Who was cut off, or refused, before the end need not wonder whether the mail has left.
            if self._wire.has_words_now():
                raise RefusalError(cause_of(early := self._wire.read_reply(), Stage.DATA), self._masked(early))
            self._wire.send(b".\r\n")
        except NetworkTroubleError as trouble:
            if not trouble.is_timeout:
                self._hear_last_words()
            raise
        self._wire.transcript.add("C", f"({len(message)} bytes) .")
        self.final_dot_is_out = True
        self._wire.deadline = Deadline(final_answer_s)
        reply = self._wire.read_reply()
        self.final_dot_is_out = False
        self._awaits_command = True
        self._expect(reply, Stage.DATA, 250, detail=self._size_limit)
        return reply

    def _hear_last_words(self) -> None:
        """Raise RefusalError if the server said why before it hung up."""
        self._wire.deadline = Deadline(1.0)
        with contextlib.suppress(NetworkTroubleError, MalformedReplyError):
            self._expect(self._wire.read_reply(), Stage.DATA, 250)

    def _expect(self, reply: Reply, stage: Stage, code: int, *, detail: str = "") -> None:
        """Raise RefusalError unless the server agreed; any 2yz does where one is expected (RFC 5321 4.3.2)."""
        if reply.code == code or (code // 100 == 2 and reply.is_success):
            return
        raise RefusalError(cause_of(reply, stage), self._masked(reply), detail)

    def _masked(self, reply: Reply) -> str:
        return self._wire.transcript.mask(str(reply))


def _recipient_result(reply: Reply, masked: str) -> RecipientResult:
    cause = None if reply.is_success else cause_of(reply, Stage.RECIPIENT)
    return RecipientResult(reply.recipient_status, masked, cause)


def _features(reply: Reply) -> dict[str, str]:
    """Read EHLO's keywords with their parameters; `AUTH=LOGIN` is an old spelling of `AUTH LOGIN`."""
    features: dict[str, str] = {}
    for line in reply.lines[1:]:
        keyword, _, parameters = line.replace("AUTH=", "AUTH ", 1).partition(" ")
        name = keyword.upper()
        features[name] = f"{features.get(name, '')} {parameters}".strip()
    return features


def _xtext(text: str) -> str:
    """Encode as RFC 3461 4 asks: `+` and `=` as hexadecimal."""
    return text.replace("+", "+2B").replace("=", "+3D")


def _dot_stuffed(message: bytes) -> bytes:
    """Double the dots that begin a line (RFC 5321 4.5.2); a last line always ends."""
    stuffed = message.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
