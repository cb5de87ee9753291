"""Why a mail did not leave: one cause per row of the table that users read (web/messages.py holds the sentences)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend.domain.errors import FacteurError, NotReadyError


class MailCause(StrEnum):
    """Stable cause codes, as `send --json` prints them."""

    NAME_NOT_FOUND = "name_not_found"
    CONNECTION_REFUSED = "connection_refused"
    NO_ANSWER = "no_answer"
    TLS_EXPECTED = "tls_expected"  # spoke plain to a TLS port
    TLS_NOT_SPOKEN = "tls_not_spoken"  # spoke TLS to a plain port
    ENCRYPTION_NOT_OFFERED = "encryption_not_offered"
    ENCRYPTION_REQUIRED = "encryption_required"  # security NONE to a public host, or with a password
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_WRONG_NAME = "certificate_wrong_name"
    CERTIFICATE_UNTRUSTED = "certificate_untrusted"
    LOGIN_NOT_OFFERED = "login_not_offered"
    LOGIN_REFUSED = "login_refused"
    PASSWORD_LOGIN_RETIRED = "password_login_retired"  # noqa: S105 - a code, not a password
    LOGIN_UNAVAILABLE = "login_unavailable"
    AUTHORIZATION_EXPIRED = "authorization_expired"
    LOGIN_REQUIRED = "login_required"
    RELAY_DENIED = "relay_denied"
    SENDER_REFUSED = "sender_refused"
    RECIPIENT_UNKNOWN = "recipient_unknown"
    RECIPIENT_REFUSED = "recipient_refused"
    MAILBOX_FULL = "mailbox_full"
    RECIPIENT_DEFERRED = "recipient_deferred"
    MESSAGE_TOO_BIG = "message_too_big"
    REFUSED_AS_SPAM = "refused_as_spam"
    SERVER_BUSY = "server_busy"
    CONNECTION_LOST = "connection_lost"  # before the final dot: nothing left
    ANSWER_LOST = "answer_lost"  # after the final dot: perhaps it left
    ACCENTED_ADDRESS = "accented_address"
    UNEXPECTED_ANSWER = "unexpected_answer"
    CANCELLED = "cancelled"
    ATTACHMENT_GONE = "attachment_gone"
    EXPIRED = "expired"  # it waited longer than a mail may
    HANDED_OVER = "handed_over"  # opened in the mail program of this PC: a person sends it there
    CLIENT_MISSING = "client_missing"  # no mail program on this PC
    CLIENT_UNSUPPORTED = "client_unsupported"  # it takes no mail from other programs
    CLIENT_NO_SCREEN = "client_no_screen"
    CLIENT_CANCELLED = "client_cancelled"
    CLIENT_FAILED = "client_failed"
    CLIENT_SIGN_IN = "client_sign_in"
    CLIENT_NO_ROOM = "client_no_room"  # disk or memory
    CLIENT_DENIED = "client_denied"
    CLIENT_LIMIT = "client_limit"  # too many files or recipients, too big
    CLIENT_FILE_UNREADABLE = "client_file_unreadable"
    CLIENT_RECIPIENT_REFUSED = "client_recipient_refused"
    CLIENT_OFFLINE = "client_offline"
    CLIENT_SILENT = "client_silent"  # no answer in time: perhaps it left
    RELAY_MISSING = "relay_missing"  # no relay.toml in this installation
    RELAY_FILE_WRONG = "relay_file_wrong"
    RELAY_PASSWORD_MISSING = "relay_password_missing"  # noqa: S105 - a code, not a password


TEMPORARY = frozenset(
    {
        MailCause.NAME_NOT_FOUND,
        MailCause.CONNECTION_REFUSED,
        MailCause.NO_ANSWER,
        MailCause.LOGIN_UNAVAILABLE,
        MailCause.RECIPIENT_DEFERRED,
        MailCause.SERVER_BUSY,
        MailCause.CONNECTION_LOST,
        MailCause.CLIENT_OFFLINE,
    }
)
PERHAPS_SENT = frozenset({MailCause.ANSWER_LOST, MailCause.CLIENT_SILENT, MailCause.HANDED_OVER})
# Nobody's mail of this user would leave, and trying again could lock the account: they wait for a test that succeeds.
OF_THE_ACCOUNT = frozenset(
    {
        MailCause.ENCRYPTION_REQUIRED,
        MailCause.LOGIN_NOT_OFFERED,
        MailCause.LOGIN_REFUSED,
        MailCause.PASSWORD_LOGIN_RETIRED,
        MailCause.AUTHORIZATION_EXPIRED,
        MailCause.LOGIN_REQUIRED,
        MailCause.RELAY_DENIED,
        MailCause.SENDER_REFUSED,
        MailCause.RELAY_PASSWORD_MISSING,
    }
)
# Perhaps of one mail, perhaps of every one.
OF_THE_CONNECTION = frozenset({MailCause.SERVER_BUSY, MailCause.CONNECTION_LOST, MailCause.UNEXPECTED_ANSWER})
# No mail gets through at the moment; an outage ends, an expired certificate is renewed.
OF_THE_SERVER = OF_THE_CONNECTION | {
    MailCause.NAME_NOT_FOUND,
    MailCause.CONNECTION_REFUSED,
    MailCause.NO_ANSWER,
    MailCause.TLS_EXPECTED,
    MailCause.TLS_NOT_SPOKEN,
    MailCause.ENCRYPTION_NOT_OFFERED,
    MailCause.CERTIFICATE_EXPIRED,
    MailCause.CERTIFICATE_WRONG_NAME,
    MailCause.CERTIFICATE_UNTRUSTED,
    MailCause.LOGIN_UNAVAILABLE,
    MailCause.CLIENT_OFFLINE,
    MailCause.CLIENT_MISSING,
    MailCause.CLIENT_NO_SCREEN,
    MailCause.RELAY_MISSING,
    MailCause.RELAY_FILE_WRONG,
}


@dataclass(eq=False)
class MailFailure(FacteurError):  # noqa: N818 - a refusal by the server is a result more than an error of ours
    """The whole mail did not leave; `reply` is the server's answer, addresses masked, `transcript` has no secret."""

    mail_cause: MailCause
    host: str = ""
    port: int = 0
    reply: str = ""
    detail: str = ""  # the other name of a certificate, a size limit in bytes...
    transcript: str = ""

    @property
    def cause_code(self) -> str:
        """Return the mail cause itself."""
        return self.mail_cause.value

    @property
    def is_temporary(self) -> bool:
        """Tell whether trying again later, without any change, may help."""
        return self.mail_cause in TEMPORARY


@dataclass(eq=False)
class SenderNotSetError(NotReadyError):
    """This user has no sender settings yet."""

    cause = "sender_not_set"
    user: str


@dataclass(eq=False)
class SenderNotTestedError(NotReadyError):
    """The gate is closed: exactly these settings have not yet sent a test mail (PRODUCT B6)."""

    cause = "sender_not_tested"
    user: str
