"""The closed local server: who is answered, what a request may carry, and what an answer allows.

Other users of the PC and pages of other servers can reach a port of 127.0.0.1. What stops them: the exact Host (DNS
rebinding), Origin and Sec-Fetch-Site (requests made by other pages), the one-time launch token and the cookie it is
changed for (other users), a header on every write (cookies are the same on all ports), and the policy on every answer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from flask import Blueprint, Flask, Response, abort, current_app, g, redirect, render_template, request

from backend.web.launch import LaunchTokens, Session, Sessions, is_same, new_secret

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

TOKEN_HEADER = "X-Facteur-Token"  # noqa: S105 - the header's name, not its value
MAX_FORM_BYTES = 1_000_000
FORM_TYPE = "application/x-www-form-urlencoded"
UPLOAD_TYPE = "multipart/form-data"

ANSWER_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# A static address holds the hash of what it gives (static_address.py), and still needs the cookie: private.
FOREVER = "private, max-age=31536000, immutable"

blueprint = Blueprint("security", __name__)
View = TypeVar("View", bound=Callable[..., object])


def guard(app: Flask, launch: LaunchTokens) -> None:
    """Put the guard before every request and the policy on every answer of `app`; `guard_writes` goes with it."""
    app.debug = False  # whatever FLASK_DEBUG says: its pages run code
    app.config["MAX_CONTENT_LENGTH"] = MAX_FORM_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_FORM_BYTES
    app.extensions["facteur.launch"] = launch
    app.extensions["facteur.sessions"] = Sessions()
    app.before_request(_refuse_other_pages)
    app.before_request(_require_session)
    app.after_request(_add_policy)
    app.register_blueprint(blueprint)


def guard_writes(app: Flask) -> None:
    """Check every write, once it is known which view it is for."""
    app.before_request(_check_write)


def accepts_upload(max_bytes: int) -> Callable[[View], View]:
    """Mark a view that takes `multipart/form-data` of at most `max_bytes` in all."""

    def mark(view: View) -> View:
        view.max_upload_bytes = max_bytes  # type: ignore[attr-defined]  # functions take attributes
        return view

    return mark


def current_session() -> Session:
    """Return the session of this request; behind the guard there always is one."""
    session = session_or_none()
    if session is None:
        raise RuntimeError("no session outside of the guard")
    return session


def session_or_none() -> Session | None:
    """Return the session of this request, None for whom has not come in and outside of requests."""
    found: Session | None = g.get("facteur_session")
    return found


def header_token() -> str:
    """Return what this session's writes must carry in `X-Facteur-Token`, "" where there is no session."""
    session = session_or_none()
    return session.header_token if session else ""


def sign_in(user: str, language: str = "") -> None:
    """Make `user` the one who works in this session, under a new cookie and a new header token.

    The page must be loaded anew (`go_to`), because the one on the screen still holds the old header token.
    """
    _replace_session(Session(user=user, language=language, training=current_session().training))


def sign_out() -> None:
    """Leave nobody signed in, and nothing of the session before but its language and its shop."""
    before = current_session()
    _replace_session(Session(language=before.language, training=before.training))


def change_shop(*, training: bool) -> None:
    """Go to the sample shop, or back from it; nobody is signed in there yet."""
    _replace_session(Session(language=current_session().language, training=training))


@blueprint.get("/enter")
def enter() -> AnyResponse | str:
    """Change a launch token for the cookie of a new session."""
    launch: LaunchTokens = current_app.extensions["facteur.launch"]
    if request.method != "GET":
        abort(405)
    if not launch.spend(request.args.get("t", "")):
        abort(403)
    _replace_session(Session())
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        # A SameSite=Strict cookie does not go along on a redirect that began elsewhere: our own page goes on.
        return render_template("security/enter.html")
    return redirect("/", 303)  # no url_for: home is a late screen (screens.py)


def _refuse_other_pages() -> None:
    launch: LaunchTokens = current_app.extensions["facteur.launch"]
    if request.environ.get("HTTP_HOST") != launch.host:
        abort(421)
    if request.headers.get("Origin", launch.origin) != launch.origin:
        abort(403)
    if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"} and not _comes_from_launch_file():
        abort(403)


def _comes_from_launch_file() -> bool:
    # The page with which desktop/browser.py opens the system's browser is a file, which has no site: its one-time
    # token is all that counts there. A page of another local server would say same-site, and stays outside.
    return (
        request.endpoint == "security.enter"
        and request.headers.get("Sec-Fetch-Site") == "cross-site"
        and request.headers.get("Sec-Fetch-Mode") == "navigate"
        and request.headers.get("Sec-Fetch-Dest") == "document"
    )


def _require_session() -> None:
    sessions: Sessions = current_app.extensions["facteur.sessions"]
    session = sessions.find(request.cookies.get(_cookie_name(), ""))
    if session is not None:
        g.facteur_session = session
    elif request.endpoint != "security.enter":
        abort(403)


def _check_write() -> None:
    if request.method in {"GET", "HEAD"}:
        return
    if not is_same(request.headers.get(TOKEN_HEADER, ""), header_token() or new_secret()):
        abort(403)
    max_upload = getattr(current_app.view_functions.get(request.endpoint or ""), "max_upload_bytes", 0)
    if max_upload:
        request.max_content_length = max_upload
    if (request.content_length or 0) > (max_upload or MAX_FORM_BYTES):
        abort(413)
    allowed = {FORM_TYPE, UPLOAD_TYPE} if max_upload else {FORM_TYPE}
    if (request.content_length or request.mimetype) and request.mimetype not in allowed:
        abort(415)


def _replace_session(new: Session) -> None:
    sessions: Sessions = current_app.extensions["facteur.sessions"]
    sessions.close(request.cookies.get(_cookie_name(), ""))
    g.facteur_session = new
    g.facteur_cookie = sessions.open(new)


def _add_policy(response: Response) -> Response:
    response.headers.update(ANSWER_HEADERS)
    is_static = request.endpoint == "static" and response.status_code in {200, 206, 304}
    response.headers["Cache-Control"] = FOREVER if is_static else "no-store"
    if "facteur_cookie" in g:
        set_cookie = partial(response.set_cookie, httponly=True, samesite="Strict", path="/")
        set_cookie(_cookie_name(), g.facteur_cookie)
    return response


def _cookie_name() -> str:
    launch: LaunchTokens = current_app.extensions["facteur.launch"]
    return f"s{launch.port}"
