"""The real window (pywebview) on a virtual screen, and the browser where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.integration.programs_on_path import note_calls
from tests.servers.screen import Screen, virtual_screen

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    with virtual_screen(tmp_path) as running:
        yield running


@pytest.mark.window
def test_the_window_shows_the_first_page_and_a_second_start_brings_it_to_the_front(
    tmp_path: Path, screen: Screen
) -> None:
    command = [sys.executable, "app.py", "--data-dir", str(tmp_path / "shop"), "--training"]
    environment = {**os.environ, **screen.environment}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as program:
        try:
            _until(lambda: _shows_a_page(screen), timeout_s=90)
            screen.picture().save(tmp_path / "window.png")
            assert not [line for line in _command_lines() if "enter?t=" in line]
            with _covered(screen):
                second = subprocess.run(command, cwd=ROOT, env=environment, timeout=60, check=True, capture_output=True)
                assert second.stdout == b""
                _until(lambda: _shows_a_page(screen))
        finally:
            program.terminate()
            assert program.wait(20) == 0
    assert list((tmp_path / "shop").rglob("address.json")) == []


def test_without_a_screen_the_browser_opens_and_a_second_start_opens_it_again(tmp_path: Path) -> None:
    opened = note_calls(tmp_path / "bin", "a-browser")
    environment = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    environment["BROWSER"] = str(tmp_path / "bin" / "a-browser")
    command = [sys.executable, "app.py", "--data-dir", str(tmp_path / "shop")]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as program:
        try:
            _until(lambda: opened.exists() and "open.html" in opened.read_text("utf-8"))
            subprocess.run(command, cwd=ROOT, env=environment, timeout=60, check=True)
            _until(lambda: len(opened.read_text("utf-8").splitlines()) == 2)
        finally:
            program.terminate()
            assert program.wait(20) == 0
        assert program.stderr is not None
        assert "Facteur" in program.stderr.read()
    assert list((tmp_path / "shop").rglob("open.html")) == []


_STRAYING = """
import sys, time, webview
from backend.desktop.own_origin import stay_on
ours, other = sys.argv[1:]
window = webview.create_window("", ours + "/")
stay_on(ours, window)
def stray():
    window.events.loaded.wait(30)
    window.load_url(other + "/stolen")
    time.sleep(1.5)
    print(window.get_current_url(), flush=True)
    window.destroy()
webview.start(stray, gui="qt", private_mode=True)
"""


@pytest.mark.window
def test_the_window_stays_on_our_own_pages(tmp_path: Path, screen: Screen) -> None:
    arguments = note_calls(tmp_path / "bin", "a-browser")
    asked: list[str] = []
    with _pages(asked) as ours, _pages(asked) as other:
        environment = {**os.environ, **screen.environment, "BROWSER": str(tmp_path / "bin" / "a-browser")}
        straying = [sys.executable, "-c", _STRAYING, ours, other]
        done = subprocess.run(
            straying, cwd=ROOT, env=environment, timeout=90, check=True, stdout=subprocess.PIPE, text=True
        )
    assert done.stdout.strip() == f"{ours}/"
    assert "/stolen" not in asked
    assert arguments.read_text("utf-8").strip() == f"{other}/stolen"


def _until(holds: Callable[[], bool], timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def _shows_a_page(screen: Screen) -> bool:
    """Tell whether the window's ground and the yellow of the training mode are on the screen."""
    colours = screen.picture().colours
    return colours[bytes.fromhex("f3efe7")] > 10_000 and len(colours) > 50


_COVER = """
from qtpy.QtWidgets import QApplication, QWidget
app = QApplication([]); cover = QWidget(); cover.setStyleSheet("background: #ff0000")
cover.setGeometry(0, 0, 1366, 768); cover.show(); app.exec()
"""


class _covered:  # noqa: N801 - reads as a context
    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def __enter__(self) -> None:
        environment = {**os.environ, **self._screen.environment}
        self._cover = subprocess.Popen([sys.executable, "-c", _COVER], env=environment, stderr=subprocess.DEVNULL)
        _until(lambda: self._screen.picture().colours[b"\xff\x00\x00"] > 200_000, timeout_s=60)

    def __exit__(self, *_: object) -> None:
        self._cover.kill()
        self._cover.wait()


class _pages:  # noqa: N801 - reads as a context
    """A server that answers everything and notes what it was asked."""

    def __init__(self, asked: list[str]) -> None:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"<h1>page</h1>")

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Answer)

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _command_lines() -> list[str]:
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().decode("utf-8", "replace"))
        except OSError:
            continue  # ended meanwhile
    return lines
