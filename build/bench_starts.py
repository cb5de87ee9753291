"""S5: start to the first page, and to the home page."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from backend.bootstrap import open_services
from bench_browser import Browser
from measuring import Measured, Options, alternated, taken_ms

ROOT = Path(__file__).resolve().parents[1]


def first_page(options: Options) -> list[Measured]:
    """S5: start of `serve` to the sign-in page served, then to the home page, against importing Flask and waitress."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_services(folder, training=True):
            pass  # the sample shop is made once, at the very first start
        lines: tuple[tuple[str, float, Callable[[Browser], object]], ...] = (
            ("start to the sign-in page / import flask, waitress", 1.5, lambda _browser: None),
            ("start to the home page / the same", 2.6, lambda browser: browser.sign_in("DUPOND")),
        )
        return [_line(what, target, folder, goes_on, options) for what, target, goes_on in lines]


def _line(what: str, target: float, folder: Path, goes_on: Callable[[Browser], object], options: Options) -> Measured:
    mine, bare = alternated(lambda: _serve_once(folder, goes_on), lambda: taken_ms(_import_once), options.runs)
    return Measured(what, target, mine, bare, options.runs)


def _import_once() -> None:
    subprocess.run([sys.executable, "-c", "import flask, waitress"], check=True)


def _serve_once(folder: Path, goes_on: Callable[[Browser], object]) -> float:
    command = [sys.executable, str(ROOT / "app.py"), "--data-dir", str(folder), "--training", "serve", "--json"]
    program: subprocess.Popen[str] | None = None

    def start() -> None:
        nonlocal program
        program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        if program.stdout is None:
            raise SystemExit("serve has no output")
        # A browser follows to the sign-in page by itself.
        with closing(Browser(json.loads(program.stdout.readline())["url"])) as browser:
            goes_on(browser)

    try:
        return taken_ms(start)
    finally:
        if program is not None:
            program.kill()
            program.communicate()
