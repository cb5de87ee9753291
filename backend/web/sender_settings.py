"""How a user's mail leaves, and the test that opens the gate (PRODUCT B); an administrator sets everybody's."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, make_response, request, url_for

from backend.domain.email_address import parse_address
from backend.domain.errors import FacteurError, InvalidInputError, SecretsUnavailableError
from backend.domain.found_server import ServerSearch
from backend.domain.mail_failure import SenderNotTestedError
from backend.domain.sender_profile import SenderProfile
from backend.domain.user import Role, User
from backend.usecases.find_mail_server import discover_mail_server
from backend.usecases.protect_secrets import require_secrets
from backend.usecases.save_sender_profile import save_sender_profile
from backend.usecases.test_sender import confirm_test
from backend.web.auth import require
from backend.web.forms import Form
from backend.web.htmx import go_to, is_htmx, refuse_form, render_block, render_page
from backend.web.passphrase import settle_secrets
from backend.web.sender_draft import forget_typed, keep_change, keep_typed, typed_before
from backend.web.sender_form import (
    changed,
    found_for,
    needs_secret,
    typed_password,
    typed_profile,
    with_found,
    without_found,
)
from backend.web.sender_page import PAGE, ask_where_secrets_go, blocks, sender_context, start_test, whose
from backend.web.sender_sign_in import need_sign_in
from backend.web.sender_test import certificate_to_accept, failure_of_test, running_test_key
from backend.web.sender_way import search_key, searched, shown_search
from backend.web.sending_tasks import Task, sending_tasks
from backend.web.services import services

blueprint = Blueprint("sender_settings", __name__, url_prefix="/sender-settings")

_NEWS_S = 0.5


@blueprint.get("/")
@require(Role.CASHIER)
def index() -> str:
    """Show the settings and their last test; `user` names somebody else, `after` where one goes on to."""
    user = whose()
    typed = typed_before(user)
    return render_page(PAGE, **sender_context(user, typed) | {"is_typed_before": typed is not None})


@blueprint.post("/typed")
@require(Role.CASHIER)
def keep() -> Response:
    """Keep what is typed, so that F5 or a look at another page loses nothing."""
    keep_change(whose(), Form.sent())
    return make_response("", 204)


@blueprint.post("/typed/forget")
@require(Role.CASHIER)
def forget() -> Response:
    """Go back to what is saved."""
    user = whose()
    forget_typed(user)
    return go_to(url_for("sender_settings.index", user=request.values.get("user"), after=request.values.get("after")))


@blueprint.post("/")
@require(Role.CASHIER)
def save() -> Response | str:
    """Save what was typed and send the test mail; the password is only changed where one was typed."""
    user, form = whose(), Form.sent()
    if sending_tasks().is_running(running_test_key(user.name)):
        return make_response("", 204)
    keep_typed(user, form)
    if refused := settle_secrets(form):
        return ask_where_secrets_go(user, form, url_for("sender_settings.save"), refused)
    profile = typed_profile(user, form)
    need_sign_in(user, form)
    to = form.read("test_to", parse_address, "") if form["test_to"] else ""
    try:
        if form.is_valid and needs_secret(profile):
            require_secrets(services())
        saved = _saved(profile, user, form)
    except SecretsUnavailableError as error:
        if error.reason != "none":
            raise
        return ask_where_secrets_go(user, form, url_for("sender_settings.save"))
    if saved is None:
        return refuse_form(PAGE, "form", **sender_context(user, form))
    forget_typed(user)
    start_test(saved, to)
    return make_response(blocks(user, "form", "gate", "no_dialog"))


def _saved(profile: SenderProfile, user: User, form: Form) -> SenderProfile | None:
    """Return the settings as they were saved, None where the form tells what to mend."""
    if not form.is_valid:
        return None
    try:
        return save_sender_profile(profile, typed_password(user, form), services())
    except InvalidInputError as error:
        form.refuse_error(error)
        return None


@blueprint.post("/way")
@require(Role.CASHIER)
def way() -> str:
    """Show what goes with what is typed, and fill in what the address tells; nothing is saved."""
    user, form = whose(), Form.sent()
    found = searched(user, form["email"]) if form["take"] else None
    if found:
        form = with_found(form, found)
    elif form["of_address"]:
        form = _filled_by_address(user, form)
    elif form["search"]:
        _search(user, form["email"])
    keep_typed(user, form)
    context = sender_context(user, changed(form))
    note = render_block(PAGE, "email_note", **context | {"oob": True})
    return render_block(PAGE, "way", **context) + note


def _filled_by_address(user: User, form: Form) -> Form:
    """Fill in a listed provider's server, or search for that of an own domain; what was typed by hand stays."""
    form = without_found(form)
    found = found_for(form["email"])
    if form["host"]:
        return form
    if found:
        return with_found(form, found)
    _search(user, form["email"])
    return form


def _search(user: User, email: str) -> None:
    try:
        address = parse_address(email)
    except InvalidInputError:
        return
    shop = services()

    def search_outside(_task: Task) -> ServerSearch:
        return discover_mail_server(address, shop.providers)

    known = sending_tasks().find(search_key(user))
    if known and known.subject != email:
        sending_tasks().forget(search_key(user))
    sending_tasks().start(search_key(user), email, search_outside)


@blueprint.get("/search")
@require(Role.CASHIER)
def search() -> str | Response:
    """Show how the search for the server of an own domain goes on."""
    user = whose()
    if not is_htmx():
        return go_to(url_for("sender_settings.index", user=request.args.get("user")))
    task = sending_tasks().find(search_key(user))
    if task is not None:
        task.wait_until_done(_NEWS_S)
    return blocks(user, "search", search=lambda: shown_search(user), is_polled=True)


@blueprint.get("/test")
@require(Role.CASHIER)
def test() -> str | Response:
    """Show how the test goes on."""
    user = whose()
    if not is_htmx():
        return go_to(url_for("sender_settings.index", user=request.args.get("user")))
    task = sending_tasks().find(running_test_key(user.name))
    if task is not None:
        task.wait_for_news(request.args.get("known", 0, int), _NEWS_S)
    return blocks(user, "test", "gate", "foot")


@blueprint.post("/confirm")
@require(Role.CASHIER)
def confirm() -> str:
    """Take the user's word for whether the mail that a mail program took has left."""
    user, went = whose(), request.form.get("went") == "yes"
    try:
        confirm_test(user.name, services(), went=went)
    except SenderNotTestedError:
        return blocks(user, "test", "gate", "foot")  # changed meanwhile: the test is to be done anew
    sending_tasks().forget(running_test_key(user.name))
    return blocks(user, "test", "gate", "foot", said_no=not went)


@blueprint.post("/certificate")
@require(Role.ADMINISTRATOR)
def certificate() -> Response:
    """Accept exactly the certificate that the latest test saw, and test again."""
    user = whose()
    profile, failure = services().settings.sender_profile(user.name), failure_of_test(user.name)
    fingerprint = certificate_to_accept(failure, profile) if failure and profile else ""
    if profile is None or failure is None or failure.host != profile.host or not fingerprint:
        raise FacteurError
    pinned = replace(profile, pinned_certificate=fingerprint)
    start_test(save_sender_profile(pinned, None, services()), "")
    return make_response(blocks(user, "form", "gate"))
