"""The page, or the part of one, that says what went wrong and what to do; never a traceback."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass

from flask import Flask, Response, make_response, render_template
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from backend.domain.errors import (
    FacteurError,
    InvalidInputError,
    NotFoundError,
    NotReadyError,
    SecretsUnavailableError,
    StorageError,
)
from backend.web.auth import RoleError
from backend.web.htmx import is_htmx
from backend.web.messages import explain
from backend.web.security import session_or_none

_log = logging.getLogger("facteur.web")

_STATUS: tuple[tuple[type[FacteurError], int], ...] = (
    (RoleError, 403),
    (NotFoundError, 404),
    (InvalidInputError, 422),
    (NotReadyError, 409),
    (StorageError, 503),
)


class MisdirectedRequest(HTTPException):
    """The Host is not ours (RFC 9110 15.5.20)."""

    code = 421
    description = "The Host is not ours."


@dataclass(frozen=True, slots=True)
class Problem:
    """What happened, what to do, and a code to find it by in the log."""

    sentence: str
    remedy: str
    code: str = ""
    leads_to_backups: bool = False


def set_up(app: Flask) -> None:
    """Answer every failure of `app` with a plain page."""
    # Werkzeug's list of statuses for `abort` has no 421 of its own.
    app.aborter.mapping[421] = MisdirectedRequest
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(FacteurError, _explained_problem)
    app.register_error_handler(Exception, _unforeseen_problem)


def status_of(error: FacteurError) -> int:
    """Return the HTTP status that goes with an explained failure."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 409)


def _http_problem(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    answer = _answer(_of_status(error.code), error.code)
    if error.code == 405:
        answer.headers.extend((name, value) for name, value in error.get_headers() if name == "Allow")
    return answer


def _explained_problem(error: FacteurError) -> Response:
    if isinstance(error, SecretsUnavailableError) and error.reason == "passphrase_needed":
        from backend.web.passphrase import ask_for_passphrase

        return ask_for_passphrase()
    explained = explain(error)
    is_damaged = isinstance(error, StorageError) and error.reason == "damaged"
    return _answer(Problem(explained.sentence, explained.remedy, leads_to_backups=is_damaged), status_of(error))


def _unforeseen_problem(error: Exception) -> Response:
    code = secrets.token_hex(4)
    _log.error("unforeseen failure %s", code, exc_info=error)
    return _answer(
        Problem(
            _("Something unforeseen went wrong in Facteur."),
            _("Try again. If it happens again, tell the person who looks after Facteur, with the code below."),
            code,
        ),
        500,
    )


def _answer(problem: Problem, status: int) -> Response:
    is_inside = session_or_none() is not None
    if is_inside and is_htmx():
        response = make_response(render_template("errors/toast.html", problem=problem), status)
        response.headers["HX-Retarget"] = "#toasts"
        response.headers["HX-Reswap"] = "beforeend"
        return response
    return make_response(render_template("errors/problem.html", problem=problem, is_inside=is_inside), status)


def _of_status(status: int) -> Problem:
    sentences = {
        403: (
            _("This address is closed to this window or browser."),
            _("Go on in the window of Facteur, or start Facteur again: each address that it gives works once."),
        ),
        404: (_("There is no such page."), _("Go back, or begin again on the home page.")),
        405: (_("This page can't be used in that way."), _("Go back, or begin again on the home page.")),
        413: (_("That is too big to be taken."), _("Choose a smaller file or a shorter text.")),
        415: (_("This page doesn't take files of that kind."), _("Go back, or begin again on the home page.")),
        421: (_("Facteur doesn't answer under this name."), _("Use the address that Facteur itself has given.")),
    }
    unknown = (_("Facteur could not do this."), _("Go back, or begin again on the home page."))
    return Problem(*sentences.get(status, unknown))
