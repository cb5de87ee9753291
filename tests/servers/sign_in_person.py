"""The user in his browser, as a provider sees him: opens the page, decides, and is sent back to this PC."""

import contextlib
import re
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPMessage
from urllib.parse import urlencode, urlsplit


@dataclass
class Person:
    """Opens what he is told to open; `decision` is allow or deny, or "" for one who closes the page."""

    context: ssl.SSLContext
    decision: str = "allow"
    on_the_way_back: Callable[[str], str] = str  # what becomes of the address on its way
    opened: list[str] = field(default_factory=list)
    came_back_to: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    headers: HTTPMessage = field(default_factory=HTTPMessage)
    _done: threading.Event = field(default_factory=threading.Event)

    def open(self, url: str) -> bool:
        """Be the system's browser, which returns at once."""
        self.opened.append(url)

        def browse() -> None:
            with contextlib.suppress(OSError):  # the provider is gone, or nobody waits for him any more
                self._browse(url)
            self._done.set()

        threading.Thread(target=browse, daemon=True).start()
        return True

    def wait(self) -> None:
        """Wait until he has come back."""
        assert self._done.wait(10)

    def visit(self, url: str) -> tuple[int, str]:
        """Open any page."""
        try:
            with self._opener().open(url, timeout=5) as answer:
                self.headers = answer.headers
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def _browse(self, url: str) -> None:
        status, page = self.visit(url)
        assert status == 200, page
        request = re.search(r'name="request" value="(\w+)"', page)
        assert request
        if self.decision:
            target = urlsplit(url)
            form = urlencode({"request": request[1], "decision": self.decision}).encode()
            back = self.on_the_way_back(self._redirection(f"{target.scheme}://{target.netloc}/decide", form))
            self.came_back_to.append(back)
            self.pages.append(self.visit(back)[1])

    def _redirection(self, url: str, form: bytes) -> str:
        try:
            self._opener().open(url, form, timeout=5)
        except urllib.error.HTTPError as redirection:
            return str(redirection.headers["Location"])
        raise AssertionError("the provider did not send the browser back")

    def _opener(self) -> urllib.request.OpenerDirector:
        return urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self.context), _Stay()
        )


class _Stay(urllib.request.HTTPRedirectHandler):
    """Leaves redirections to the person."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None
