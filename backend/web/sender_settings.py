"""How a user's mail leaves, and the test that opens the gate (PRODUCT B); an administrator sets everybody's."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, make_response, request, url_for
from flask_babel import gettext as _

from backend.domain.errors import InvalidInputError, SecretsUnavailableError
from backend.domain.outgoing_mail import Delivery
from backend.domain.sender_profile import ConnectionSecurity, SenderProfile
from backend.domain.user import Role, User
from backend.ports import Services
from backend.usecases.save_sender_profile import save_sender_profile
from backend.usecases.test_sender import TestMailTexts, send_test_mail
from backend.web.auth import RoleError, current_user, require
from backend.web.dialogs import show_dialog
from backend.web.forms import Form
from backend.web.htmx import go_to, is_htmx, refuse_form, render_block, render_page
from backend.web.sender_test import running_test_key, sender_context
from backend.web.sending_tasks import Task, sending_tasks
from backend.web.services import services

blueprint = Blueprint("sender_settings", __name__, url_prefix="/sender-settings")

_PAGE = "sender_settings/index.html"
_NEWS_S = 0.5


@blueprint.get("/")
@require(Role.CASHIER)
def index() -> str:
    """Show the settings and their last test; `user` names somebody else, `after` where one goes on to."""
    return render_page(_PAGE, **sender_context(_whose(), None))


@blueprint.post("/")
@require(Role.CASHIER)
def save() -> Response | str:
    """Save what was typed and send the test mail; the password is only changed where one was typed."""
    user, form = _whose(), Form.sent()
    if sending_tasks().is_running(running_test_key(user.name)):
        return make_response("", 204)
    if form["accept_unprotected"]:
        services().accept_unprotected_secrets()
    profile = _typed_profile(user, form)
    if not form.is_valid:
        return refuse_form(_PAGE, "form", **sender_context(user, form))
    try:
        saved = save_sender_profile(profile, _typed_password(form), services())
    except InvalidInputError as error:
        form.refuse_error(error)
        return refuse_form(_PAGE, "form", **sender_context(user, form))
    except SecretsUnavailableError as error:
        if error.reason != "none":
            raise
        context = sender_context(user, form) | {"is_unprotected_asked": True}
        return show_dialog(render_block(_PAGE, "dialogs", **context))
    _start_test(saved)
    return make_response(_blocks(user, "form", "gate", "no_dialog"))


@blueprint.get("/test")
@require(Role.CASHIER)
def test() -> str | Response:
    """Show how the test goes on."""
    user = _whose()
    if not is_htmx():
        return go_to(url_for("sender_settings.index", user=request.args.get("user")))
    task = sending_tasks().find(running_test_key(user.name))
    if task is not None:
        task.wait_for_news(request.args.get("known", 0, int), _NEWS_S)
    return _blocks(user, "test", "gate", "foot")


def _blocks(user: User, first: str, *others: str) -> str:
    """Return a block, and others that htmx puts in their places beside it."""
    context = sender_context(user, None)
    beside = "".join(render_block(_PAGE, block, **context | {"oob": True}) for block in others)
    return render_block(_PAGE, first, **context) + beside


def _whose() -> User:
    """Return whose settings are shown; raises RoleError for a cashier who asks for somebody else's."""
    name = request.values.get("user", "")
    me = current_user()
    if not name or name.casefold() == me.name.casefold():
        return me
    if not me.is_administrator:
        raise RoleError(Role.ADMINISTRATOR.value)
    return services().users.find(name)


def _typed_profile(user: User, form: Form) -> SenderProfile:
    known = services().settings.sender_profile(user.name) or SenderProfile(user.name, "")
    port = form["port"]
    if not port.isdecimal() or len(port) > 5:
        form.refuse_error(InvalidInputError("port", "port", port))
    return replace(
        known,
        email=form.need("email", _("Type your e-mail address.")),
        name=form["name"],
        host=form["host"],
        port=int(port) if form.is_valid and port else known.port,
        security=ConnectionSecurity(form["security"])
        if form["security"] in set(ConnectionSecurity)
        else known.security,
        username=form["username"],
    )


def _typed_security(form: Form, known: ConnectionSecurity) -> ConnectionSecurity:
    return ConnectionSecurity(form["security"]) if form["security"] in set(ConnectionSecurity) else known


def _typed_password(form: Form) -> str | None:
    """Return a new password, None to keep the one there is, "" to forget it where there is no user name."""
    if not form["username"]:
        return ""
    return form["password"] or None


def _start_test(profile: SenderProfile) -> None:
    shop: Services = services()
    texts = TestMailTexts(
        _("Facteur: your settings work"),
        _("This is the test mail of Facteur. It has arrived: tickets can be sent with these settings."),
    )

    def send_test(task: Task) -> Delivery:
        return send_test_mail(profile.user, "", texts, shop, task)[1]

    sending_tasks().start(running_test_key(profile.user), profile.email, send_test)
