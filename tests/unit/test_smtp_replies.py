"""What servers say, and the cause that Facteur reads in it."""

from __future__ import annotations

import pytest

from backend.adapters.mail.smtp_replies import MalformedReplyError, Reply, Stage, cause_of, parse_reply_line
from backend.domain.mail_failure import TEMPORARY
from backend.domain.mail_failure import MailCause as C
from backend.domain.outgoing_mail import RecipientStatus


def reply(text: str) -> Reply:
    """Read a reply as it stands in a table: lines of `550 text` or `550-text`."""
    parsed = [parse_reply_line(line.encode()) for line in text.split("\n")]
    return Reply(parsed[-1][0], tuple(line for _, _, line in parsed))


# The words are those of real servers (Postfix, Exim, Exchange, Gmail, qmail, OVH, IONOS, Orange...).
CAUSES = [
    (Stage.GREETING, "421 4.7.0 Too many connections", C.SERVER_BUSY),
    (Stage.GREETING, "450 4.3.2 try later", C.SERVER_BUSY),
    (
        Stage.GREETING,
        "554 5.7.1 Service unavailable; Client host [1.2.3.4] blocked using zen.spamhaus.org",
        C.REFUSED_AS_SPAM,
    ),
    (Stage.GREETING, "554 No SMTP service here", C.UNEXPECTED_ANSWER),
    (Stage.STARTTLS, "454 4.7.0 TLS not available due to local problem", C.SERVER_BUSY),
    (Stage.STARTTLS, "502 5.5.1 not implemented", C.ENCRYPTION_NOT_OFFERED),
    (Stage.SIGN_IN, "535 5.7.8 Error: authentication failed", C.LOGIN_REFUSED),
    (Stage.SIGN_IN, "535 Incorrect authentication data", C.LOGIN_REFUSED),
    (
        Stage.SIGN_IN,
        "535-5.7.8 Username and Password not accepted.\n535 5.7.8  https://support.google.com/",
        C.LOGIN_REFUSED,
    ),
    (Stage.SIGN_IN, "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.", C.LOGIN_REFUSED),
    (Stage.SIGN_IN, "525 5.7.13 Account disabled", C.LOGIN_REFUSED),
    (Stage.SIGN_IN, "534-5.7.9 Application-specific password required.\n534 5.7.9 see", C.PASSWORD_LOGIN_RETIRED),
    (
        Stage.SIGN_IN,
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
        C.PASSWORD_LOGIN_RETIRED,
    ),
    (
        Stage.SIGN_IN,
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        C.PASSWORD_LOGIN_RETIRED,
    ),
    (
        Stage.SIGN_IN,
        "550 5.7.30 Basic authentication is not supported for Client Submission.",
        C.PASSWORD_LOGIN_RETIRED,
    ),
    (Stage.DATA, "550 5.7.30 Basic authentication is not supported for Client Submission.", C.PASSWORD_LOGIN_RETIRED),
    (Stage.SIGN_IN, "454 4.7.0 Temporary authentication failure", C.LOGIN_UNAVAILABLE),
    (Stage.SIGN_IN, "432 4.7.12 A password transition is needed", C.LOGIN_UNAVAILABLE),
    (Stage.SIGN_IN, "421 4.7.0 closing", C.SERVER_BUSY),
    (Stage.SIGN_IN, "538 5.7.11 Encryption required for requested authentication mechanism", C.ENCRYPTION_REQUIRED),
    (Stage.SIGN_IN, "530 5.7.0 Must issue a STARTTLS command first", C.ENCRYPTION_REQUIRED),
    (Stage.SIGN_IN, "503 5.5.1 Error: authentication not enabled", C.LOGIN_NOT_OFFERED),
    (Stage.SIGN_IN, "504 5.5.4 Unrecognized authentication type", C.LOGIN_NOT_OFFERED),
    (Stage.SENDER, "530 5.7.0 Authentication required", C.LOGIN_REQUIRED),
    (Stage.SENDER, "530 5.5.1 Authentication Required. Learn more at", C.LOGIN_REQUIRED),
    (Stage.SENDER, "530 5.7.57 Client not authenticated to send mail.", C.LOGIN_REQUIRED),
    (Stage.SENDER, "530 5.7.0 Must issue a STARTTLS command first", C.ENCRYPTION_REQUIRED),
    (Stage.SENDER, "550 5.7.1 Client does not have permissions to send as this sender", C.SENDER_REFUSED),
    (Stage.SENDER, "553 5.1.8 <x@y>... Domain of sender address does not exist", C.SENDER_REFUSED),
    (Stage.SENDER, "450 4.1.8 <x@y>: Sender address rejected: Domain not found", C.SENDER_REFUSED),
    (Stage.SENDER, "550 Sender address is not allowed.", C.SENDER_REFUSED),
    (Stage.SENDER, "552 5.3.4 Message size exceeds fixed limit", C.MESSAGE_TOO_BIG),
    (Stage.SENDER, "552 message exceeds our size limit", C.MESSAGE_TOO_BIG),
    (Stage.SENDER, "421 4.3.2 shutting down", C.SERVER_BUSY),
    (Stage.SENDER, "451 4.3.0 try again", C.SERVER_BUSY),
    (Stage.SENDER, "452 4.3.1 Insufficient system storage", C.SERVER_BUSY),
    (Stage.SENDER, "550 5.4.5 Daily user sending limit exceeded.", C.SERVER_BUSY),
    (Stage.SENDER, "501 5.5.4 Syntax: MAIL FROM:<address>", C.UNEXPECTED_ANSWER),
    (Stage.SENDER, "555 5.5.4 Unsupported option", C.UNEXPECTED_ANSWER),
    (Stage.RECIPIENT, "550 5.1.1 <x@y>: Recipient address rejected: User unknown", C.RECIPIENT_UNKNOWN),
    (Stage.RECIPIENT, "550 5.1.10 RESOLVER.ADR.RecipientNotFound", C.RECIPIENT_UNKNOWN),
    (Stage.RECIPIENT, "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", C.RECIPIENT_UNKNOWN),
    (Stage.RECIPIENT, "550 5.1.2 Bad destination mailbox domain", C.RECIPIENT_UNKNOWN),
    (Stage.RECIPIENT, "550 No such user here", C.RECIPIENT_UNKNOWN),
    (Stage.RECIPIENT, "550 Requested action not taken: mailbox unavailable", C.RECIPIENT_UNKNOWN),
    (Stage.RECIPIENT, "553 sorry, that mailbox does not exist", C.RECIPIENT_UNKNOWN),
    (Stage.RECIPIENT, "550 5.7.1 Message refused by the recipient's policy", C.RECIPIENT_REFUSED),
    (Stage.RECIPIENT, "550 5.2.1 The email account that you tried to reach is disabled.", C.RECIPIENT_REFUSED),
    (Stage.RECIPIENT, "552 5.2.2 Mailbox full", C.MAILBOX_FULL),
    (Stage.RECIPIENT, "452 4.2.2 Over quota", C.MAILBOX_FULL),
    (Stage.RECIPIENT, "552 over quota", C.MAILBOX_FULL),
    (Stage.RECIPIENT, "450 4.2.0 Greylisted, try again later", C.RECIPIENT_DEFERRED),
    (Stage.RECIPIENT, "451 4.7.1 Greylisting in action", C.RECIPIENT_DEFERRED),
    (Stage.RECIPIENT, "452 4.5.3 Too many recipients", C.RECIPIENT_DEFERRED),
    (Stage.RECIPIENT, "452 4.3.1 Insufficient system storage", C.RECIPIENT_DEFERRED),
    (Stage.RECIPIENT, "554 5.7.1 <x@y>: Relay access denied", C.RELAY_DENIED),
    (Stage.RECIPIENT, "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", C.RELAY_DENIED),
    (Stage.RECIPIENT, "550 relay not permitted", C.RELAY_DENIED),
    (Stage.RECIPIENT, "551 User not local", C.RELAY_DENIED),
    (Stage.RECIPIENT, "553 5.7.1 <x@y>: Sender address rejected: not owned by user z", C.SENDER_REFUSED),
    (Stage.RECIPIENT, "554 5.7.1 <unknown[127.0.0.1]>: Client host rejected: Access denied", C.LOGIN_REQUIRED),
    (
        Stage.RECIPIENT,
        "530 5.7.0 <unknown[127.0.0.1]>: Client host rejected: Authentication required",
        C.LOGIN_REQUIRED,
    ),
    (Stage.RECIPIENT, "554 5.7.1 Service unavailable; blocked using bl.example", C.REFUSED_AS_SPAM),
    (Stage.RECIPIENT, "550 5.6.7 SMTPUTF8 is required", C.ACCENTED_ADDRESS),
    (Stage.RECIPIENT, "503 5.5.1 nested MAIL", C.UNEXPECTED_ANSWER),
    (Stage.DATA, "554 5.7.1 Message refused as spam", C.REFUSED_AS_SPAM),
    (Stage.DATA, "550 5.7.26 This mail is unauthenticated", C.REFUSED_AS_SPAM),
    (Stage.DATA, "552 5.3.4 Message size exceeds fixed limit", C.MESSAGE_TOO_BIG),
    (Stage.DATA, "552 5.2.2 Mailbox full", C.MAILBOX_FULL),
    (Stage.DATA, "554 5.2.252 SendAsDenied; x not allowed to send as y", C.SENDER_REFUSED),
    (Stage.DATA, "550 5.7.60 SMTP; Client does not have permissions to send as this sender", C.SENDER_REFUSED),
    (Stage.DATA, "421 4.3.2 Too busy", C.SERVER_BUSY),
    (Stage.DATA, "451 4.3.0 Local error", C.SERVER_BUSY),
    (Stage.DATA, "503 5.5.1 out of order", C.UNEXPECTED_ANSWER),
    (Stage.DATA, "300 what", C.UNEXPECTED_ANSWER),
]


