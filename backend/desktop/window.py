"""Facteur's own window (pywebview) over its local server; the system's browser where there can be none.

There is no bridge between page and Python: everything goes over HTTP, as in a browser.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from backend.desktop.browser import LaunchPage
from backend.desktop.end_signal import end_signal
from backend.desktop.native import NativeDesktop
from backend.desktop.own_origin import stay_on
from backend.desktop.server import LocalServer
from backend.desktop.single_instance import OneWindow
from backend.desktop.window_support import why_no_window
from backend.ports import Services
from backend.web.desktop_port import NoWindow

if TYPE_CHECKING:
    from webview import Window

TITLE = "Facteur"
_SIZE = (1280, 800)
_MIN_SIZE = (1024, 600)
_GROUND = "#f3efe7"  # --color-ground, so that nothing flashes before the first page


def open_window(
    services: Services,
    *,
    language: str = "fr",
    announce: Callable[[str], None],
    open_training: Callable[[], Services] | None = None,
) -> None:
    """Show Facteur until its window is closed; where one is open already, bring that to the front and return.

    `announce` gets the sentence that says why the system's browser is used, where it has to be; `open_training` as in
    `create_app`.
    """
    place = OneWindow(services.data_dir)
    if not place.claim():
        if not place.ask_first():
            from backend.web.start_messages import explain_silent_window

            announce(explain_silent_window(language))
        return
    pages = Pages(services, language, open_training)
    try:
        reason = why_no_window() or show_window(pages, place)
        if reason is not None:
            from backend.web.start_messages import explain_no_window

            announce(explain_no_window(reason, language))
            _use_browser(pages, place, announce)
    finally:
        pages.server.stop()
        place.release()


class Pages:
    """The server, and its pages in the making: a thread makes them while the toolkit of the window starts."""

    def __init__(self, services: Services, language: str, open_training: Callable[[], Services] | None) -> None:
        self.server = LocalServer()
        self.desktop = NativeDesktop()
        self._services = services
        self._language = language
        self._open_training = open_training
        self._failure: BaseException | None = None
        self._thread: threading.Thread | None = None

    def make(self, if_it_fails: Callable[[], None] = lambda: None) -> None:
        """Begin, unless that was done; `if_it_fails` is called from the thread."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._make, args=(if_it_fails,), name="start", daemon=True)
            self._thread.start()

    def made(self) -> None:
        """Wait for the pages; raises what stopped them from being made."""
        if self._thread is not None:
            self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _make(self, if_it_fails: Callable[[], None]) -> None:
        from backend.web.create_app import create_app

        try:
            self.server.start(
                create_app(
                    self._services,
                    language=self._language,
                    launch=self.server.launch,
                    desktop=self.desktop,
                    open_training=self._open_training,
                    late_screens=True,
                )
            )
        except BaseException as failure:  # noqa: BLE001 - it is raised again by `made`
            self._failure = failure
            if_it_fails()


def show_window(
    pages: Pages, place: OneWindow, watch: Callable[[Window], None] = lambda _window: None
) -> NoWindow | None:
    """Show the window until it is closed; return why there is none when the toolkit fails.

    `watch` gets the window before it is shown.
    """
    import webview

    webview.settings["ALLOW_FILE_URLS"] = False
    webview.settings["ALLOW_DOWNLOADS"] = True  # an archive is saved where the person says
    window = webview.create_window(
        TITLE,
        pages.server.launch.new_url(),
        width=_SIZE[0],
        height=_SIZE[1],
        min_size=_MIN_SIZE,
        background_color=_GROUND,
        text_select=True,
        zoomable=True,
    )
    if window is None:
        return NoWindow.FAILED
    pages.desktop.window = window
    pages.make(if_it_fails=window.destroy)
    stay_on(pages.server.launch.origin, window)
    place.listen(_front_of(window))
    watch(window)
    with end_signal() as told_to_end:
        told_to_end.call(window.destroy)
        try:
            webview.start(
                gui="qt" if sys.platform == "linux" else None,
                private_mode=True,
                storage_path=str(place.folder / "webview") if sys.platform == "win32" else None,
            )
        except webview.WebViewException:
            pages.desktop.window = None
            return None if told_to_end.came else NoWindow.FAILED
    pages.made()
    return None


def _use_browser(pages: Pages, place: OneWindow, announce: Callable[[str], None]) -> None:
    pages.make()
    pages.made()
    launch_page = LaunchPage(place.folder)
    launch = pages.server.launch
    with end_signal() as told_to_end:
        try:
            place.listen(lambda: _open_or_show(launch_page, launch.new_url(), announce))
            _open_or_show(launch_page, launch.new_url(), announce)
            told_to_end.wait()
        finally:
            launch_page.remove()


def _open_or_show(launch_page: LaunchPage, url: str, announce: Callable[[str], None]) -> None:
    if not launch_page.open_browser(url):
        announce(url)


def _front_of(window: Window) -> Callable[[], None]:
    """Return what brings the window to the front, from any thread."""
    if sys.platform == "linux":
        return lambda: _qt_front(window.native)
    else:  # noqa: RET505 - mypy reads this form as two systems, not as code that is never reached
        minimized = threading.Event()
        window.events.minimized += minimized.set
        window.events.restored += minimized.clear
        window.events.maximized += minimized.clear
        return lambda: _show_again(window, minimized)


def _show_again(window: Window, minimized: threading.Event) -> None:
    if minimized.is_set():  # restore() would undo a maximized window
        window.restore()
    window.show()


def _qt_front(native: Any) -> None:  # noqa: ANN401 - pywebview's QMainWindow, None before it is shown
    from qtpy.QtCore import Qt, QTimer

    def bring() -> None:
        native.setWindowState((native.windowState() & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive)
        native.show()
        native.raise_()
        native.activateWindow()

    if native is not None:
        QTimer.singleShot(0, native, bring)
