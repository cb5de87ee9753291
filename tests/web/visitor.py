# ruff: noqa: ANN401 - what is passed on to Werkzeug's test client
"""A browser of the tests that came in by a launch token, without a server between it and the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backend.web.launch import LaunchTokens, Session, Sessions
from backend.web.security import FORM_TYPE, TOKEN_HEADER

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse


class Visitor:
    """Asks with the right Host, and writes with the header token, unless it is told otherwise."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._launch: LaunchTokens = app.extensions["facteur.launch"]
        self._client = app.test_client()

    @property
    def cookie_name(self) -> str:
        return f"s{self._launch.port}"

    @property
    def cookie(self) -> str:
        """The secret of the session's cookie, "" before entering."""
        cookie = self._client.get_cookie(self.cookie_name, domain="127.0.0.1")
        return cookie.value if cookie else ""

    @property
    def session(self) -> Session:
        sessions: Sessions = self._app.extensions["facteur.sessions"]
        session = sessions.find(self.cookie)
        assert session is not None, "has not come in"
        return session

    def enter(self) -> Visitor:
        answer = self.get(f"/enter?t={self._launch.new()}")
        assert answer.status_code == 303
        return self

    def sign_in(self, user: str) -> Visitor:
        """Be the user of this name, without the sign-in page."""
        self.enter()
        self.session.user = user
        return self

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.ask("GET", path, **more)

    def htmx(self, path: str, target: str, **more: Any) -> TestResponse:
        """Ask as htmx does for what goes into the element with the id `target`."""
        return self.get(path, headers={"HX-Request": "true", "HX-Target": target}, **more)

    def post(self, path: str, form: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        return self.write("POST", path, form, **more)

    def write(self, method: str, path: str, form: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Write as the pages do: by htmx, as a form, with the header token."""
        headers = {"HX-Request": "true", TOKEN_HEADER: self.session.header_token, **more.pop("headers", {})}
        return self.ask(method, path, data=form or {}, headers=headers, **{"content_type": FORM_TYPE, **more})

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        """Ask with nothing but Host and cookie."""
        return self._client.open(path, method=method, base_url=self._launch.origin, buffered=True, **more)
