"""The side navigation: one entry per screen that exists; a new screen adds one line to ENTRIES."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from backend.domain.errors import StorageError
from backend.domain.outgoing_mail import MailState
from backend.domain.user import User
from backend.web.guide_pages import topic_of_screen
from backend.web.launch import LinkToast
from backend.web.security import TOKEN_HEADER, header_token, session_or_none
from backend.web.services import services


@dataclass(frozen=True, slots=True)
class Entry:
    """A way to a screen: its first page, icon, word and, for one of them, a key; `screens` are its other blueprints."""

    endpoint: str
    icon: str
    label: LazyString
    screens: tuple[str, ...] = ()
    training_only: bool = False
    key: str = ""
    kind: str = ""  # of the records that it leads to

    @property
    def address(self) -> str:
        """Return where it leads; the help opens at the page about this screen."""
        if self.endpoint == "guide.index" and not self.is_current and (slug := topic_of_screen()):
            return url_for("guide.topic", slug=slug)
        return url_for(self.endpoint, kind=self.kind) if self.kind else url_for(self.endpoint)

    @property
    def is_current(self) -> bool:
        """Tell whether the page on the screen belongs here."""
        if request.blueprint in RECORD_SCREENS:
            kind = (request.view_args or {}).get("kind", "customers")
            return self.kind != "" if kind in {"customers", "contacts"} else self.endpoint == "shop.index"
        return request.blueprint in (self.endpoint.partition(".")[0], *self.screens)


RECORD_SCREENS = ("records", "record_files", "erasure")

# Two groups: the day's work, then what is set up once.
ENTRIES: tuple[tuple[Entry, ...], ...] = (
    (
        Entry("home.index", "house", _l("Home")),
        Entry("till.index", "shopping-basket", _l("Till"), screens=("till_recorded",)),
        Entry("tickets.index", "receipt-text", _l("Tickets"), screens=("verification", "credit_notes")),
        Entry("outbox.index", "send", _l("Sendings"), screens=("sending", "addresses")),
        Entry("closings.index", "lock", _l("Closings")),
        Entry("records.index", "users", _l("Customers"), kind="customers"),
        Entry("training.index", "mailbox", _l("Practice mailbox"), training_only=True),
    ),
    (
        Entry(
            "shop.index",
            "sliders-horizontal",
            _l("Settings"),
            screens=(
                "users",
                "company",
                "sender_settings",
                "pdf_settings",
                "mail_templates",
                "mail_variables",
                "attachments",
                "layouts",
                "incoming",
                "backups",
                "diagnostics",
                "settings_file",
            ),
        ),
        Entry("guide.index", "circle-help", _l("Help"), key="F1"),
    ),
)

# What a person should know of, drafts apart: those he is at work on himself.
NOT_LEFT = (
    MailState.QUEUED,
    MailState.DEFERRED,
    MailState.REJECTED,
    MailState.FAILED,
    MailState.UNKNOWN,
)


def set_up(app: Flask) -> None:
    """Give templates the functions of this module."""
    app.jinja_env.globals.update(
        navigation=navigation,
        has_page=has_page,
        waiting_count=waiting_count,
        waiting_toasts=waiting_toasts,
        write_headers=write_headers,
        can_leave_training=can_leave_training,
    )


def navigation() -> list[list[Entry]]:
    """Return the entries whose screens exist, in their groups."""
    return [
        [entry for entry in group if has_page(entry.endpoint) and (services().training or not entry.training_only)]
        for group in ENTRIES
    ]


def waiting_count(endpoint: str, user: User) -> int:
    """Return how many of a user's mails wait, failed or are uncertain, where `endpoint` is the page that lists them."""
    if endpoint != "outbox.index":
        return 0
    try:
        return services().outbox.count(NOT_LEFT, user.name)
    except StorageError:  # damaged records leave the pages that help: backups, settings
        return 0


def has_page(endpoint: str) -> bool:
    """Tell whether there is a view of this name."""
    return endpoint in current_app.view_functions


def waiting_toasts() -> list[str | LinkToast]:
    """Return the confirmations for the next page, once."""
    session = session_or_none()
    if session is None:
        return []
    toasts, session.toasts = session.toasts, []
    return toasts


def write_headers() -> dict[str, str]:
    """Return what htmx sends along with every request of the page."""
    return {TOKEN_HEADER: header_token()}


def can_leave_training() -> bool:
    """Tell whether this session went into the training mode from the shop itself."""
    session = session_or_none()
    return session is not None and session.training
