"""The real browser and its faults: mended where that is possible, named where it is not, and never left behind."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.adapters.pdf.browser import BrowserEngine, group_memory_bytes
from backend.adapters.pdf.page_picture import path_bounds_pt
from backend.adapters.pdf.page_policy import CONTENT_POLICY
from backend.adapters.pdf.wkhtmltopdf_worker import Limits
from backend.domain.pdf_settings import PageFormat, PdfEngineMissingError, PdfFailure
from tests.browser_program import a_browser

pytestmark = pytest.mark.chromium

ROOT = Path(__file__).parents[2]
HTML = (
    f'<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="{CONTENT_POLICY}">'
    '<meta charset="utf-8"><title>x</title><style>html, body, p, div { margin: 0 } body { width: 50mm }'
    "div { background: #000; width: 40mm; height: 30mm }</style></head>"
    "<body><p>Ticket n° 4</p><div></div></body></html>"
)
SMALL = PageFormat(80)
SHORT = Limits(timeout_s=6, memory_bytes=10**10)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[BrowserEngine]:
    engine = BrowserEngine(tmp_path / "cache", program=a_browser(tmp_path))
    yield engine
    engine.close()


def faulty(folder: Path, script: str, timeout_s: float = 2) -> BrowserEngine:
    program = folder / "chromium"
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    return BrowserEngine(folder / "cache", program=program, limits=Limits(timeout_s=timeout_s))


def group_is_alive(group: int) -> bool:
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text("ascii", "replace").rpartition(") ")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            return True
    return False


def wait_until_dead(group: int) -> None:
    deadline = time.monotonic() + 20
    while group_is_alive(group):
        assert time.monotonic() < deadline, f"group {group} still runs"
        time.sleep(0.05)


def test_one_browser_serves_all_and_goes_with_its_folder(engine: BrowserEngine, tmp_path: Path) -> None:
    assert engine.describe().name == "Chromium"
    before = engine.worker_pid
    assert before is None
    engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    pid = engine.worker_pid
    engine.make_pdf(HTML, PageFormat(58), tmp_path / "x.pdf")
    assert pid
    assert engine.worker_pid == pid
    [folder] = (tmp_path / "cache").glob("work-*")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "profile").stat().st_mode) == 0o700
    command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    assert not [word for word in command if word.startswith(b"--remote-debugging-port")]
    engine.close()
    assert not group_is_alive(pid)
    assert list((tmp_path / "cache").glob("work-*")) == []


@pytest.mark.parametrize("width_mm", [58, 80, 210])
def test_a_millimetre_is_a_millimetre(width_mm: int, engine: BrowserEngine, tmp_path: Path) -> None:
    engine.make_pdf(HTML, PageFormat(width_mm), tmp_path / "x.pdf")
    left, bottom, right, top = min(path_bounds_pt(tmp_path / "x.pdf"), key=lambda bar: abs(bar[2] - bar[0] - 113.4))
    assert (right - left) * 25.4 / 72 == pytest.approx(40, abs=0.15)
    assert (top - bottom) * 25.4 / 72 == pytest.approx(30, abs=0.25)


def test_a_killed_browser_is_started_again_and_nobody_notices(engine: BrowserEngine, tmp_path: Path) -> None:
    engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    killed = engine.worker_pid
    assert killed
    os.killpg(killed, signal.SIGKILL)
    assert engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf") == 1
    assert engine.worker_pid not in {killed, None}


def test_a_browser_that_stands_still_is_killed_and_started_again(tmp_path: Path) -> None:
    engine = BrowserEngine(tmp_path / "cache", program=a_browser(tmp_path), limits=SHORT)
    engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    stopped = engine.worker_pid
    assert stopped
    os.kill(stopped, signal.SIGSTOP)
    assert engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf") == 1
    assert engine.worker_pid != stopped
    wait_until_dead(stopped)
    engine.close()


def test_a_browser_retires_after_its_share_of_pages_or_grown_too_large(tmp_path: Path) -> None:
    for limits in (Limits(conversions=2), Limits(memory_bytes=1)):
        engine = BrowserEngine(tmp_path / "cache", program=a_browser(tmp_path), limits=limits)
        engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
        first = engine.worker_pid
        engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
        assert engine.worker_pid is None
        if first:
            wait_until_dead(first)
        engine.close()
    assert group_memory_bytes(os.getpgrp()) > 1_000_000


@pytest.mark.parametrize("ends", ["os.kill(os.getpid(), 9)", "pass"], ids=["killed", "by itself"])
def test_no_browser_is_left_when_the_program_ends(ends: str, tmp_path: Path) -> None:
    code = (
        "import os, sys, pathlib; from backend.adapters.pdf.browser import BrowserEngine\n"
        "from backend.domain.pdf_settings import PageFormat\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "engine = BrowserEngine(folder / 'cache', program=pathlib.Path(sys.argv[3]))\n"
        "engine.make_pdf(sys.argv[2], PageFormat(80), folder / 'x.pdf')\n"
        f"print(engine.worker_pid, flush=True); {ends}"
    )
    command = [sys.executable, "-c", code, str(tmp_path), HTML, str(a_browser(tmp_path))]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    wait_until_dead(int(ended.stdout))


@pytest.mark.parametrize("kind", ["missing", "not executable", "no program", "ends at once"])
def test_a_browser_that_does_not_start_is_missing(kind: str, tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    if kind in {"not executable", "no program"}:
        program.write_bytes(b"\x7fnothing")
        program.chmod(0o755 if kind == "no program" else 0o644)
    engine = BrowserEngine(tmp_path / "cache", program=program)
    if kind == "ends at once":
        engine = faulty(tmp_path, "echo 'no display for this one' >&2; exit 1")
    with pytest.raises(PdfEngineMissingError) as caught:
        engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    assert caught.value.engine == "Chromium"
    if kind == "ends at once":
        assert "no display for this one" in caught.value.detail
    assert list((tmp_path / "cache").glob("work-*")) == []


def test_a_browser_that_never_answers_is_named_and_ended(tmp_path: Path) -> None:
    engine = faulty(tmp_path, "exec sleep 60", timeout_s=1)
    with pytest.raises(PdfFailure) as caught:
        engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    assert (caught.value.reason, caught.value.engine) == ("hung", "Chromium")
    assert not (tmp_path / "x.pdf").exists()
    assert engine.worker_pid is None


@pytest.mark.parametrize("data", ["JVBERi0xLjQgaGFsZg==", ""], ids=["half a file", "no file"])
def test_half_a_pdf_is_no_pdf(data: str, tmp_path: Path) -> None:
    """A stand-in that speaks the protocol but prints nothing whole."""
    code = tmp_path / "stand_in.py"
    code.write_text(
        "import json, os\n"
        "result = {'targetId': 't', 'sessionId': 's', 'executionContextId': 1, 'frameTree': {'frame': {'id': 'f'}},"
        f" 'result': {{'value': 100}}, 'data': '{data}'}}\n"
        "pending = b''\n"
        "while chunk := os.read(3, 1 << 20):\n"
        "    *orders, pending = (pending + chunk).split(b'\\0')\n"
        "    for order in orders:\n"
        "        answer = {'id': json.loads(order)['id'], 'result': result}\n"
        "        os.write(4, json.dumps(answer).encode() + b'\\0')\n",
        "utf-8",
    )
    engine = faulty(tmp_path, f'exec "{sys.executable}" "{code}"', timeout_s=20)
    with pytest.raises(PdfFailure) as caught:
        engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    assert caught.value.reason == "incomplete"
    assert not (tmp_path / "x.pdf").exists()
    engine.close()


def test_a_folder_nobody_may_write_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    engine = BrowserEngine(tmp_path / "file", program=a_browser(tmp_path))
    with pytest.raises(PdfFailure) as caught:
        engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    assert caught.value.reason == "unwritable"


@pytest.mark.needs_root
def test_root_is_refused_by_the_browser_and_never_goes_without_a_sandbox(tmp_path: Path) -> None:
    engine = BrowserEngine(tmp_path / "cache")
    with pytest.raises(PdfEngineMissingError) as caught:
        engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    assert "no-sandbox" in caught.value.detail
