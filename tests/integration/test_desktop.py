"""The PC around the pages: its browser, its programs, its screen, its signals."""

from __future__ import annotations

import os
import signal
import stat
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from backend.desktop.browser import LaunchPage
from backend.desktop.end_signal import end_signal
from backend.desktop.native import NativeDesktop
from backend.desktop.own_origin import is_ours
from backend.desktop.window_support import has_webview2, why_no_window
from backend.web.desktop_port import NoProgramError, NoWindow
from backend.web.start_messages import explain_no_window, explain_silent_window
from tests.integration.programs_on_path import note_calls

URL = "http://127.0.0.1:4711/enter?t=SECRET-OF-THE-START"


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Give what puts a program on an otherwise empty PATH (programs_on_path.py)."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return partial(note_calls, tmp_path / "bin")


@pytest.mark.skipif(sys.platform == "win32", reason="there other users can't read a command line")
def test_the_launch_address_is_in_no_command_line(
    tmp_path: Path, on_path: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = on_path("a-browser", "exit 0")
    monkeypatch.setenv("BROWSER", "a-browser")
    monkeypatch.setattr("webbrowser._tryorder", None)  # it looks for browsers once in the life of a program
    page = LaunchPage(tmp_path)
    assert page.open_browser(URL)
    deadline = time.monotonic() + 20
    while not arguments.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
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
    assert desktop.choose_target("C1-4-BRICO.pdf") is None


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
