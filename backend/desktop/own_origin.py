"""Keeps the window on our own pages; other addresses open in the system's browser."""

from __future__ import annotations

import sys
import webbrowser
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from webview import Window

_OUTSIDE_SCHEMES = ("http://", "https://", "mailto:")


def stay_on(origin: str, window: Window) -> None:
    """Refuse every page that is not below `origin`, such as `http://127.0.0.1:4711`.

    Links that ask for a new window (`target="_blank"`) go to the system's browser by pywebview's own means.
    """
    if sys.platform == "linux":
        window.events.before_show += lambda: _refuse_in_qt(origin, window)
    else:
        window.events.loaded += lambda: _return_to(origin, window)


def is_ours(url: str, origin: str) -> bool:
    """Tell whether an address is one of our pages, or the empty page of a window that starts."""
    return url.startswith(f"{origin}/") or url in {origin, "about:blank", ""}


def open_outside(url: str) -> None:
    """Open an address of the web or a mail address in the system's programs; anything else is dropped."""
    if url.startswith(_OUTSIDE_SCHEMES):
        webbrowser.open(url)


def _refuse_in_qt(origin: str, window: Window) -> None:
    native: Any = window.native

    def check(request: Any) -> None:  # noqa: ANN401 - a QWebEngineNavigationRequest
        url = request.url().toString()
        if not is_ours(url, origin):
            request.reject()
            open_outside(url)

    native.webview.page().navigationRequested.connect(check)


def _return_to(origin: str, window: Window) -> None:
    url = window.get_current_url() or ""
    if not is_ours(url, origin):
        window.load_url(f"{origin}/")
        open_outside(url)
