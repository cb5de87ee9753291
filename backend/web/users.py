"""The user list: create, change, delete with the way back (PRODUCT G1, G2)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _

from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.user import Role, User
from backend.usecases.delete_user import delete_user
from backend.usecases.manage_users import LastAdministratorError, restore_user, save_user
from backend.web.auth import current_user, require
from backend.web.forms import Form
from backend.web.htmx import go_to, refuse_form, render_block, render_page
from backend.web.messages import Explanation, explain
from backend.web.security import current_session
from backend.web.services import services

blueprint = Blueprint("users", __name__, url_prefix="/users")


@dataclass(frozen=True, slots=True)
class UserRow:
    """A line of the list; `sender` is his address, `can_send` the state of the gate."""

    user: User
    cashier: str
    sender: str
    can_send: bool
    is_self: bool


@blueprint.get("/")
@require(Role.ADMINISTRATOR)
def index() -> str:
    """Show the users with the state of their sender settings."""
    return render_page("users/index.html", **_list())


@blueprint.get("/new")
@require(Role.ADMINISTRATOR)
def create() -> str:
    """Show the form of a new user."""
    return render_page("users/edit.html", **_page(Form({"role": Role.CASHIER.value}), None))


@blueprint.post("/new")
@require(Role.ADMINISTRATOR)
def save_new() -> Response:
    """Create a user; without a password nobody but the training mode would let him in."""
    form = Form.sent()
    if not services().training:
        form.need("password", _("Type a password or PIN of 4 characters or more."))
    return _save(form, None)


@blueprint.get("/<name>")
@require(Role.ADMINISTRATOR)
def edit(name: str) -> str:
    """Show a user's role, cashier and language, and a field for a new password."""
    user = services().users.find(name)
    values = {"name": user.name, "role": user.role.value, "cashier": user.cashier_code, "language": user.language}
    return render_page("users/edit.html", **_page(Form(values), user))


@blueprint.post("/<name>")
@require(Role.ADMINISTRATOR)
def save(name: str) -> Response:
    """Save a user; an empty password field keeps the password."""
    return _save(Form.sent(), services().users.find(name))


@blueprint.delete("/<name>")
@require(Role.ADMINISTRATOR)
def delete(name: str) -> str:
    """Delete a user at once; the list offers to put him back, and says why the last administrator stays."""
    try:
        gone = delete_user(name, services())
    except LastAdministratorError as error:
        return render_block("users/index.html", "list", **_list(refusal=explain(error)))
    current_session().undo[f"user:{gone.name}"] = gone
    return render_block("users/index.html", "list", **_list(gone=gone))


@blueprint.post("/<name>/restore")
@require(Role.ADMINISTRATOR)
def restore(name: str) -> str:
    """Put back a user whom this session has deleted."""
    gone = current_session().undo.pop(f"user:{name}", None)
    if not isinstance(gone, User):
        raise NotFoundError("user", name)
    restore_user(gone, services().users)
    return render_block("users/index.html", "list", **_list())


def _save(form: Form, known: User | None) -> Response:
    name = known.name if known else form["name"]
    role = Role.ADMINISTRATOR if form["role"] == Role.ADMINISTRATOR.value else Role.CASHIER
    language = form["language"] if form["language"] in {"fr", "en"} else ""
    user = User(name, role, form["cashier"] if form["cashier"] in _cashier_names() else "", language=language)
    if form.is_valid:
        _try_to_save(form, user, known)
    if not form.is_valid:
        return refuse_form("users/edit.html", "form", **_page(form, known))
    current_session().toasts.append(_("%(name)s is saved.", name=user.name))
    return go_to(url_for("users.index"))


def _try_to_save(form: Form, user: User, known: User | None) -> None:
    try:
        save_user(user, form["password"] or None, services().users, previous_name=known.name if known else "")
    except InvalidInputError as error:
        form.refuse_error(error)
    except LastAdministratorError as error:
        explained = explain(error)
        form.refuse("role", f"{explained.sentence} {explained.remedy}")


def _list(gone: User | None = None, refusal: Explanation | None = None) -> dict[str, object]:
    return {"rows": [_row(user) for user in services().users.users()], "gone": gone, "refusal": refusal}


def _row(user: User) -> UserRow:
    sender = services().settings.sender_profile(user.name)
    return UserRow(
        user,
        _cashier_names().get(user.cashier_code, ""),
        sender.email if sender else "",
        bool(sender and sender.gate_is_open),
        user.name == current_user().name,
    )


def _page(form: Form, known: User | None) -> dict[str, object]:
    cashiers = [("", _("None")), *_cashier_names().items()]
    return {"form": form, "known": known, "cashiers": cashiers}


def _cashier_names() -> dict[str, str]:
    return {cashier.code: f"{cashier.first_name} {cashier.name}".strip() for cashier in services().shop.cashiers()}
