"""The failures of sending that servers can be made to show: how, and what must come of each (MailCause, MailState)."""

from __future__ import annotations

from dataclasses import dataclass

from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import MailState
from backend.domain.sender_profile import ConnectionSecurity
from tests.integration.smtp_sending import NONE, STARTTLS, TLS
from tests.servers.dovecot import USER
from tests.servers.postfix_behaviours import Behaviour
from tests.servers.smtp_script import (
    CUT,
    LOST_ANSWER,
    LOST_ANSWER_IN_SILENCE,
    RESET,
    SILENCE,
    Answer,
    Script,
    Security,
    Step,
)

B, C, S = Behaviour, MailCause, Security
FAILED, DEFERRED, REJECTED, UNKNOWN = MailState.FAILED, MailState.DEFERRED, MailState.REJECTED, MailState.UNKNOWN


@dataclass(frozen=True)
class Row:
    """A port of Postfix, how the user has set his sender, and what must come of it."""

    behaviour: Behaviour
    cause: MailCause
    state: MailState = FAILED
    security: ConnectionSecurity = STARTTLS
    username: str = USER
    email: str = USER
    password: str = "secret"
    recipient: str = ""
    pdf_bytes: int = 1000
    detail: str = ""


ROWS = {
    "plain to a TLS port": Row(B.TLS, C.TLS_EXPECTED),
    "plain without sign-in to a TLS port": Row(B.TLS, C.TLS_EXPECTED, security=NONE, username=""),
    "TLS to a plain port": Row(B.SUBMISSION, C.TLS_NOT_SPOKEN, security=TLS),
    "STARTTLS stripped": Row(B.STARTTLS_STRIPPED, C.ENCRYPTION_NOT_OFFERED),
    "password without encryption": Row(B.STARTTLS_STRIPPED, C.ENCRYPTION_REQUIRED, security=NONE),
    "encryption wanted by the server": Row(B.SUBMISSION, C.ENCRYPTION_REQUIRED, security=NONE, username=""),
    "expired certificate": Row(B.EXPIRED_CERTIFICATE, C.CERTIFICATE_EXPIRED, security=TLS, detail="2020-02-01"),
    "expired certificate after STARTTLS": Row(
        B.EXPIRED_CERTIFICATE_STARTTLS, C.CERTIFICATE_EXPIRED, detail="2020-02-01"
    ),
    "certificate for another name": Row(B.WRONG_HOST, C.CERTIFICATE_WRONG_NAME, security=TLS, detail="smtp.autre.test"),
    "certificate for another name after STARTTLS": Row(
        B.WRONG_HOST_STARTTLS, C.CERTIFICATE_WRONG_NAME, detail="smtp.autre.test"
    ),
    "self-signed certificate": Row(B.SELF_SIGNED, C.CERTIFICATE_UNTRUSTED, security=TLS, detail="localhost"),
    "self-signed certificate after STARTTLS": Row(B.SELF_SIGNED_STARTTLS, C.CERTIFICATE_UNTRUSTED, detail="localhost"),
    "certificate of an unknown issuer": Row(
        B.UNKNOWN_ISSUER, C.CERTIFICATE_UNTRUSTED, security=TLS, detail="Unknown authority"
    ),
    "no sign-in offered": Row(B.RELAY_DENIED, C.LOGIN_NOT_OFFERED),
    "wrong password": Row(B.SUBMISSION, C.LOGIN_REFUSED, password="faux"),
    "wrong password by LOGIN": Row(B.LOGIN_ONLY, C.LOGIN_REFUSED, password="faux"),
    "only OAuth2": Row(B.OAUTH, C.PASSWORD_LOGIN_RETIRED),
    "sign-in required": Row(B.SUBMISSION, C.LOGIN_REQUIRED, username=""),
    "sign-in required, told at MAIL": Row(B.EARLY_REFUSAL, C.LOGIN_REQUIRED, username=""),
    "access denied": Row(B.ACCESS_DENIED, C.LOGIN_REQUIRED, username=""),
    "relay denied": Row(B.RELAY_DENIED, C.RELAY_DENIED, username="", recipient="x@dehors.test"),
    "sender refused": Row(B.SUBMISSION, C.SENDER_REFUSED, email="patron@boutique.test"),
    "sender refused at MAIL": Row(B.EARLY_REFUSAL, C.SENDER_REFUSED, email="patron@boutique.test"),
    "unknown recipient": Row(B.SUBMISSION, C.RECIPIENT_UNKNOWN, REJECTED, recipient="inconnu@client.test"),
    "recipient refused": Row(B.SUBMISSION, C.RECIPIENT_REFUSED, REJECTED, recipient="refus@client.test"),
    "mailbox full": Row(B.SUBMISSION, C.MAILBOX_FULL, REJECTED, recipient="plein@client.test"),
    "mailbox full for now": Row(B.SUBMISSION, C.MAILBOX_FULL, DEFERRED, recipient="plein-provisoire@client.test"),
    "greylisted": Row(B.SUBMISSION, C.RECIPIENT_DEFERRED, DEFERRED, recipient="gris@client.test"),
    "greylisted by 451": Row(B.SUBMISSION, C.RECIPIENT_DEFERRED, DEFERRED, recipient="gris-antispam@client.test"),
    "too big, announced": Row(B.SMALL_SIZE, C.MESSAGE_TOO_BIG, pdf_bytes=60_000, detail="50000"),
    "too big, not announced": Row(B.SMALL_SIZE_UNANNOUNCED, C.MESSAGE_TOO_BIG, pdf_bytes=60_000),
    "spam at DATA": Row(B.SPAM_AT_DATA, C.REFUSED_AS_SPAM),
    "spam at the end": Row(B.SPAM_AT_END, C.REFUSED_AS_SPAM),
    "busy at the end": Row(B.BUSY_AT_END, C.SERVER_BUSY, DEFERRED),
    "put off at the end": Row(B.DEFERRED_AT_END, C.SERVER_BUSY, DEFERRED),
    "accented address": Row(B.NO_SMTPUTF8, C.ACCENTED_ADDRESS, REJECTED, recipient="hélène@client.test"),
    "accented sender": Row(B.NO_SMTPUTF8, C.ACCENTED_ADDRESS, email="hélène@boutique.test"),
}


