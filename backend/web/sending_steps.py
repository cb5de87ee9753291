"""The steps of a sending as the page shows them while it goes on: done, running, waiting, failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from backend.domain.sender_profile import ConnectionSecurity, SenderProfile
from backend.web.format import NO_BREAK
from backend.web.sending_tasks import FinishedStep

_NAMES = (
    "name_found",
    "connected",
    "encrypted",
    "signed_in",
    "sender_accepted",
    "recipient_accepted",
    "message_accepted",
)


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
    told = {step.name: step for step in reversed(finished)}
    last = max((_NAMES.index(name) for name in told), default=-1)
    rows = []
    current = "running" if is_running else "failed" if is_failed else "waiting"
    for place, name in enumerate(_NAMES):
        if name in told:
            rows.append(ShownStep("done", _label(name), time=f"{told[name].milliseconds}{NO_BREAK}ms"))
        elif place > last and _is_expected(name, sender):
            rows.append(ShownStep(current, _label(name)))
            current = "waiting"
    return rows


def _is_expected(name: str, sender: SenderProfile | None) -> bool:
    if sender is None:
        return True
    if name == "encrypted":
        return sender.security is not ConnectionSecurity.NONE
    return name != "signed_in" or bool(sender.username)


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
    }
    return str(labels[name])
