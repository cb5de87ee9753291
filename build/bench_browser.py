"""A browser without a screen for `bench.py`: cookie, header token, and what htmx does with answers."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WRITE_HEADERS = re.compile(r'<body[^>]* hx-headers="([^"]*)"')
_POLL = re.compile(r'hx-get="([^"]+)" hx-trigger="load"')
_POLLS_MAX = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said; `moved_to` is the page that is loaded next, "" for none."""

    status: int
    moved_to: str
    text: str


class Browser:
    """Comes in by a launch address, and keeps one connection, as browsers do."""

    def __init__(self, launch_url: str) -> None:
        address = urlsplit(launch_url)
        self._connection = HTTPConnection(address.hostname or "", address.port, timeout=30)
        self._cookie = ""
        self._write_headers: dict[str, str] = {}
        self.page(f"{address.path}?{address.query}")

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def sign_in(self, user: str, password: str = "") -> str:
        """Sign in and return the home page."""
        answer = self.write("POST", "/sign-in", {"user": user, "password": password})
        page = self.page(answer.moved_to or "/sign-in")
        if 'class="side-user"' not in page:
            raise SystemExit(f"{user} could not sign in")
        return page

    def page(self, path: str) -> str:
        """Load a page, wherever it moves to."""
        answer = self._ask("GET", path, {})
        while answer.status == 303:
            answer = self._ask("GET", answer.moved_to, {})
        if answer.status != 200 or "<html" not in answer.text:
            raise SystemExit(f"{path} is no page: {answer.status}")
        if found := _WRITE_HEADERS.search(answer.text):
            self._write_headers = json.loads(html.unescape(found[1]))
        return answer.text

    def write(self, method: str, path: str, form: Mapping[str, str | Sequence[str]]) -> Answer:
        """Send a form as the pages do."""
        headers = {**self._write_headers, "HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded"}
        return self._ask(method, path, headers, urlencode(form, doseq=True).encode())

    def follow(self, answer: Answer) -> str:
        """Poll as a progress view asks to, until it moves on; return where to."""
        for _ in range(_POLLS_MAX):
            if answer.moved_to:
                return answer.moved_to
            found = _POLL.search(answer.text)
            if answer.status != 200 or not found:
                raise SystemExit(f"no progress and no end: {answer.status}\n{answer.text[:2000]}")
            answer = self._ask("GET", html.unescape(found[1]), {"HX-Request": "true"})
        raise SystemExit("a progress view without an end")

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> Answer:
        cookie = {"Cookie": self._cookie} if self._cookie else {}
        self._connection.request(method, path, body, {**headers, **cookie})
        response = self._connection.getresponse()
        text = response.read().decode()
        if set_cookie := response.getheader("Set-Cookie"):
            self._cookie = set_cookie.partition(";")[0]
        moved_to = response.getheader("HX-Redirect") or response.getheader("Location") or ""
        return Answer(response.status, moved_to, text)
