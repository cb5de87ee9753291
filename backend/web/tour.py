"""The tour of the training mode: on each screen of the main job one sentence, until the first mail was read."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from backend.web.security import session_or_none
from backend.web.services import services


@dataclass(frozen=True, slots=True)
class Stop:
    """What to do on a screen; `endpoint` is where *next* leads, "" where the screen's own button does."""

    number: int
    title: LazyString
    text: LazyString
    endpoint: str = ""
    all: int = 5

    @property
    def is_last(self) -> bool:
        """Tell whether the tour ends here."""
        return self.number == self.all


_HOME = Stop(
    1, _l("Welcome to the sample shop."), _l("Its tickets are there to be tried on: choose one."), "tickets.index"
)
_TICKET = Stop(2, _l("The ticket, as the customer will see it."), _l("Touch “Send by mail”."))
_SENDING = Stop(3, _l("Type any address."), _l("Read it back as you would to the customer, then touch “Send”."))
_SENT = Stop(
    4,
    _l("Your first ticket has left."),
    _l("In the training mode it went no further than the practice mailbox."),
    "training.index",
)
_MAILBOX = Stop(
    5, _l("This is what the customer gets."), _l("The ticket is the PDF below the text. You know the main job now.")
)


def set_up(app: Flask) -> None:
    """Give templates the stop of the page that is shown."""
    app.jinja_env.globals["tour_stop"] = tour_stop


def tour_stop() -> Stop | None:
    """Return what the tour says on this page, None where nobody takes it or it has nothing to say."""
    session = session_or_none()
    if session is None or not session.is_touring or not services().training:
        return None
    has_sent = bool(services().mailbox.numbers())
    stops = {
        "home.index": _SENT if has_sent else _HOME,
        "tickets.index": _SENT if has_sent else _TICKET,
        "tickets.detail": _SENT if has_sent else _TICKET,
        "sending.edit": _SENDING,
        "training.index": _MAILBOX if has_sent else _HOME,
        "training.detail": _MAILBOX,
    }
    return stops.get(request.endpoint or "")
