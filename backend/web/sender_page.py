"""What the sender settings and each block of them need: whose they are, the form, the gate, and the test."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request, url_for
from flask_babel import gettext as _

from backend.domain.oauth import SignInStep
from backend.domain.outgoing_mail import Delivery
from backend.domain.sender_profile import ConnectionSecurity, Priority, SenderProfile
from backend.domain.user import Role, User
from backend.ports import Services
from backend.usecases.test_sender import TestMailTexts, send_test_mail
from backend.web.auth import RoleError, current_user
from backend.web.dialogs import show_dialog
from backend.web.forms import Form
from backend.web.htmx import render_block
from backend.web.our_page import our_page
from backend.web.passphrase import SecretsChoice
from backend.web.sender_form import form_of
from backend.web.sender_test import running_test_key, shown_test
from backend.web.sender_way import ShownWay, shown_search, shown_way
from backend.web.sending_tasks import Task, sending_tasks
from backend.web.services import services

PAGE = "sender_settings/index.html"


def whose() -> User:
    """Return whose settings are shown; raises RoleError for a cashier who asks for somebody else's."""
    name = request.values.get("user", "")
    me = current_user()
    if not name or name.casefold() == me.name.casefold():
        return me
    if not me.is_administrator:
        raise RoleError(Role.ADMINISTRATOR.value)
    return services().users.find(name)


def sender_context(user: User, typed: Form | None = None) -> dict[str, object]:
    """Return what the page and each block of it need; `typed` is what is in the form, where that is not saved."""
    profile = services().settings.sender_profile(user.name)
    task = sending_tasks().find(running_test_key(user.name))
    after = our_page(request.values.get("after", ""))
    is_own = user.name.casefold() == current_user().name.casefold()
    named = None if is_own else user.name
    form = typed or form_of(profile)
    known = len(task.steps) if task else 0
    return {
        "whose": user,
        "is_own": is_own,
        "form": form,
        "keeps_password": typed is not None,
        "has_password": profile is not None and bool(profile.secret_version),
        "securities": [
            (ConnectionSecurity.TLS.value, "SSL/TLS"),
            (ConnectionSecurity.STARTTLS.value, "STARTTLS"),
            (ConnectionSecurity.NONE.value, _("None")),
        ],
        "priorities": [
            (Priority.LOW.value, _("Low")),
            (Priority.NORMAL.value, _("Normal")),
            (Priority.HIGH.value, _("High")),
        ],
        "pinned": profile.pinned_certificate if profile and profile.host == form["host"] else "",
        "way": _once(lambda: shown_way(user, form)),
        "search": lambda: shown_search(user, form["email"]),
        "waiting": SignInStep.WAITING,
        "gate": _gate(profile),
        "test": shown_test(profile, task),
        "test_url": url_for("sender_settings.test", user=named, after=after or None, known=known),
        "search_url": url_for("sender_settings.search", user=named),
        "sign_in_url": url_for("sender_sign_in.state", user=named, after=after or None),
        "after": after,
        "choice": None,
        "is_polled": False,
        "starts_test": False,
        "said_no": False,
        "is_typed_before": False,
        "oob": False,
    }


def blocks(user: User, first: str, *others: str, **more: object) -> str:
    """Return a block of the page, and others that htmx puts in their places beside it."""
    context = sender_context(user) | more
    beside = "".join(render_block(PAGE, block, **context | {"oob": True}) for block in others)
    return render_block(PAGE, first, **context) + beside


def ask_where_secrets_go(user: User, form: Form, url: str, refused: Form | None = None) -> Response:
    """Ask, on a PC without a keyring; what is typed goes to `url` with the answer."""
    choice = SecretsChoice(url, "#sender_settings-form", "outerHTML", "#sender_settings-form", form=refused or Form())
    context = sender_context(user, form) | {"choice": choice}
    return show_dialog(render_block(PAGE, "dialogs", **context), 422 if refused else 200)


def start_test(profile: SenderProfile, to: str) -> None:
    """Send the test mail of these settings beside, to the user's own address where `to` is empty."""
    shop: Services = services()
    texts = TestMailTexts(
        _("Facteur: your settings work"),
        _("This is the test mail of Facteur. It has arrived: tickets can be sent with these settings."),
    )

    def send_test(task: Task) -> Delivery:
        return send_test_mail(profile.user, to, texts, shop, task)[1]

    sending_tasks().start(running_test_key(profile.user), to or profile.email, send_test)


def _once(make: Callable[[], ShownWay]) -> Callable[[], ShownWay]:
    """Return a function that makes it when it is first asked for: most blocks have no use for it."""
    made: list[ShownWay] = []

    def kept() -> ShownWay:
        if not made:
            made.append(make())
        return made[0]

    return kept


def _gate(profile: SenderProfile | None) -> tuple[str, str]:
    """Return the word of the gate's badge and its tone."""
    if profile is not None and profile.gate_is_open:
        return str(_("Sending open")), "ok"
    if profile is None or not profile.email:
        return str(_("Sending closed until the settings are filled in")), "warn"
    return str(_("Sending closed until the test succeeds")), "warn"
