"""The way back from the browser: a port of this PC that takes one answer, then closes (RFC 8252 7.3)."""

from __future__ import annotations

import base64
import hashlib
import html
import socket
import socketserver
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from http.server import BaseHTTPRequestHandler
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from backend.domain.oauth import AnswerTexts, OAuthProvider

_T = TypeVar("_T")
_LOOPBACK = "127.0.0.1"
_LOOK_S = 0.1
_SLOW_BROWSER_S = 5.0
_ANSWER_NAMES = {"code", "state", "error"}
_STYLE = (
    "body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f4f5f7;color:#1d2430;"
    "font:1.1rem/1.6 system-ui,sans-serif}main{max-width:34rem;padding:2rem}h1{font-size:1.6rem;line-height:1.25}"
    "@media(prefers-color-scheme:dark){body{background:#14181f;color:#e8ebf0}}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the page's address holds the code
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Connection": "close",
}
_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{title} – Facteur</title>
<style>{style}</style>
</head>
<body><main><h1>{title}</h1><p>{text}</p></main></body>
</html>
"""


class RedirectPort:
    """Listens from the start; `redirect_uri` is where the provider sends the browser back to."""

    def __init__(self, provider: OAuthProvider, texts: AnswerTexts) -> None:
        self._server = _Server((_LOOPBACK, 0), _Handler)
        self._server.site = f"{provider.redirect_host}:{self._server.server_address[1]}"
        self._server.path = provider.redirect_path or "/"
        self._server.texts = texts
        self.redirect_uri = f"http://{self._server.site}{provider.redirect_path}"

    def take_answer(self, read: Callable[[str], _T], may_wait: Callable[[], bool]) -> _T | None:
        """Return what `read` makes of the query with which the browser comes back, or raise what it raises.

        The browser shows whether it raised. Returns None once nobody `may_wait` any longer; the port is closed at
        any rate.
        """
        answer: Future[_T] = Future()

        def take(query: str) -> bool:
            try:
                answer.set_result(read(query))
            except Exception as error:  # noqa: BLE001 - raised below, in the thread that waits
                answer.set_exception(error)
                return False
            return True

        self._server.take = take
        try:
            while may_wait() and not self._server.is_answered.is_set():
                self._server.handle_request()
        finally:
            self.close()
        return answer.result() if self._server.is_answered.is_set() else None

    def close(self) -> None:
        """Close the port; a second time does nothing."""
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    """A thread per connection: browsers open some on which they say nothing."""

    daemon_threads = True
    block_on_close = False
    timeout = _LOOK_S
    allow_reuse_address = False
    site = ""
    path = "/"
    texts: AnswerTexts
    take: Callable[[str], bool]

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.claim = threading.Lock()
        self.is_answered = threading.Event()
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Keep other programs of a Windows host from taking the same port."""
        if sys.platform == "win32":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        super().server_bind()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a traceback would hold the code."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _SLOW_BROWSER_S

    def do_GET(self) -> None:
        """Take the first answer; whatever else is asked for isn't here."""
        target = urlsplit(self.path)
        if self.headers.get_all("Host") != [self.server.site]:
            self.send_error(421)
        elif target.path != self.server.path or not _ANSWER_NAMES.intersection(parse_qs(target.query)):
            self.send_error(404)
        elif not self.server.claim.acquire(blocking=False):
            self.send_error(410)
        else:
            try:
                self._show(accepted=self.server.take(target.query))
            finally:
                self.server.is_answered.set()

    def _show(self, *, accepted: bool) -> None:
        texts = self.server.texts
        title, text = (
            (texts.accepted_title, texts.accepted_text) if accepted else (texts.refused_title, texts.refused_text)
        )
        page = _PAGE.format(
            language=html.escape(texts.language), title=html.escape(title), text=html.escape(text), style=_STYLE
        ).encode()
        self.send_response(200)
        for name, value in {**_HEADERS, "Content-Length": str(len(page))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page)

    def version_string(self) -> str:
        """Name the program, and not its Python."""
        return "Facteur"

    def log_message(self, *_: object) -> None:
        """Say nothing: the address of a request holds the code."""
