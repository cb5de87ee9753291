"""The steps of a sending as the page shows them while it goes on: done, running, waiting, failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from backend.domain.sender_profile import ConnectionSecurity, SenderProfile, SendingMode
from backend.web.format import NO_BREAK
from backend.web.sending_tasks import FinishedStep

_SERVER_NAMES = (
    "name_found",
    "connected",
    "encrypted",
    "signed_in",
    "sender_accepted",
    "recipient_accepted",
    "message_accepted",
)
_CLIENT_NAMES = ("client_found", "handed_over")


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A row of `ui.progress_list`."""

    state: str
    label: str
    detail: str = ""
    time: str = ""


def shown_steps(
    finished: Sequence[FinishedStep], sender: SenderProfile | None, *, is_running: bool, is_failed: bool = False
) -> list[ShownStep]:
    """Return the steps of a sending through `sender`; one that the server had no use for is left out."""
    names = _names(finished, sender)
    told = {step.name: step for step in reversed(finished) if step.name in names}
    last = max((names.index(name) for name in told), default=-1)
    rows = []
    current = "running" if is_running else "failed" if is_failed else "waiting"
    for place, name in enumerate(names):
        if name in told:
            rows.append(ShownStep("done", _label(name), time=f"{told[name].milliseconds}{NO_BREAK}ms"))
        elif place > last and _is_expected(name, sender):
            rows.append(ShownStep(current, _label(name)))
            current = "waiting"
    return rows


def _names(finished: Sequence[FinishedStep], sender: SenderProfile | None) -> Sequence[str]:
    """Return the steps of this way; in training a server takes what a mail program would."""
    by_client = sender is not None and sender.mode is SendingMode.MAIL_CLIENT
    return _CLIENT_NAMES if by_client and not any(step.name in _SERVER_NAMES for step in finished) else _SERVER_NAMES


def _is_expected(name: str, sender: SenderProfile | None) -> bool:
    if sender is None:
        return True
    if name == "encrypted" and sender.mode is SendingMode.SMTP:
        return sender.security is not ConnectionSecurity.NONE
    return name != "signed_in" or sender.mode is SendingMode.RELAY or bool(sender.signs_in_as)


def _label(name: str) -> str:
    """Return what a step is about, which reads well whether it waits, succeeded or failed."""
    labels = {
        "name_found": _("Name of the server"),
        "connected": _("Connection"),
        "encrypted": _("Encryption"),
        "signed_in": _("Sign-in"),
        "sender_accepted": _("Sender's address"),
        "recipient_accepted": _("Recipient's address"),
        "message_accepted": _("Message"),
        "client_found": _("Mail program"),
        "handed_over": _("Hand-over to it"),
    }
    return str(labels[name])
