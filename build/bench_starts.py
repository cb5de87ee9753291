"""S5: start to the first page."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

from backend.bootstrap import open_services
from measuring import Measured, Options, interleaved

ROOT = Path(__file__).resolve().parents[1]


def first_page(options: Options) -> list[Measured]:
    """S5: start of `serve` to the sign-in page served, against the import of Flask and waitress."""
    with tempfile.TemporaryDirectory() as folder:
        with open_services(Path(folder), training=True):
            pass  # the sample shop is made once, at the very first start
        mine, bare = interleaved(lambda: _serve_once(Path(folder)), _import_once, options.runs)
    return [Measured("start to the sign-in page / import flask, waitress", 1.5, mine, bare, options.runs)]


def _import_once() -> None:
    subprocess.run([sys.executable, "-c", "import flask, waitress"], check=True)


def _serve_once(folder: Path) -> None:
    command = [sys.executable, str(ROOT / "app.py"), "--data-dir", str(folder), "--training", "serve", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            if program.stdout is None:
                raise SystemExit("serve has no output")
            url = json.loads(program.stdout.readline())["url"]
            opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
            with opener.open(url, timeout=30) as answer:
                if b"<html" not in answer.read():
                    raise SystemExit("the first page is no page")
        finally:
            program.kill()
