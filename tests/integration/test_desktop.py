"""The PC around the pages: one window per screen, its programs, its browser; and once the real window."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from backend.desktop.browser import LaunchPage
from backend.desktop.end_signal import end_signal
from backend.desktop.native import NativeDesktop
from backend.desktop.own_origin import is_ours
from backend.desktop.single_instance import OneWindow
from backend.desktop.window_support import has_webview2, why_no_window
from backend.web.services import NoProgramError
from backend.web.start_messages import NoWindow, explain_no_window, explain_silent_window
from tests.servers.screen import Screen, virtual_screen

ROOT = Path(__file__).resolve().parents[2]
URL = "http://127.0.0.1:4711/enter?t=SECRET-OF-THE-START"


@pytest.fixture(autouse=True)
def _display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":1234")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    with virtual_screen(tmp_path) as running:
        yield running


# One window


@pytest.fixture
def first(tmp_path: Path) -> Iterator[OneWindow]:
    place = OneWindow(tmp_path)
    assert place.claim()
    yield place
    place.release()


def test_a_second_start_brings_the_first_window_to_the_front(tmp_path: Path, first: OneWindow) -> None:
    raised = threading.Event()
    first.listen(raised.set)
    second = OneWindow(tmp_path)
    assert not second.claim()
    assert second.ask_first()
    assert raised.is_set()


def test_a_second_start_waits_for_a_first_one_that_is_not_listening_yet(tmp_path: Path, first: OneWindow) -> None:
    raised = threading.Event()
    threading.Timer(0.5, first.listen, [raised.set]).start()
    assert OneWindow(tmp_path).ask_first()
    assert raised.is_set()


def test_another_screen_and_another_shop_have_windows_of_their_own(
    tmp_path: Path, first: OneWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    places = [OneWindow(tmp_path / "other")]
    monkeypatch.setenv("DISPLAY", ":1235")
    places.append(OneWindow(tmp_path))
    assert all(place.claim() for place in places)
    for place in places:
        place.release()


def test_the_place_is_free_once_the_first_has_gone(tmp_path: Path, first: OneWindow) -> None:
    first.listen(lambda: None)
    first.release()
    again = OneWindow(tmp_path)
    assert again.claim()
    again.release()


def test_a_killed_program_leaves_no_lock_behind(tmp_path: Path) -> None:
    hold = "import sys, time; from pathlib import Path; from backend.desktop.single_instance import OneWindow\n"
    hold += "p = OneWindow(Path(sys.argv[1])); p.claim(); p.listen(print); print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", hold, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert not OneWindow(tmp_path).claim()
        holder.kill()
    place = OneWindow(tmp_path)
    assert place.claim()
    place.release()


def test_who_does_not_know_the_secret_raises_nothing(tmp_path: Path, first: OneWindow) -> None:
    raised = threading.Event()
    first.listen(raised.set)
    address = json.loads(next(tmp_path.rglob("address.json")).read_text("ascii"))
    for guess in (b"", b"x" * 32, b"GET / HTTP/1.1\r\n\r\n" * 3):
        with socket.create_connection(("127.0.0.1", address["port"]), timeout=5) as stranger:
            assert len(stranger.recv(64)) == 32
            stranger.sendall(guess)
            with contextlib.suppress(OSError):  # what was not read resets the connection
                stranger.shutdown(socket.SHUT_WR)
                assert stranger.recv(64) == b""
    assert not raised.is_set()


def test_a_caller_that_says_nothing_does_not_keep_the_others_out(tmp_path: Path, first: OneWindow) -> None:
    first.listen(lambda: None)
    address = json.loads(next(tmp_path.rglob("address.json")).read_text("ascii"))
    with socket.create_connection(("127.0.0.1", address["port"])):
        assert OneWindow(tmp_path).ask_first()


def test_the_secret_is_for_this_user_alone(tmp_path: Path, first: OneWindow) -> None:
    first.listen(lambda: None)
    address = next(tmp_path.rglob("address.json"))
    assert stat.S_IMODE(address.stat().st_mode) == 0o600
    assert stat.S_IMODE(address.parent.stat().st_mode) == 0o700


# The system's browser, files and folders


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Put a shell script on an otherwise empty PATH; return the file into which it writes its arguments."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name: str, then: str) -> Path:
        script, arguments = folder / name, tmp_path / f"{name}.arguments"
        script.write_text(f'#!/bin/sh\necho "$@" >> "{arguments}"\n{then}\n', "utf-8")
        script.chmod(0o755)
        return arguments

    return put


@pytest.mark.skipif(sys.platform == "win32", reason="there other users can't read a command line")
def test_the_launch_address_is_in_no_command_line(
    tmp_path: Path, on_path: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = on_path("a-browser", "exit 0")
    monkeypatch.setenv("BROWSER", "a-browser")
    monkeypatch.setattr("webbrowser._tryorder", None)  # it looks for browsers once in the life of a program
    page = LaunchPage(tmp_path)
    assert page.open_browser(URL)
    _until(arguments.exists)
    assert "SECRET" not in arguments.read_text("utf-8")
    opened = tmp_path / "open.html"
    assert opened.as_uri() in arguments.read_text("utf-8")
    assert stat.S_IMODE(opened.stat().st_mode) == 0o600
    assert f'content="0; url={URL}"' in opened.read_text("utf-8")
    page.remove()
    assert not opened.exists()


def test_a_pdf_is_opened_by_the_program_of_the_pc(tmp_path: Path, on_path: Callable[[str, str], Path]) -> None:
    arguments = on_path("xdg-open", "exit 0")
    ticket = tmp_path / "C1-4-BRICO été.pdf"
    ticket.touch()
    NativeDesktop().open_file(ticket)
    NativeDesktop().open_folder(tmp_path)
    assert arguments.read_text("utf-8").splitlines() == [str(ticket), str(tmp_path)]


@pytest.mark.parametrize("code", [2, 3, 4])
def test_a_pc_without_a_viewer_says_so(tmp_path: Path, on_path: Callable[[str, str], Path], code: int) -> None:
    on_path("xdg-open", f"exit {code}")
    (tmp_path / "a.pdf").touch()
    with pytest.raises(NoProgramError):
        NativeDesktop().open_file(tmp_path / "a.pdf")


def test_a_pc_without_an_opener_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "a.pdf").touch()
    with pytest.raises(NoProgramError):
        NativeDesktop().open_file(tmp_path / "a.pdf")


@pytest.mark.parametrize("name", ["a.exe", "a.pdf.desktop", "a.sh", "a", "a.html"])
def test_what_could_run_is_not_opened(tmp_path: Path, on_path: Callable[[str, str], Path], name: str) -> None:
    arguments = on_path("xdg-open", "exit 0")
    (tmp_path / name).touch()
    with pytest.raises(NoProgramError):
        NativeDesktop().open_file(tmp_path / name)
    assert not arguments.exists()


def test_without_a_window_there_are_no_dialogs(tmp_path: Path) -> None:
    desktop = NativeDesktop()
    assert not desktop.has_dialogs
    assert desktop.choose_files() == []
    assert desktop.choose_folder(tmp_path) is None


# Whether there can be a window


@pytest.mark.parametrize(
    ("versions", "is_there"), [([], False), ([""], False), (["0.0.0.0"], False), (["", "131.0.2903.70"], True)]
)
def test_a_webview2_runtime_has_a_version(versions: list[str], is_there: bool) -> None:
    assert has_webview2(iter(versions)) is is_there


@pytest.mark.skipif(sys.platform != "linux", reason="only Qt ends the program where there is no screen")
def test_without_a_screen_there_is_no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert why_no_window() is NoWindow.NO_SCREEN


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_reason_is_said_before_there_is_a_page(language: str) -> None:
    sentences = {explain_no_window(reason, language) for reason in NoWindow} | {explain_silent_window(language)}
    assert len(sentences) == len(NoWindow) + 1


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("http://127.0.0.1:4711/", True),
        ("http://127.0.0.1:4711/tickets?page=2", True),
        ("about:blank", True),
        ("http://127.0.0.1:47110/", False),
        ("http://127.0.0.1:4711.evil.example/", False),
        ("http://127.0.0.1:4711@evil.example/", False),
        ("https://127.0.0.1:4711/", False),
        ("file:///etc/passwd", False),
        ("data:text/html,x", False),
    ],
)
def test_only_our_own_pages_are_ours(url: str, ours: bool) -> None:
    assert is_ours(url, "http://127.0.0.1:4711") is ours


def test_a_signal_to_end_reaches_a_thread_while_the_main_thread_works() -> None:
    came = threading.Event()
    with end_signal() as told_to_end:
        told_to_end.call(came.set)
        for _ in range(50):
            os.kill(os.getpid(), signal.SIGTERM)
        assert came.wait(5)
    assert told_to_end.came


# The real window


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
def test_the_window_stays_on_our_own_pages(
    tmp_path: Path, screen: Screen, on_path: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = on_path("a-browser", "exit 0")
    asked: list[str] = []
    with _pages(asked) as ours, _pages(asked) as other:
        environment = {**os.environ, **screen.environment, "BROWSER": "a-browser"}
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
