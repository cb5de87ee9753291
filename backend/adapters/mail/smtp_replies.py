"""What servers answer (RFC 5321 4.2, RFC 3463), and which cause stands behind a refusal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import RecipientStatus

_REPLY_LINE = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?")
_ENHANCED = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})\b\s*")


class Stage(StrEnum):
    """The command that a reply answers."""

    GREETING = "greeting"
    STARTTLS = "starttls"
    SIGN_IN = "sign_in"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"  # the command and the final dot


class MalformedReplyError(Exception):
    """What came is no SMTP reply."""


class RefusalError(Exception):
    """The whole mail goes no further: the cause, the server's words if there were any, and a fact for the sentence."""

    def __init__(self, mail_cause: MailCause, reply: str = "", detail: str = "") -> None:
        super().__init__(mail_cause.value)
        self.mail_cause = mail_cause
        self.reply = reply
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete reply: its code, and its lines without code."""

    code: int
    lines: tuple[str, ...] = ()

    @property
    def is_success(self) -> bool:
        """Tell whether the server did what it was asked (2yz)."""
        return 200 <= self.code < 300

    @property
    def enhanced(self) -> str:
        """Return the enhanced status code `5.1.1`, or "" (RFC 2034)."""
        found = _ENHANCED.match(self.lines[0]) if self.lines else None
        return found[1] if found else ""

    @property
    def text(self) -> str:
        """Return the words on one line, without the enhanced code that some servers repeat on every line."""
        return " ".join(_ENHANCED.sub("", line, count=1) if _ENHANCED.match(line) else line for line in self.lines)

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.code), self.enhanced, self.text.strip()) if part)

    @property
    def recipient_status(self) -> RecipientStatus:
        """Return what this reply to RCPT means for its recipient."""
        if self.is_success:
            return RecipientStatus.ACCEPTED
        return RecipientStatus.DEFERRED if 400 <= self.code < 500 else RecipientStatus.REJECTED


def parse_reply_line(line: bytes) -> tuple[int, bool, str]:
    """Return code, whether this is the last line, and text; raises MalformedReplyError."""
    found = _REPLY_LINE.fullmatch(line.rstrip(b"\r\n"))
    if not found:
        raise MalformedReplyError(decode(line))
    return int(found[1]), found[2] != b"-", decode(found[3] or b"")


def decode(line: bytes) -> str:
    """Return the server's bytes as text: UTF-8, or else Latin-1, which never fails."""
    try:
        return line.decode("utf-8").rstrip()
    except UnicodeDecodeError:
        return line.decode("latin-1").rstrip()


@dataclass(frozen=True, slots=True)
class _Rule:
    """Every given condition must hold: regular expressions for code and enhanced code (whole), words (anywhere)."""

    cause: MailCause
    code: str = ".*"
    enhanced: str = ".*"
    words: str = ""
    stages: tuple[Stage, ...] = tuple(Stage)

    def fits(self, reply: Reply, stage: Stage) -> bool:
        return (
            stage in self.stages
            and re.fullmatch(self.code, str(reply.code)) is not None
            and re.fullmatch(self.enhanced, reply.enhanced) is not None
            and re.search(self.words, reply.text, re.IGNORECASE) is not None
        )


