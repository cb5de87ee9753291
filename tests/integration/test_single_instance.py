"""One window per screen and data folder."""

from __future__ import annotations

import contextlib
import json
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.desktop.single_instance import OneWindow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":1234")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


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
