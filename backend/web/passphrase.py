"""The passphrase that protects secrets on a PC without a keyring: chosen once, entered once after each start (B7)."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext as _

from backend.domain.errors import InvalidInputError, SecretsUnavailableError
from backend.domain.user import Role
from backend.usecases.protect_secrets import open_secrets, protect_secrets
from backend.web.auth import require, sign_in_waits
from backend.web.dialogs import show_dialog
from backend.web.forms import Form
from backend.web.htmx import go_to, is_htmx, refuse_form, render_block, render_page
from backend.web.messages import explain
from backend.web.our_page import our_page
from backend.web.services import services

blueprint = Blueprint("passphrase", __name__, url_prefix="/passphrase")

_PAGE = "passphrase/index.html"
_WHO_TRIES = "\n"  # in the waits after wrong passwords: no user has this name


@dataclass(frozen=True, slots=True)
class SecretsChoice:
    """What `passphrase/_choose.html` sends where: `includes` is a form on the page that goes with it."""

    url: str
    target: str
    swap: str = "innerHTML"
    includes: str = ""
    hidden: dict[str, str] = field(default_factory=dict)
    form: Form = field(default_factory=Form)


@blueprint.get("/")
@require(Role.CASHIER)
def index() -> str | Response:
    """Ask for the passphrase; `after` is where one goes on to."""
    after = our_page(request.args.get("after", ""))
    if not services().needs_passphrase:
        return go_to(after or url_for("home.index"))
    return render_page(_PAGE, form=Form(), after=after, here=request.full_path.rstrip("?"), is_asked=False)


@blueprint.post("/")
@require(Role.CASHIER)
def enter() -> Response:
    """Open the secrets, or say that this is not the passphrase."""
    form = Form.sent()
    _try(form)
    after = our_page(form["after"])
    is_over_a_page = bool(form["is_over_a_page"])
    if not form.is_valid:
        if is_over_a_page:
            return show_dialog(render_block(_PAGE, "dialogs", form=form, is_asked=True), 422)
        return refuse_form(_PAGE, "form", form=form, after=after)
    if is_over_a_page:
        return make_response(render_template("passphrase/_opened.html"))
    return go_to(after or url_for("home.index"))


def ask_for_passphrase() -> Response:
    """Answer a request that needs the secrets: over the page that asked, or with the page that asks."""
    if not is_htmx():
        after = request.full_path.rstrip("?") if request.method == "GET" else None
        return go_to(url_for("passphrase.index", after=after))
    return show_dialog(render_block(_PAGE, "dialogs", form=Form(), is_asked=True), 409)


def settle_secrets(form: Form) -> Form | None:
    """Take the choice of `_choose.html`, where one was made; return its form where the passphrase can't be taken."""
    if form["accept_unprotected"]:
        services().accept_unprotected_secrets()
    elif form["protect"]:
        asked = Form()
        try:
            protect_secrets(form["passphrase"], form["passphrase_again"], services())
        except InvalidInputError as error:
            asked.refuse_error(error)
            return asked
    return None


def _try(form: Form) -> None:
    now = services().clock.now()
    if left := sign_in_waits().seconds_left(_WHO_TRIES, now):
        form.refuse("passphrase", _("Too early. Try again in %(seconds)s s.", seconds=left))
        return
    try:
        open_secrets(form["passphrase"], services())
    except SecretsUnavailableError as error:
        explained = explain(error)
        form.refuse("passphrase", f"{explained.sentence} {explained.remedy}")
        if error.reason == "passphrase_wrong":
            sign_in_waits().failed(_WHO_TRIES, now)
    else:
        sign_in_waits().succeeded(_WHO_TRIES)
