"""S6: start to the window usable, on a screen of its own (Xvfb)."""

from __future__ import annotations

import mmap
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from backend.bootstrap import open_services
from measuring import Measured, Options, alternated, taken_ms
from tests.servers.screen import SIZE, Screen, virtual_screen

ROOT = Path(__file__).resolve().parents[1]
WHAT = "start to the window's page shown / bare pywebview, one page"
TARGET = 1.4
_BARE = """
import flask, webview
app = flask.Flask("bare")
words = "<p>Ticket C1-4 du 24 novembre, 130,40 &euro;, envoy&eacute; &agrave; compta@atelier-duval.example</p>"
app.get("/")(lambda: "<!doctype html><title>bare</title><body style='background:#f3efe7'><h1>BRICO</h1>" + words * 20)
webview.create_window("bare", app, width=1280, height=800, background_color="#f3efe7")
webview.start(gui="qt", private_mode=True)
"""
_PAGE_COLOURS = 12  # smoothed letters have many; screen and empty window have two or three
_PATIENCE_S = 90.0


def usable_window(options: Options) -> list[Measured]:
    """S6: `app.py --training` until its page is drawn, against a bare window with one Flask page."""
    if missing := _missing():
        return [Measured(WHAT, TARGET, 0, 0, 0, f"skipped: {missing} is missing here", ratio=0, is_skipped=True)]
    with tempfile.TemporaryDirectory() as name, virtual_screen(Path(name)) as screen:
        folder = Path(name) / "shop"
        with open_services(folder, training=True):
            pass  # the sample shop is made once, at the very first start
        ours = [sys.executable, str(ROOT / "app.py"), "--data-dir", str(folder), "--training"]
        bare = [sys.executable, "-c", _BARE]
        runs = min(options.runs, 15)
        mine, reference = alternated(lambda: _shown_ms(ours, screen), lambda: _shown_ms(bare, screen), runs)
    return [Measured(WHAT, TARGET, mine, reference, runs)]


def _missing() -> str:
    for program in ("Xvfb", "setpriv"):
        if not shutil.which(program):
            return program
    for library in ("webview", "PySide6"):
        if find_spec(library) is None:
            return library
    return ""


def _shown_ms(command: list[str], screen: Screen) -> float:
    program: subprocess.Popen[bytes] | None = None
    _until(lambda: _colours(screen) < _PAGE_COLOURS)

    def start() -> None:
        nonlocal program
        program = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **screen.environment}, stderr=subprocess.DEVNULL
        )
        _until(lambda: _colours(screen) >= _PAGE_COLOURS)

    try:
        return taken_ms(start)
    finally:
        if program is not None:
            program.terminate()
            program.wait(30)


def _colours(screen: Screen) -> int:
    """Count the colours on every fourth row; quick, so that looking slows nothing down."""
    row_bytes = SIZE[0] * 4
    with screen.framebuffer.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as picture:
        start = len(picture) - row_bytes * SIZE[1]
        rows = memoryview(picture)[start:].cast("I")
        try:
            return len({pixel for y in range(0, SIZE[1], 16) for pixel in rows[y * SIZE[0] : (y + 1) * SIZE[0]]})
        finally:
            rows.release()


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit("no page on the screen")
        time.sleep(0.02)
