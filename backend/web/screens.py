"""The screens: the sign-in page first, the others while somebody reads it.

All screens together take as long to import as Flask does; the first page is out in half of that without them. A
request that needs one of them before they are loaded loads them and waits.
"""

from __future__ import annotations

import time
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, current_app, redirect, request, url_for
from flask.globals import request_ctx

from backend.web import session
from backend.web.security import current_session

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

# The styles, scripts and fonts of the first page come before the other screens.
_PAUSE_S = 0.4


class Pages(Flask):
    """A Flask that takes further screens after its first answer."""

    def _check_setup_finished(self, f_name: str) -> None:
        # Flask refuses this because a set-up that comes late may not count for requests before. A blueprint that only
        # has routes is safe: who asks for one of them before it is there waits in `_find_late_screen`.
        if "facteur.screens" not in self.extensions:
            super()._check_setup_finished(f_name)


class Screens:
    """Registers the late screens once, when they are first needed."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = Lock()
        self._loaded_at = 0.0
        self._is_announced = False

    @property
    def are_loaded(self) -> bool:
        """Tell whether every screen is there."""
        return self._loaded_at > 0

    @property
    def are_settled(self) -> bool:
        """Tell whether no request can have been matched while they came."""
        return self.are_loaded and time.monotonic() - self._loaded_at > 1

    def load(self) -> None:
        """Import and register the screens that are not there yet."""
        with self._lock:
            if self.are_loaded:
                return
            from backend.web import (
                addresses,
                attachments,
                backups,
                closings,
                company,
                credit_notes,
                diagnostics,
                erasure,
                guide,
                home,
                incoming,
                layouts,
                mail_formulas,
                mail_templates,
                mail_variables,
                notice,
                outbox,
                passphrase,
                pdf_settings,
                record_files,
                records,
                saving,
                sender_settings,
                sender_sign_in,
                sending,
                sending_tasks,
                settings_file,
                shop,
                tickets,
                till,
                till_recorded,
                training,
                users,
                verification,
            )

            sending_tasks.set_up(self._app)
            pages = (
                home,
                till,
                till_recorded,
                tickets,
                sending,
                addresses,
                attachments,
                notice,
                outbox,
                closings,
                backups,
                diagnostics,
                users,
                sender_settings,
                sender_sign_in,
                shop,
                company,
                settings_file,
                layouts,
                mail_formulas,
                mail_templates,
                mail_variables,
                training,
                guide,
                passphrase,
                saving,
                verification,
                pdf_settings,
                records,
                record_files,
                erasure,
                incoming,
                credit_notes,
            )
            for screen in pages:
                self._app.register_blueprint(screen.blueprint)
            self._loaded_at = time.monotonic()

    def load_soon(self) -> None:
        """Load them in a thread, once the first page has all it needs."""
        if not self._is_announced:
            self._is_announced = True
            Thread(target=self._load_after_pause, name="screens", daemon=True).start()

    def _load_after_pause(self) -> None:
        time.sleep(_PAUSE_S)
        self.load()


def set_up(app: Flask, *, late: bool) -> None:
    """Register the screens; with `late` only the sign-in page, and the others after it has been asked for."""
    screens = Screens(app)
    app.register_blueprint(session.blueprint)
    if not late:
        screens.load()
        return
    app.extensions["facteur.screens"] = screens
    app.before_request(_find_late_screen)
    app.after_request(_load_soon)
    app.url_build_error_handlers.append(_build_late_address)


def _screens() -> Screens:
    found: Screens = current_app.extensions["facteur.screens"]
    return found


def _find_late_screen() -> AnyResponse | None:
    screens = _screens()
    if screens.are_settled or request.endpoint == "static" or request.blueprint in {"security", "session"}:
        return None
    if request.path == "/" and not screens.are_loaded and not current_session().user:
        return redirect(url_for("session.sign_in"), 303)  # as home.index would
    screens.load()
    request.routing_exception = None
    request_ctx.match_request()
    return None


def _load_soon(response: Response) -> Response:
    if request.endpoint == "session.sign_in":
        _screens().load_soon()
    return response


def _build_late_address(error: Exception, endpoint: str, values: dict[str, Any]) -> str:
    if _screens().are_settled:
        raise error
    _screens().load()
    return url_for(endpoint, **values)
