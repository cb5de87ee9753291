"""The test mail as the sender settings show it: steps, cause, remedy with the provider's advice, and what to do now."""

from __future__ import annotations

import ipaddress
import json
import re
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.mail_provider import Advice
from backend.domain.outgoing_mail import Delivery
from backend.domain.sender_profile import Authentication, ConnectionSecurity, SenderProfile, SendingMode
from backend.usecases.find_mail_server import provider_of, username_to_try
from backend.web.auth import current_user
from backend.web.format import moment
from backend.web.language import current_language
from backend.web.messages import Explanation, explain_test
from backend.web.sender_form import availability_at
from backend.web.sending_steps import ShownStep, shown_steps
from backend.web.sending_tasks import Task, sending_tasks
from backend.web.services import services

# The field that mends most cases of a cause.
_FIELDS = {
    MailCause.NAME_NOT_FOUND: "host",
    MailCause.CONNECTION_REFUSED: "port",
    MailCause.NO_ANSWER: "port",
    MailCause.TLS_EXPECTED: "security-tls",
    MailCause.TLS_NOT_SPOKEN: "security-starttls",
    MailCause.ENCRYPTION_NOT_OFFERED: "security-tls",
    MailCause.ENCRYPTION_REQUIRED: "security-tls",
    MailCause.CERTIFICATE_WRONG_NAME: "host",
    MailCause.CERTIFICATE_UNTRUSTED: "host",
    MailCause.LOGIN_NOT_OFFERED: "username",
    MailCause.LOGIN_REFUSED: "password",
    MailCause.PASSWORD_LOGIN_RETIRED: "password",
    MailCause.LOGIN_REQUIRED: "username",
    MailCause.RELAY_DENIED: "host",
    MailCause.SENDER_REFUSED: "email",
    MailCause.RECIPIENT_UNKNOWN: "email",
    MailCause.RECIPIENT_REFUSED: "test_to",
    MailCause.MAILBOX_FULL: "test_to",
    MailCause.RECIPIENT_DEFERRED: "test_to",
    MailCause.ACCENTED_ADDRESS: "email",
    MailCause.AUTHORIZATION_EXPIRED: "sign-in",
}
# Where the provider knows better than anybody what it wants.
_ADVISED = {
    MailCause.LOGIN_NOT_OFFERED,
    MailCause.LOGIN_REFUSED,
    MailCause.PASSWORD_LOGIN_RETIRED,
    MailCause.LOGIN_REQUIRED,
    MailCause.SENDER_REFUSED,
    MailCause.RELAY_DENIED,
}
_OF_RECIPIENT = {MailCause.RECIPIENT_UNKNOWN, MailCause.ACCENTED_ADDRESS}
_CERTIFICATE_CAUSES = {
    MailCause.CERTIFICATE_EXPIRED,
    MailCause.CERTIFICATE_UNTRUSTED,
    MailCause.CERTIFICATE_WRONG_NAME,
}
_UNREACHED = {MailCause.NO_ANSWER, MailCause.CONNECTION_REFUSED}
# The last line of the exchange is our own: what the certificate is.
_FINGERPRINT = re.compile(r"SHA-256 ([0-9a-f]{64})\Z")
_REACHED = re.compile(r"^\*: connected to (\S+):\d+$", re.MULTILINE)
_EXTENSION_LINE = re.compile(r"^S: 250[ -]", re.MULTILINE)
_DSN = re.compile(r"^S: 250[ -]DSN\s*$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fix:
    """A button that tries again with something changed: its words, and the fields it changes, as JSON."""

    label: str
    values: str


@dataclass(frozen=True, slots=True)
class ShownTest:
    """The test as it stands: `state` is never, running, done, asked or failed."""

    state: str
    steps: list[ShownStep]
    badge: str
    explained: Explanation | None = None
    transcript: str = ""
    field_at_fault: str = ""
    note: str = ""
    provider: str = ""
    advice: Advice | None = None
    fixes: tuple[Fix, ...] = ()
    fingerprint: str = ""
    signs_in_with: str = ""
    has_signed_in: bool = False
    went_to: str = ""


def running_test_key(user: str) -> str:
    """Return the key under which a user's test goes on; the training shop's users have tests of their own."""
    return f"test-{'training-' if services().training else ''}{user.casefold()}"


def shown_test(profile: SenderProfile | None, task: Task | None) -> ShownTest:
    """Return the test of these settings as it stands."""
    if task is None:
        return _without_task(profile)
    if not task.is_done:
        return ShownTest("running", shown_steps(task.steps, profile, is_running=True), str(_("Test under way")))
    if task.error is not None:
        return _failed(task, profile)
    steps = shown_steps(task.steps, profile, is_running=False)
    if profile is not None and profile.awaits_confirmation:
        return ShownTest("asked", steps, str(_("Waits for your word")))
    went_to = task.subject if profile is not None and task.subject != profile.email else ""
    return ShownTest("done", steps, str(_("Test succeeded")), note=_receipt_note(task, profile), went_to=went_to)


def _without_task(profile: SenderProfile | None) -> ShownTest:
    if profile is not None and profile.awaits_confirmation:
        return ShownTest("asked", [], str(_("Waits for your word")))
    if profile is not None and profile.gate_is_open and profile.tested_at is not None:
        when = moment(profile.tested_at, services().clock.now())
        return ShownTest("done", [], str(_("Succeeded %(when)s", when=when)))
    return ShownTest("never", shown_steps([], profile, is_running=False), str(_("Not tested yet")))


def _receipt_note(task: Task, profile: SenderProfile | None) -> str:
    """Say so where delivery receipts are wanted and the server announces none (RFC 3461)."""
    exchange = task.result.transcript if isinstance(task.result, Delivery) else ""
    wants_it = profile is not None and profile.mode is SendingMode.SMTP and profile.delivery_notification
    if not wants_it or not _EXTENSION_LINE.search(exchange) or _DSN.search(exchange):
        return ""
    return str(_("This server offers no delivery receipts: none will be asked for."))


def _failed(task: Task, profile: SenderProfile | None) -> ShownTest:
    error = task.error
    assert error is not None  # noqa: S101 - asked before
    steps = shown_steps(task.steps, profile, is_running=False, is_failed=True)
    steps = [step for step in steps if step.state != "waiting"]  # the cause comes into sight on a small screen
    shown = ShownTest("failed", steps, str(_("Test failed")), explain_test(error))
    if not isinstance(error, MailFailure) or profile is None:
        return shown
    shown = replace(shown, transcript=error.transcript or error.reply)
    if profile.mode is not SendingMode.SMTP:
        return replace(shown, field_at_fault="mode-smtp" if profile.mode is SendingMode.MAIL_CLIENT else "custom")
    shown = _with_help(shown, error, profile)
    is_own = task.subject == profile.email
    return shown if is_own or error.mail_cause not in _OF_RECIPIENT else replace(shown, field_at_fault="test_to")


def _with_help(shown: ShownTest, failure: MailFailure, profile: SenderProfile) -> ShownTest:
    """Add what helps with a server: its provider's advice, other settings to try, a certificate to accept."""
    by_token = profile.authentication is Authentication.OAUTH2
    provider = provider_of(profile, services().providers)
    field = _FIELDS.get(failure.mail_cause, "")
    is_advised = provider is not None and failure.mail_cause in _ADVISED and not by_token
    return replace(
        shown,
        field_at_fault="sign-in" if by_token and field in {"password", "username"} else field,
        provider=provider.name if provider and is_advised else "",
        advice=provider.advice_in(current_language()) if provider and is_advised else None,
        fixes=(*_other_ports(failure, profile), *_other_name(failure, profile)),
        fingerprint=_in_groups(certificate_to_accept(failure, profile)),
        signs_in_with=_sign_in_that_helps(failure, profile),
        has_signed_in=by_token,
    )


def _sign_in_that_helps(failure: MailFailure, profile: SenderProfile) -> str:
    """Return at whose sign-in an expired permission is renewed, or a retired password replaced."""
    if failure.mail_cause not in {MailCause.AUTHORIZATION_EXPIRED, MailCause.PASSWORD_LOGIN_RETIRED}:
        return ""
    availability = availability_at(provider_of(profile, services().providers))
    return availability.provider.name if availability and availability.is_available else ""


def _other_ports(failure: MailFailure, profile: SenderProfile) -> tuple[Fix, ...]:
    provider = provider_of(profile, services().providers)
    if provider is None or failure.mail_cause not in _UNREACHED:
        return ()
    words = {ConnectionSecurity.TLS: "SSL/TLS", ConnectionSecurity.STARTTLS: "STARTTLS"}
    own = (provider.host, provider.port, provider.security)
    offered = [own, *((each.host or provider.host, each.port, each.security) for each in provider.fallbacks)]
    return tuple(
        Fix(
            str(_("Try port %(port)s with %(security)s", port=port, security=words.get(security, security.value))),
            json.dumps({"host": host, "port": str(port), "security": security.value}),
        )
        for host, port, security in offered
        if (port, security) != (profile.port, profile.security)
    )


def _other_name(failure: MailFailure, profile: SenderProfile) -> tuple[Fix, ...]:
    if failure.mail_cause is not MailCause.LOGIN_REFUSED or profile.authentication is Authentication.OAUTH2:
        return ()
    name = username_to_try(profile, services().providers)
    return (Fix(str(_("Try “%(name)s” as user name", name=name)), json.dumps({"username": name})),) if name else ()


def certificate_to_accept(failure: MailFailure, profile: SenderProfile) -> str:
    """Return the SHA-256 of the certificate that an administrator may accept, "" where nobody may.

    Only of a host in this house, and never of a provider's that Facteur lists.
    """
    provider = provider_of(profile, services().providers)
    if failure.mail_cause not in _CERTIFICATE_CAUSES or (provider is not None and provider.is_shipped):
        return ""
    reached = _REACHED.search(failure.transcript)
    seen = _FINGERPRINT.search(failure.transcript)
    if not current_user().is_administrator or not reached or not seen or not _is_private(reached[1]):
        return ""
    return seen[1]


def _in_groups(fingerprint: str) -> str:
    """Return it as people compare it, four digits at a time."""
    return " ".join(fingerprint[place : place + 4] for place in range(0, len(fingerprint), 4)).upper()


def failure_of_test(user: str) -> MailFailure | None:
    """Return why the latest test of a user failed."""
    task = sending_tasks().find(running_test_key(user))
    return task.error if task and task.is_done and isinstance(task.error, MailFailure) else None


def _is_private(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_private
    except ValueError:
        return False