@pytest.mark.parametrize(("stage", "text", "cause"), CAUSES)
def test_a_refusal_is_understood(stage: Stage, text: str, cause: C) -> None:
    assert cause_of(reply(text), stage) is cause


@pytest.mark.parametrize("stage", [Stage.SIGN_IN, Stage.SENDER, Stage.RECIPIENT, Stage.DATA])
def test_a_refusal_for_the_moment_may_be_tried_again(stage: Stage) -> None:
    for code in range(400, 500):
        assert cause_of(Reply(code, ("later",)), stage) in TEMPORARY | {C.MAILBOX_FULL}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("250 Ok", RecipientStatus.ACCEPTED),
        ("251 User not local; will forward", RecipientStatus.ACCEPTED),
        ("450 4.2.0 later", RecipientStatus.DEFERRED),
        ("550 5.1.1 no", RecipientStatus.REJECTED),
        ("354 odd", RecipientStatus.REJECTED),
    ],
)
def test_a_recipients_status_follows_from_the_code(text: str, status: RecipientStatus) -> None:
    assert reply(text).recipient_status is status


def test_a_reply_of_several_lines_is_said_on_one() -> None:
    answer = reply("550-5.1.1 The account does\n550-5.1.1 not exist.\n550 5.1.1 Bye")
    assert (answer.code, answer.enhanced) == (550, "5.1.1")
    assert str(answer) == "550 5.1.1 The account does not exist. Bye"
    assert str(Reply(250, ())) == "250"
    assert str(reply("250")) == "250"


def test_bytes_that_are_no_utf8_are_read_as_latin_1() -> None:
    assert parse_reply_line(b"550 refus\xe9\r\n") == (550, True, "refusé")
    assert parse_reply_line("550-refusé\r\n".encode()) == (550, False, "refusé")


@pytest.mark.parametrize(
    "line", [b"", b"\r\n", b"* OK IMAP ready", b"HTTP/1.1 400 Bad Request", b"\x15\x03\x01", b"25", b"999 x", b"250x"]
)
def test_what_is_no_reply_is_refused(line: bytes) -> None:
    with pytest.raises(MalformedReplyError):
        parse_reply_line(line)
