"""Who is signed in, what his role lets him reach (PRODUCT G2), and the wait after a wrong password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from threading import Lock
from typing import ParamSpec, TypeVar

from flask import Flask, Response, current_app, g, request, url_for

from backend.domain.errors import FacteurError, NotFoundError
from backend.domain.user import Role, User
from backend.web.htmx import go_to
from backend.web.security import current_session
from backend.web.services import services

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=5)

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


@dataclass(eq=False)
class RoleError(FacteurError):
    """The signed-in user's role doesn't reach this page."""

    cause = "role_needed"
    role: str


class SignInWaits:
    """How long each user has to wait after wrong passwords: 5 s, 10 s, 20 s... 5 minutes, in this process."""

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, datetime]] = {}
        self._lock = Lock()

    def seconds_left(self, name: str, now: datetime) -> int:
        """Return how long this user must wait, 0 when he may try."""
        _count, until = self._failures.get(name.casefold(), (0, now))
        return max(0, -((now - until) // timedelta(seconds=1)))

    def failed(self, name: str, now: datetime) -> int:
        """Count a wrong password and return the seconds to wait."""
        with self._lock:
            count = self._failures.get(name.casefold(), (0, now))[0] + 1
            wait = min(FIRST_WAIT * 2 ** min(count - 1, 10), LONGEST_WAIT)
            self._failures[name.casefold()] = (count, now + wait)
        return int(wait.total_seconds())

    def succeeded(self, name: str) -> None:
        """Forget the failures of this user."""
        with self._lock:
            self._failures.pop(name.casefold(), None)


def set_up(app: Flask) -> None:
    """Give templates `signed_in()`, the user of this page."""
    app.extensions["facteur.sign_in_waits"] = SignInWaits()
    app.jinja_env.globals["signed_in"] = signed_in


def sign_in_waits() -> SignInWaits:
    """Return the waits of this program."""
    waits: SignInWaits = current_app.extensions["facteur.sign_in_waits"]
    return waits


def signed_in() -> User | None:
    """Return the user of this session, as his record now stands; None for nobody or somebody deleted."""
    if "facteur_user" not in g:
        g.facteur_user = _find(current_session().user)
    user: User | None = g.facteur_user
    return user


def current_user() -> User:
    """Return the user of this session, in a view behind `require`."""
    user = signed_in()
    if user is None:
        raise LookupError("nobody is signed in: this view needs require()")
    return user


def require(role: Role) -> Callable[[Callable[Arguments, Answer]], Callable[Arguments, Answer | Response]]:
    """Let only users of this role into a view; administrators go everywhere, strangers to the sign-in page.

    Raises RoleError (403) for a signed-in user whose role isn't enough.
    """

    def decorate(view: Callable[Arguments, Answer]) -> Callable[Arguments, Answer | Response]:
        @wraps(view)
        def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer | Response:
            user = signed_in()
            if user is None:
                return go_to(url_for("session.sign_in", after=_page_asked_for()))
            if role is Role.ADMINISTRATOR and not user.is_administrator:
                raise RoleError(role.value)
            return view(*args, **kwargs)

        guarded.required_role = role  # type: ignore[attr-defined]  # read by the test that walks every route
        return guarded

    return decorate


def _find(name: str) -> User | None:
    if not name:
        return None
    try:
        return services().users.find(name)
    except NotFoundError:
        return None


def _page_asked_for() -> str | None:
    """Return where to go after signing in: the page itself, never the answer to a write."""
    if request.method != "GET" or "HX-Request" in request.headers or request.path == "/":
        return None
    return request.full_path.rstrip("?")
