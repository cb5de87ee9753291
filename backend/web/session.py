"""Signing in and out: a tile per user, then password or PIN; in the training mode one click."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request, url_for
from flask_babel import ngettext

from backend.domain.errors import InvalidInputError
from backend.domain.user import User
from backend.usecases.manage_users import check_password, save_user
from backend.web import security
from backend.web.auth import sign_in_waits, signed_in
from backend.web.forms import Form
from backend.web.htmx import go_to, refuse_form, render_page
from backend.web.language import LANGUAGES
from backend.web.our_page import our_page
from backend.web.security import current_session
from backend.web.services import services

blueprint = Blueprint("session", __name__)


@blueprint.get("/sign-in")
def sign_in() -> str | Response:
    """Show who can sign in; `user` names the one whose password is asked for, `after` the page to go on to."""
    users = _who_can_sign_in()
    if not users:
        return go_to(url_for("home.first_start"))
    name = request.args.get("user", users[0].name if len(users) == 1 else "").casefold()
    chosen = next((user for user in users if user.name.casefold() == name), None)
    return render_page("session/sign_in.html", **_page(users, chosen, Form({"after": request.args.get("after", "")})))


@blueprint.post("/sign-in")
def check() -> Response:
    """Sign in whom the password proves; refuse others, and for some seconds their next try."""
    form = Form.sent()
    user = services().users.find(form["user"])
    now = services().clock.now()
    left = sign_in_waits().seconds_left(user.name, now)
    if left:
        form.refuse("password", _too_early(left))
    elif not _is_proven(user, request.form.get("password", "")):
        wait = sign_in_waits().failed(user.name, now)
        form.refuse("password", _wrong_password(wait))
    else:
        sign_in_waits().succeeded(user.name)
        security.sign_in(user.name, user.language or current_session().language)
        return go_to(_first_page(our_page(form["after"], url_for("home.index"))))
    return refuse_form("session/sign_in.html", "password", **_page(_who_can_sign_in(), user, form))


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """Leave nobody signed in."""
    security.sign_out()
    return go_to(url_for("session.sign_in"))


@blueprint.post("/language")
def language() -> Response:
    """Change the language of this session's pages, and of the signed-in user's from now on."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        raise InvalidInputError("language", "language", chosen)
    current_session().language = chosen
    if user := signed_in():
        save_user(replace(user, language=chosen), None, services().users, previous_name=user.name)
    return go_to(our_page(request.form.get("back", ""), url_for("home.index")))


def _first_page(after: str) -> str:
    """Return where one goes on after signing in: first to what opens the passwords, where nobody has done so yet."""
    return url_for("passphrase.index", after=after) if services().needs_passphrase else after


def _who_can_sign_in() -> list[User]:
    users = services().users.users()
    return sorted(
        (user for user in users if user.password_hash or services().training), key=lambda user: user.name.casefold()
    )


def _is_proven(user: User, password: str) -> bool:
    return not _needs_password(user) or check_password(user, password)


def _needs_password(user: User) -> bool:
    return bool(user.password_hash) or not services().training


def _too_early(left: int) -> str:
    return str(ngettext("Too early. Try again in %(num)s second.", "Too early. Try again in %(num)s seconds.", left))


def _wrong_password(wait: int) -> str:
    return str(
        ngettext(
            "Wrong password. Try again in %(num)s second.",
            "Wrong password. Try again in %(num)s seconds.",
            wait,
        )
    )


def _page(users: list[User], chosen: User | None, form: Form) -> dict[str, object]:
    company = services().settings.company()
    return {
        "users": users,
        "chosen": chosen,
        "form": form,
        "company_name": company.name if company else "",
        "here": request.full_path.rstrip("?") if request.method == "GET" else "",
        "needs_password": chosen is not None and _needs_password(chosen),
    }
