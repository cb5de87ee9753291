"""Signing in and out: a tile per user, then password or PIN; in the training mode one click."""

from __future__ import annotations

import re

from flask import Blueprint, Response, request, url_for
from flask_babel import ngettext

from backend.domain.errors import InvalidInputError
from backend.domain.user import User
from backend.usecases.manage_users import check_password
from backend.web import security
from backend.web.auth import sign_in_waits
from backend.web.forms import Form
from backend.web.htmx import go_to, refuse_form, render_page
from backend.web.language import LANGUAGES
from backend.web.security import current_session
from backend.web.services import services

blueprint = Blueprint("session", __name__)
_OUR_PAGE = re.compile(r"/(?!/)[\w./?=&%+-]*", re.ASCII)


@blueprint.get("/sign-in")
def sign_in() -> str | Response:
    """Show who can sign in; `user` names the one whose password is asked for, `after` the page to go on to."""
    users = _who_can_sign_in()
    if not users:
        return go_to(url_for("home.first_start"))
    name = request.args.get("user", users[0].name if len(users) == 1 else "")
    return render_page("session/sign_in.html", **_page(users, name, Form({"after": request.args.get("after", "")})))


@blueprint.post("/sign-in")
def check() -> Response:
    """Sign in whom the password proves; refuse others, and for some seconds their next try."""
    form = Form.sent()
    user = services().users.find(form["user"])
    now = services().clock.now()
    left = sign_in_waits().seconds_left(user.name, now)
    if left:
        form.refuse("password", ngettext("Wait %(num)s more second.", "Wait %(num)s more seconds.", left))
    elif not _is_proven(user, request.form.get("password", "")):
        wait = sign_in_waits().failed(user.name, now)
        form.refuse("password", _wrong_password(wait))
    else:
        sign_in_waits().succeeded(user.name)
        security.sign_in(user.name, user.language or current_session().language)
        return go_to(form["after"] if _OUR_PAGE.fullmatch(form["after"]) else url_for("home.index"))
    return refuse_form("session/sign_in.html", "password", **_page(_who_can_sign_in(), user.name, form))


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """Leave nobody signed in."""
    security.sign_out()
    return go_to(url_for("session.sign_in"))


@blueprint.post("/language")
def language() -> Response:
    """Change the language of this session's pages."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        raise InvalidInputError("language", "language", chosen)
    current_session().language = chosen
    back = request.form.get("back", "")
    return go_to(back if _OUR_PAGE.fullmatch(back) else url_for("home.index"))


def _who_can_sign_in() -> list[User]:
    users = services().users.users()
    return sorted(
        (user for user in users if user.password_hash or services().training), key=lambda user: user.name.casefold()
    )


def _is_proven(user: User, password: str) -> bool:
    if services().training and not user.password_hash:
        return True
    return check_password(user, password)


def _wrong_password(wait: int) -> str:
    return str(
        ngettext(
            "This is not the password of this user. Wait %(num)s second, then type it again.",
            "This is not the password of this user. Wait %(num)s seconds, then type it again.",
            wait,
        )
    )


def _page(users: list[User], name: str, form: Form) -> dict[str, object]:
    chosen = next((user for user in users if user.name.casefold() == name.casefold()), None)
    company = services().settings.company()
    return {
        "users": users,
        "chosen": chosen,
        "form": form,
        "company_name": company.name if company else "",
        "here": request.full_path.rstrip("?") if request.method == "GET" else "",
        "needs_password": bool(chosen and chosen.password_hash),
    }
