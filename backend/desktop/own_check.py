"""Try the pages, and the window, as a person would meet them: for the self-test."""

from __future__ import annotations

import threading
import urllib.request
from typing import TYPE_CHECKING

from backend.desktop.server import LocalServer
from backend.desktop.single_instance import OneWindow
from backend.desktop.window_support import why_no_window
from backend.domain.self_check import PartAbsentError, SelfTestError
from backend.ports import Services
from backend.web.desktop_port import NoDesktop

if TYPE_CHECKING:
    from webview import Window

_PATIENCE_S = 90.0
_ANSWER_S = 30.0


def check_pages(services: Services, language: str) -> str:
    """Serve the pages and read the first one; return where they were served. Raises SelfTestError."""
    from backend.web.create_app import create_app

    server = LocalServer()
    try:
        server.start(create_app(services, language=language, launch=server.launch, desktop=NoDesktop()))
        # Without proxies: a shop's may know nothing of 127.0.0.1.
        browser = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor())
        with browser.open(server.launch.new_url(), timeout=_ANSWER_S) as answer:
            page = answer.read().decode()
    finally:
        server.stop()
    if f'lang="{language}"' not in page:
        raise SelfTestError("pages", language)
    return server.launch.origin


def check_window(services: Services, language: str, patience_s: float = _PATIENCE_S) -> str:
    """Open the window, wait until it has shown its first page, and close it; return the title of the page.

    Raises PartAbsentError where there can be no window, SelfTestError where it shows no page.
    """
    from backend.desktop.window import Pages, show_window

    if reason := why_no_window():
        raise PartAbsentError(reason.value)
    place = OneWindow(services.data_dir)
    place.claim()
    pages = Pages(services, language, None)
    look = _Look(pages.server.launch.origin, patience_s)
    try:
        if reason := show_window(pages, place, look.watch):
            raise PartAbsentError(reason.value)
    finally:
        pages.server.stop()
        place.release()
    if not look.seen:
        raise SelfTestError("window", "no page")
    return look.seen


class _Look:
    """Waits beside a window for the page in it, then closes it."""

    def __init__(self, origin: str, patience_s: float) -> None:
        self.seen = ""
        self._origin = origin
        self._patience_s = patience_s
        self._loaded = threading.Event()

    def watch(self, window: Window) -> None:
        """Begin; the window isn't shown yet."""
        window.events.loaded += lambda: self._note(window)
        threading.Thread(target=self._end, args=(window,), name="look", daemon=True).start()

    def _note(self, window: Window) -> None:
        url = window.get_current_url() or ""
        if url.startswith(f"{self._origin}/") and "/enter?" not in url:
            self._loaded.set()

    def _end(self, window: Window) -> None:
        if self._loaded.wait(self._patience_s):
            self.seen = str(window.run_js("document.title") or "")
        window.destroy()