_C = MailCause
_ENVELOPE = (Stage.SENDER, Stage.RECIPIENT)
_MAIL = (Stage.SENDER, Stage.RECIPIENT, Stage.DATA)
# The first that fits decides. Servers say far more in words than in codes: the wording is theirs, as seen in the field.
_RULES = (
    _Rule(_C.SERVER_BUSY, code="421"),
    _Rule(_C.LOGIN_REFUSED, enhanced=r"5\.7\.139", words="credentials were incorrect", stages=(Stage.SIGN_IN,)),
    _Rule(_C.PASSWORD_LOGIN_RETIRED, enhanced=r"5\.7\.(30|139)"),
    _Rule(
        _C.PASSWORD_LOGIN_RETIRED,
        code="5..",
        words=r"basic auth\w* is (disabled|not supported)|smtpclientauthentication is disabled|"
        r"app(lication)?[- ](specific )?password (is )?required",
    ),
    _Rule(_C.PASSWORD_LOGIN_RETIRED, code="534", stages=(Stage.SIGN_IN,)),
    _Rule(_C.LOGIN_UNAVAILABLE, code="4..", stages=(Stage.SIGN_IN,)),
    _Rule(_C.ENCRYPTION_REQUIRED, code="538", stages=(Stage.SIGN_IN,)),
    _Rule(_C.ENCRYPTION_REQUIRED, code="5..", words="starttls|encryption (is )?required"),
    _Rule(_C.LOGIN_NOT_OFFERED, code="50[0234]", stages=(Stage.SIGN_IN,)),
    _Rule(_C.LOGIN_REFUSED, code="5..", stages=(Stage.SIGN_IN,)),
    _Rule(_C.SERVER_BUSY, code="4..", stages=(Stage.GREETING, Stage.STARTTLS)),
    _Rule(_C.ENCRYPTION_NOT_OFFERED, code="5..", stages=(Stage.STARTTLS,)),
    _Rule(_C.SENDER_REFUSED, enhanced=r"[45]\.1\.[78]|5\.7\.60|5\.2\.252", stages=_MAIL),
    _Rule(
        _C.SENDER_REFUSED,
        code="5..",
        words=r"sender (address )?(is )?(rejected|refused|denied|invalid|not (allowed|permitted|owned))|not owned by|"
        r"send ?as ?(denied|this sender)",
        stages=_MAIL,
    ),
    _Rule(_C.LOGIN_REQUIRED, code="530", stages=_MAIL),
    _Rule(_C.RELAY_DENIED, words=r"\b(relay|relaying)\b", stages=_ENVELOPE),
    _Rule(_C.RELAY_DENIED, code="551", stages=(Stage.RECIPIENT,)),
    _Rule(_C.LOGIN_REQUIRED, enhanced=r"5\.7\.57", stages=_MAIL),
    _Rule(
        _C.LOGIN_REQUIRED,
        code="5..",
        enhanced=r"(?!5\.4\.1).*",  # Exchange says "Access denied" (5.4.1) of a recipient that does not exist
        words=r"access denied|not authenticated|must (first )?authenticate|auth\w* (is )?(required|needed)",
        stages=_ENVELOPE,
    ),
    _Rule(_C.SERVER_BUSY, enhanced=r"5\.4\.5", stages=_MAIL),
    _Rule(_C.SERVER_BUSY, words=r"sending (quota|limit)|(rate|daily|hourly) limit|too many messages", stages=_MAIL),
    _Rule(_C.MAILBOX_FULL, enhanced=r"[45]\.2\.2", stages=_MAIL),
    _Rule(_C.MESSAGE_TOO_BIG, enhanced=r"5\.3\.4|5\.2\.3", stages=_MAIL),
    _Rule(_C.MESSAGE_TOO_BIG, code="552", stages=(Stage.SENDER, Stage.DATA)),
    _Rule(_C.MESSAGE_TOO_BIG, code="5..", words=r"(message|mail|size) (is )?(too (big|large)|exceeds)", stages=_MAIL),
    _Rule(_C.MAILBOX_FULL, code="552|422", stages=(Stage.RECIPIENT,)),
    _Rule(_C.MAILBOX_FULL, words=r"mailbox (is )?full|over ?quota|quota exceeded", stages=(Stage.RECIPIENT,)),
    _Rule(_C.ACCENTED_ADDRESS, enhanced=r"5\.6\.7", stages=_ENVELOPE),
    _Rule(
        _C.REFUSED_AS_SPAM,
        code="5..",
        words=r"spam|blocked using|(block|black) ?list|listed (at|by|in|on) |reputation|unsolicited|"
        r"\b(spf|dkim|dmarc)\b",
    ),
    _Rule(_C.RECIPIENT_DEFERRED, code="4..", stages=(Stage.RECIPIENT,)),
    _Rule(_C.RECIPIENT_UNKNOWN, enhanced=r"5\.1\.([0-6]|10)|5\.4\.[14]", stages=(Stage.RECIPIENT,)),
    _Rule(
        _C.RECIPIENT_UNKNOWN,
        code="5..",
        words=r"(unknown|no such|invalid|bad) (\w+ )?(user|recipient|mailbox|address|account)|"
        r"(user|recipient|mailbox|address|account) (\w+ )?(unknown|unavailable|not (found|known))|does ?n[o']t exist",
        stages=(Stage.RECIPIENT,),
    ),
    _Rule(_C.RECIPIENT_REFUSED, code="5[1-4].|55[0-4]", stages=(Stage.RECIPIENT,)),
    _Rule(_C.SERVER_BUSY, code="4..", stages=(Stage.SENDER, Stage.DATA)),
    _Rule(_C.SENDER_REFUSED, code="55[0-4]", stages=(Stage.SENDER,)),
    _Rule(_C.REFUSED_AS_SPAM, code="5[1-4].|55[0-4]", stages=(Stage.DATA,)),
)


def cause_of(reply: Reply, stage: Stage) -> MailCause:
    """Return why a server refused at this stage; UNEXPECTED_ANSWER where nothing known fits."""
    for rule in _RULES:
        if rule.fits(reply, stage):
            return rule.cause
    return MailCause.UNEXPECTED_ANSWER


# Refusals of these kinds are told at RCPT by many servers, but concern the mail, and not one recipient.
OF_THE_WHOLE_MAIL = frozenset(
    {
        MailCause.ENCRYPTION_REQUIRED,
        MailCause.LOGIN_REQUIRED,
        MailCause.MESSAGE_TOO_BIG,
        MailCause.PASSWORD_LOGIN_RETIRED,
        MailCause.REFUSED_AS_SPAM,
        MailCause.RELAY_DENIED,
        MailCause.SENDER_REFUSED,
        MailCause.SERVER_BUSY,
        MailCause.UNEXPECTED_ANSWER,
    }
)
