"""Signing in at the mail provider from the sender settings: begin it, watch it, give it up."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request, url_for
from flask_babel import gettext as _

from backend.domain.errors import InvalidInputError, SecretsUnavailableError
from backend.domain.oauth import SignInStep, SignInWay
from backend.domain.sender_profile import SendingMode
from backend.domain.user import Role, User
from backend.usecases.protect_secrets import require_secrets
from backend.usecases.save_sender_profile import save_sender_profile
from backend.usecases.sign_in_with_provider import cancel_sign_in, sign_in_state, start_sign_in
from backend.web.auth import require
from backend.web.forms import Form
from backend.web.htmx import go_to, is_htmx, refuse_form
from backend.web.oauth_messages import answer_texts
from backend.web.passphrase import settle_secrets
from backend.web.sender_draft import forget_typed
from backend.web.sender_form import changed, has_relay, mode_of, provider_of_host, typed_profile
from backend.web.sender_page import PAGE, ask_where_secrets_go, blocks, sender_context, whose
from backend.web.sender_test import running_test_key
from backend.web.sender_way import shown_sign_in
from backend.web.sending_tasks import sending_tasks
from backend.web.services import services

blueprint = Blueprint("sender_sign_in", __name__, url_prefix="/sender-settings/sign-in")


@blueprint.post("/")
@require(Role.CASHIER)
def start() -> Response:
    """Save what was typed and open the provider's page in the browser, or ask for its code."""
    user, form = whose(), Form.sent()
    if refused := settle_secrets(form):
        return ask_where_secrets_go(user, form, url_for("sender_sign_in.start"), refused)
    provider = provider_of_host(form["host"])
    profile = typed_profile(user, form)
    try:
        if form.is_valid:
            require_secrets(services())
            saved = save_sender_profile(profile, None, services())
            way = SignInWay.DEVICE_CODE if form["by_code"] else None
            start_sign_in(saved.user, provider.oauth_provider if provider else "", answer_texts(), services(), way)
    except InvalidInputError as error:
        form.refuse_error(error)
    except SecretsUnavailableError as error:
        if error.reason != "none":
            raise
        return ask_where_secrets_go(user, form, url_for("sender_sign_in.start"))
    if not form.is_valid:
        return refuse_form(PAGE, "form", **sender_context(user, form))
    forget_typed(user)
    sending_tasks().forget(running_test_key(user.name))
    return make_response(blocks(user, "form", "gate"))


@blueprint.get("/")
@require(Role.CASHIER)
def state() -> str | Response:
    """Show how far the sign-in is; once it is done, the settings are tested."""
    user = whose()
    if not is_htmx():
        return go_to(url_for("sender_settings.index", user=request.args.get("user")))
    step = sign_in_state(user.name, services()).step
    if step is SignInStep.WAITING:
        return blocks(user, "account")
    response = make_response(blocks(user, "form", "gate", starts_test=step is SignInStep.DONE))
    response.headers["HX-Retarget"] = "#sender_settings-form"
    return response


@blueprint.post("/cancel")
@require(Role.CASHIER)
def cancel() -> str:
    """Give up the sign-in."""
    user = whose()
    cancel_sign_in(user.name, services())
    return blocks(user, "form", "gate")


def need_sign_in(user: User, form: Form) -> None:
    """Note it where the provider takes no password, and nobody has signed in there."""
    if mode_of(form, has_relay=has_relay()) is not SendingMode.SMTP:
        return
    shown = shown_sign_in(user, changed(form), provider_of_host(form["host"]))
    if shown is None or shown.is_done or form["password"]:
        return
    if shown.is_first:
        form.refuse("sign-in", _("Sign in with %(provider)s first.", provider=shown.name))
    elif not shown.may_use_password:
        form.refuse("sign-in", _("%(provider)s takes no password for this address.", provider=shown.name))
