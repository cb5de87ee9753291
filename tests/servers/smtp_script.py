"""What a scripted SMTP server is told to do, and what it notes of each session."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from tests.servers.certificates import ServerCertificate


class Security(StrEnum):
    """How a session is encrypted: not at all, on demand (RFC 3207), or from the first byte (RFC 8314)."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Step(StrEnum):
    """The moments at which an SMTP server answers (RFC 5321)."""

    CONNECT = "CONNECT"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    END_OF_DATA = "END_OF_DATA"
    RSET = "RSET"
    NOOP = "NOOP"
    QUIT = "QUIT"


NORMAL_REPLIES: Mapping[Step, str] = MappingProxyType(
    {
        Step.CONNECT: "220 scripted.test ESMTP ready",
        Step.STARTTLS: "220 2.0.0 Ready to start TLS",
        Step.AUTH: "235 2.7.0 Authentication successful",
        Step.MAIL: "250 2.1.0 Ok",
        Step.RCPT: "250 2.1.5 Ok",
        Step.DATA: "354 End data with <CR><LF>.<CR><LF>",
        Step.END_OF_DATA: "250 2.0.0 Ok: queued as SCRIPTED",
        Step.RSET: "250 2.0.0 Ok",
        Step.NOOP: "250 2.0.0 Ok",
        Step.QUIT: "221 2.0.0 Bye",
    }
)


@dataclass(frozen=True)
class Answer:
    """One answer of the server; without anything said, the normal one.

    `text` is the reply, one line or several. `after_s` waits before it, `drip_s` waits before every byte of it.
    `cut` closes the connection instead of answering, `reset` does so with a TCP reset; `silent` never answers and keeps
    the connection; `then_close` closes after the answer. At DATA `cut_at_byte` takes the command, then cuts once so
    many bytes of the message (as sent, dots stuffed, final dot included) have come. At END_OF_DATA `kept` says whether
    the message is delivered, where that differs from what the answer says.
    """

    text: str | None = None
    after_s: float = 0.0
    drip_s: float = 0.0
    cut: bool = False
    reset: bool = False
    silent: bool = False
    then_close: bool = False
    cut_at_byte: int | None = None
    kept: bool | None = None


NORMAL = Answer()
CUT = Answer(cut=True)
RESET = Answer(cut=True, reset=True)
SILENCE = Answer(silent=True)
# After the final dot: the message is delivered, and the client never hears of it.
LOST_ANSWER = Answer(cut=True, kept=True)
LOST_ANSWER_BY_RESET = Answer(cut=True, reset=True, kept=True)
LOST_ANSWER_IN_SILENCE = Answer(silent=True, kept=True)

# One answer for ever, or one after the other and then the normal ones.
Answers = Answer | Sequence[Answer]


@dataclass(frozen=True)
class Script:
    """How the server behaves.

    `answers` by step, `recipients` by address (at RCPT, before `answers`). `secrets` are the passwords or tokens by
    user that let sign in; without them everything does. With STARTTLS a sign-in is offered once encrypted, or from
    the start with `auth_in_clear`. `token_challenge` is what is said of a token before it is refused.
    `delay_per_reply_s` comes before every answer.
    """

    answers: Mapping[Step, Answers] = field(default_factory=dict)
    recipients: Mapping[str, Answers] = field(default_factory=dict)
    security: Security = Security.NONE
    certificate: ServerCertificate | None = None
    extensions: tuple[str, ...] = ("SIZE 10240000", "8BITMIME", "ENHANCEDSTATUSCODES", "DSN", "SMTPUTF8")
    auth_mechanisms: tuple[str, ...] = ("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER")
    auth_in_clear: bool = False
    secrets: Mapping[str, str] | None = None
    token_challenge: str = '{"status":"invalid_token","schemes":"bearer"}'
    delay_per_reply_s: float = 0.0


@dataclass(frozen=True)
class Credentials:
    """What somebody signed in with: secrets are kept in clear, so that tests can look."""

    mechanism: str
    user: str
    secret: str


@dataclass(frozen=True)
class Delivery:
    """A message that the server keeps, dots unstuffed, with its envelope."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass
class Session:
    """One connection: every line received, noted before it was answered."""

    commands: list[str] = field(default_factory=list)
    credentials: list[Credentials] = field(default_factory=list)
    # The message as sent, dots stuffed and final dot included, as far as it came.
    data: bytearray = field(default_factory=bytearray)
    encrypted: bool = False
    # Why the session ended before its time, for instance a client that refused the certificate.
    failure: str = ""