RETIRED = {
    "Gmail": "534-5.7.9 Application-specific password required. For more, go to\n534 5.7.9 https://x.test",
    "Microsoft, tenant": "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled.",
    "Microsoft, later": "550 5.7.30 Basic authentication is not supported for Client Submission.",
}
SCRIPTED: dict[str, tuple[Script, MailCause, MailState]] = {
    **{
        name: (Script(security=S.STARTTLS, answers={Step.AUTH: Answer(text)}), C.PASSWORD_LOGIN_RETIRED, FAILED)
        for name, text in RETIRED.items()
    },
    "passwords can't be checked": (
        Script(security=S.STARTTLS, answers={Step.AUTH: Answer("454 4.7.0 Temporary authentication failure")}),
        C.LOGIN_UNAVAILABLE,
        DEFERRED,
    ),
    "greeting says busy": (Script(answers={Step.CONNECT: Answer("421 4.7.0 Too many")}), C.SERVER_BUSY, DEFERRED),
    "greeting of another protocol": (Script(answers={Step.CONNECT: Answer("* OK IMAP4")}), C.UNEXPECTED_ANSWER, FAILED),
    "blocked by a list": (
        Script(answers={Step.CONNECT: Answer("554 5.7.1 blocked using zen.spamhaus.org", then_close=True)}),
        C.REFUSED_AS_SPAM,
        FAILED,
    ),
    "no greeting": (Script(answers={Step.CONNECT: SILENCE}), C.NO_ANSWER, DEFERRED),
    "cut instead of a greeting": (Script(answers={Step.CONNECT: CUT}), C.CONNECTION_LOST, DEFERRED),
    "silent at MAIL": (Script(answers={Step.MAIL: SILENCE}), C.CONNECTION_LOST, DEFERRED),
    "cut at MAIL": (Script(answers={Step.MAIL: CUT}), C.CONNECTION_LOST, DEFERRED),
    "reset at RCPT": (Script(answers={Step.RCPT: RESET}), C.CONNECTION_LOST, DEFERRED),
    "421 at RCPT": (
        Script(answers={Step.RCPT: Answer("421 4.3.2 shutting down", then_close=True)}),
        C.SERVER_BUSY,
        DEFERRED,
    ),
    "cut at DATA": (Script(answers={Step.DATA: CUT}), C.CONNECTION_LOST, DEFERRED),
    "no sense at the final dot": (
        Script(answers={Step.END_OF_DATA: Answer("what?", kept=True)}),
        C.ANSWER_LOST,
        UNKNOWN,
    ),
    "answer lost": (Script(answers={Step.END_OF_DATA: LOST_ANSWER}), C.ANSWER_LOST, UNKNOWN),
    "no answer to the final dot": (
        Script(answers={Step.END_OF_DATA: LOST_ANSWER_IN_SILENCE}),
        C.ANSWER_LOST,
        UNKNOWN,
    ),
    "commands slipped in before TLS": (
        Script(security=S.STARTTLS, answers={Step.STARTTLS: Answer("220 go\n250 slipped in")}),
        C.UNEXPECTED_ANSWER,
        FAILED,
    ),
}
