"""What the sender settings show: the form, the gate, and the test with its steps, cause and remedy."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext as _

from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.sender_profile import ConnectionSecurity, SenderProfile
from backend.domain.user import User
from backend.web.auth import current_user
from backend.web.format import moment
from backend.web.forms import Form
from backend.web.messages import Explanation, explain
from backend.web.our_page import our_page
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
}


@dataclass(frozen=True, slots=True)
class ShownTest:
    """The test as it stands: `state` is never, running, done or failed."""

    state: str
    steps: list[ShownStep]
    badge: str
    explained: Explanation | None = None
    transcript: str = ""
    field_at_fault: str = ""


def running_test_key(user: str) -> str:
    """Return the key under which a user's test goes on; the training shop's users have tests of their own."""
    return f"test-{'training-' if services().training else ''}{user.casefold()}"


def sender_context(user: User, typed: Form | None) -> dict[str, object]:
    """Return what the page and each block of it need; `typed` is a form that was refused."""
    profile = services().settings.sender_profile(user.name)
    task = sending_tasks().find(running_test_key(user.name))
    after = our_page(request.values.get("after", ""))
    is_own = user.name.casefold() == current_user().name.casefold()
    return {
        "whose": user,
        "is_own": is_own,
        "form": typed or _form(profile),
        "is_refused": typed is not None,
        "has_password": profile is not None and bool(profile.secret_version),
        "securities": [
            (ConnectionSecurity.TLS.value, "SSL/TLS"),
            (ConnectionSecurity.STARTTLS.value, "STARTTLS"),
            (ConnectionSecurity.NONE.value, _("None")),
        ],
        "gate": _gate(profile),
        "test": _shown_test(profile, task),
        "test_url": url_for(
            "sender_settings.test", user=None if is_own else user.name, after=after or None, known=_known(task)
        ),
        "after": after,
        "is_unprotected_asked": False,
        "oob": False,
    }


def _form(profile: SenderProfile | None) -> Form:
    if profile is None:
        return Form({"port": "587", "security": ConnectionSecurity.STARTTLS.value})
    return Form(
        {
            "email": profile.email,
            "name": profile.name,
            "host": profile.host,
            "port": str(profile.port),
            "security": profile.security.value,
            "username": profile.username,
        }
    )


def _gate(profile: SenderProfile | None) -> tuple[str, str]:
    """Return the word of the gate's badge and its tone."""
    if profile is not None and profile.gate_is_open:
        return str(_("Sending open")), "ok"
    if profile is None or not profile.email:
        return str(_("Sending closed until the settings are filled in")), "warn"
    return str(_("Sending closed until the test succeeds")), "warn"


def _shown_test(profile: SenderProfile | None, task: Task | None) -> ShownTest:
    now = services().clock.now()
    if task is None:
        if profile is not None and profile.gate_is_open and profile.tested_at is not None:
            return ShownTest("done", [], str(_("Succeeded %(when)s", when=moment(profile.tested_at, now))))
        return ShownTest("never", shown_steps([], profile, is_running=False), str(_("Not tested yet")))
    if not task.is_done:
        return ShownTest("running", shown_steps(task.steps, profile, is_running=True), str(_("Test under way")))
    if task.error is None:
        return ShownTest("done", shown_steps(task.steps, profile, is_running=False), str(_("Test succeeded")))
    steps = shown_steps(task.steps, profile, is_running=False, is_failed=True)
    failure = task.error if isinstance(task.error, MailFailure) else None
    return ShownTest(
        "failed",
        steps,
        str(_("Test failed")),
        explain(task.error),
        (failure.transcript or failure.reply) if failure else "",
        _FIELDS.get(failure.mail_cause, "") if failure else "",
    )


def _known(task: Task | None) -> int:
    return len(task.steps) if task else 0
