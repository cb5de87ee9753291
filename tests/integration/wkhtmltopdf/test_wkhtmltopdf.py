"""The real wkhtmltopdf and stand-ins for its faults: it is mended where that is possible, and named where it is not."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backend.adapters.pdf.page_picture import path_bounds_pt
from backend.adapters.pdf.wkhtmltopdf import WkhtmltopdfEngine
from backend.adapters.pdf.wkhtmltopdf_worker import Limits, command_line, memory_bytes
from backend.domain.pdf_settings import PageFormat, PdfFailure
from tests.integration.wkhtmltopdf.stand_in import HTML, SMALL, StandIn

pytestmark = pytest.mark.wkhtmltopdf

ROOT = Path(__file__).parents[3]


def test_the_engine_says_what_it_is(engine: WkhtmltopdfEngine) -> None:
    described = engine.describe()
    assert described.id == "wkhtmltopdf"
    assert Path(described.program).name == "wkhtmltopdf"
    assert described.version.startswith("0.12")


def test_nothing_runs_before_the_first_pdf_and_one_process_serves_all(
    engine: WkhtmltopdfEngine, tmp_path: Path
) -> None:
    before = engine.worker_pid
    assert before is None
    assert not (tmp_path / "cache").exists()
    engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    pid = engine.worker_pid
    engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    assert pid
    assert engine.worker_pid == pid
    engine.close()
    assert not alive(pid)


def test_a_killed_process_is_started_again_and_nobody_notices(engine: WkhtmltopdfEngine, tmp_path: Path) -> None:
    engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    for _ in range(3):
        killed = engine.worker_pid
        assert killed
        os.kill(killed, signal.SIGKILL)
        assert engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf") == 1
        assert engine.worker_pid not in {killed, None}


def test_a_process_retires_after_its_share_of_pages(tmp_path: Path) -> None:
    engine = WkhtmltopdfEngine(tmp_path / "cache", limits=Limits(conversions=4))
    pids = []
    for _ in range(9):
        engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
        pids.append(engine.worker_pid)
    engine.close()
    assert len(set(pids)) == 3  # two conversions went to the ruler


def test_a_process_that_grew_too_large_retires(tmp_path: Path) -> None:
    engine = WkhtmltopdfEngine(tmp_path / "cache", limits=Limits(memory_bytes=1))
    engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    first = engine.worker_pid
    engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    assert engine.worker_pid != first
    engine.close()


def test_memory_is_read_where_the_system_tells_it() -> None:
    assert memory_bytes(os.getpid()) > 1_000_000
    assert memory_bytes(2**22 + 1) == 0


def test_the_process_ends_when_the_program_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, sys, pathlib; from backend.adapters.pdf.wkhtmltopdf import WkhtmltopdfEngine\n"
        "from backend.domain.pdf_settings import PageFormat\n"
        "folder = pathlib.Path(sys.argv[1]); engine = WkhtmltopdfEngine(folder / 'cache')\n"
        "engine.make_pdf(sys.argv[2], PageFormat(80), folder / 'x.pdf')\n"
        "print(engine.worker_pid, flush=True); os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run([sys.executable, "-c", code, tmp_path, HTML], cwd=ROOT, capture_output=True, check=False)
    assert ended.returncode == -9
    wait_until_dead(int(ended.stdout))


def test_the_process_ends_with_an_ordinary_end_and_takes_its_folder_along(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from backend.adapters.pdf.wkhtmltopdf import WkhtmltopdfEngine\n"
        "from backend.domain.pdf_settings import PageFormat\n"
        "folder = pathlib.Path(sys.argv[1]); engine = WkhtmltopdfEngine(folder / 'cache')\n"
        "engine.make_pdf(sys.argv[2], PageFormat(80), folder / 'x.pdf'); print(engine.worker_pid)"
    )
    ended = subprocess.run([sys.executable, "-c", code, tmp_path, HTML], cwd=ROOT, capture_output=True, check=True)
    wait_until_dead(int(ended.stdout))
    assert list((tmp_path / "cache").glob("work-*")) == []


def test_pages_lie_in_a_private_folder_and_no_longer_than_needed(engine: WkhtmltopdfEngine, tmp_path: Path) -> None:
    engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    [folder] = (tmp_path / "cache").glob("work-*")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [file.name for file in folder.iterdir() if file.suffix in {".html", ".pdf"}] == []


def test_a_folder_that_was_tidied_away_is_made_again(engine: WkhtmltopdfEngine, tmp_path: Path) -> None:
    engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    [folder] = (tmp_path / "cache").glob("work-*")
    shutil.rmtree(folder)
    assert engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf") == 1


def test_what_a_crash_left_is_removed_after_a_day(tmp_path: Path) -> None:
    old, young = tmp_path / "cache" / "work-old", tmp_path / "cache" / "work-young"
    for folder in (old, young):
        folder.mkdir(parents=True)
        (folder / "page.html").touch()
    two_days_ago = time.time() - 2 * 86400
    os.utime(old, (two_days_ago, two_days_ago))
    engine = WkhtmltopdfEngine(tmp_path / "cache")
    engine.describe()
    engine.close()
    assert not old.exists()
    assert young.exists()


@pytest.mark.parametrize("width_mm", [58, 80, 210])
def test_a_millimetre_is_a_millimetre(width_mm: int, engine: WkhtmltopdfEngine, tmp_path: Path) -> None:
    engine.make_pdf(HTML, PageFormat(width_mm), tmp_path / "x.pdf")
    left, bottom, right, top = min(path_bounds_pt(tmp_path / "x.pdf"), key=lambda bar: abs(bar[2] - bar[0] - 113.4))
    assert (right - left) * 25.4 / 72 == pytest.approx(40, abs=0.15)
    assert (top - bottom) * 25.4 / 72 == pytest.approx(30, abs=0.25)


def test_the_ruler_is_printed_once_for_a_program(tmp_path: Path) -> None:
    stand_in = StandIn(tmp_path, "exit 0")
    stand_in.engine.make_pdf(HTML, SMALL, stand_in.target)
    found = (tmp_path / "cache" / "wkhtmltopdf.json").read_text()
    stand_in.engine.close()
    stand_in.engine.make_pdf(HTML, SMALL, stand_in.target)
    assert (tmp_path / "cache" / "wkhtmltopdf.json").read_text() == found
    os.utime(stand_in.program, (1, 1))
    stand_in.engine.close()
    stand_in.engine.make_pdf(HTML, SMALL, stand_in.target)
    assert (tmp_path / "cache" / "wkhtmltopdf.json").read_text() != found
    stand_in.engine.close()


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"program": 1}', b"\xff", b'{"program": "x", "widths": []}'])
def test_a_damaged_memory_of_the_ruler_is_measured_again(
    content: bytes, engine: WkhtmltopdfEngine, tmp_path: Path
) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "wkhtmltopdf.json").write_bytes(content)
    assert engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf") == 1


def test_a_build_that_takes_no_orders_from_stdin_is_run_once_for_each_page(tmp_path: Path) -> None:
    stand_in = StandIn(tmp_path, '[ "$1" = --read-args-from-stdin ] && exit 1')
    stand_in.flag.touch()
    assert stand_in.engine.make_pdf(HTML, SMALL, stand_in.target) == 1
    assert stand_in.engine.worker_pid is None
    once = stand_in.target.read_bytes()
    stand_in.engine.close()
    real = WkhtmltopdfEngine(tmp_path / "cache2")
    real.make_pdf(HTML, SMALL, stand_in.target)
    real.close()
    assert stand_in.target.read_bytes() == once


def test_an_order_is_one_line_whatever_its_words_hold() -> None:
    assert (
        command_line(["--run-script", 'say("a\\b")', "x y.html"]) == b'"--run-script" "say(\\"a\\\\b\\")" "x y.html"\n'
    )
    with pytest.raises(ValueError, match="one line"):
        command_line(["a\nb"])


def test_a_pdf_without_a_word_is_incomplete(engine: WkhtmltopdfEngine, tmp_path: Path) -> None:
    with pytest.raises(PdfFailure) as caught:
        engine.make_pdf(HTML.replace("<p>Ticket n° 4</p>", ""), SMALL, tmp_path / "x.pdf")
    assert caught.value.reason == "incomplete"


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").split(") ")[1][0] != "Z"


def wait_until_dead(pid: int) -> None:
    deadline = time.monotonic() + 10
    while alive(pid):
        assert time.monotonic() < deadline, f"{pid} still runs"
        time.sleep(0.05)
