"""The real wkhtmltopdf and stand-ins for its faults: it is mended where that is possible, and named where it is not."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.adapters.pdf.page_height import check_pdf
from backend.adapters.pdf.page_picture import last_ink_pt, page_count, page_png, page_size_pt, page_text, path_bounds_pt
from backend.adapters.pdf.pdf_structure import BrokenPdfError, Change, check_streams, page_boxes, rewrite
from backend.adapters.pdf.wkhtmltopdf import WkhtmltopdfEngine
from backend.adapters.pdf.wkhtmltopdf_program import find_program
from backend.adapters.pdf.wkhtmltopdf_worker import Limits, command_line, memory_bytes
from backend.domain.errors import NotFoundError, StorageError
from backend.domain.pdf_settings import PageFormat, PdfEngineMissingError, PdfFailure

pytestmark = pytest.mark.wkhtmltopdf

ROOT = Path(__file__).parents[2]
QUICK = Limits(timeout_s=1)
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
HTML = (
    f'<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    '<meta charset="utf-8"><title>x</title><style>html, body, p, div { margin: 0 } body { width: 50mm }'
    "div { background: #000; width: 40mm; height: 30mm }</style></head>"
    "<body><p>Ticket n° 4</p><div></div></body></html>"
)
SMALL = PageFormat(80)
OUTPUT = '"$(echo "$line" | sed \'s/.* "//;s/"$//\')"'  # the last word of an order


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[WkhtmltopdfEngine]:
    engine = WkhtmltopdfEngine(tmp_path / "cache")
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def sound_pdf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("sound")
    engine = WkhtmltopdfEngine(folder / "cache")
    engine.make_pdf(HTML, SMALL, folder / "x.pdf")
    engine.close()
    return (folder / "x.pdf").read_bytes()


class StandIn:
    """A wkhtmltopdf that is the real one until `fail` is called, and then does what its script says."""

    def __init__(self, folder: Path, script: str, limits: Limits = QUICK) -> None:
        self.flag = folder / "fail"
        self.program = folder / "wkhtmltopdf"
        self.program.write_text(
            f'#!/bin/sh\nif [ -e "{self.flag}" ] && [ "$1" != --version ]; then\n{script}\nfi\n'
            f'exec "{find_program()}" "$@"\n'
        )
        self.program.chmod(0o755)
        self.engine = WkhtmltopdfEngine(folder / "cache", program=self.program, limits=limits)
        self.target = folder / "out" / "C1-4-BRICO.pdf"
        self.target.parent.mkdir()

    def fail(self) -> None:
        self.engine.close()
        self.flag.touch()

    def failure(self) -> str:
        with pytest.raises(PdfFailure) as caught:
            self.engine.make_pdf(HTML, SMALL, self.target)
        assert list(self.target.parent.iterdir()) == []
        return caught.value.reason


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exec sleep 60", "hung"),
        ("trap '' TERM; while read -r line; do :; done; exec sleep 60", "hung"),
        ("kill -9 $$", "died"),
        ("echo 'symbol lookup error' >&2; exit 127", "died"),
        ("exit 0", "died"),
        ("while read -r line; do echo Done >&2; done; exit 0", "incomplete"),
        (
            'while read -r line; do printf x > "$(echo "$line" | sed \'s/.* "//;s/"$//\')"; echo Done >&2; done',
            "incomplete",
        ),
    ],
    ids=["hangs", "hangs after stdin", "is killed", "exits with 127", "exits with 0", "writes nothing", "writes junk"],
)
def test_a_fault_of_the_program_is_named_and_nothing_half_made_is_left(
    script: str, reason: str, tmp_path: Path
) -> None:
    stand_in = StandIn(tmp_path, script)
    stand_in.engine.make_pdf(HTML, SMALL, stand_in.target)
    stand_in.target.unlink()
    stand_in.fail()
    assert stand_in.failure() == reason
    stand_in.flag.unlink()
    assert stand_in.engine.make_pdf(HTML, SMALL, stand_in.target) == 1
    stand_in.engine.close()


def test_a_program_that_fails_from_the_start_is_named_too(tmp_path: Path) -> None:
    stand_in = StandIn(tmp_path, "exit 0")
    stand_in.flag.touch()
    assert stand_in.failure() == "incomplete"
    stand_in.engine.close()


def test_half_a_pdf_is_no_pdf(tmp_path: Path, sound_pdf: bytes) -> None:
    half = tmp_path / "half.pdf"
    half.write_bytes(sound_pdf[: len(sound_pdf) // 2])
    script = f'while read -r line; do cp "{half}" {OUTPUT}; echo Done >&2; done'
    stand_in = StandIn(tmp_path, script)
    stand_in.engine.make_pdf(HTML, SMALL, stand_in.target)
    stand_in.target.unlink()
    stand_in.fail()
    assert stand_in.failure() == "incomplete"
    stand_in.engine.close()


@pytest.mark.parametrize("program", ["missing", "not executable", "no program"])
def test_a_program_that_is_missing_or_does_not_start_is_said_to_be_missing(program: str, tmp_path: Path) -> None:
    path = tmp_path / "wkhtmltopdf"
    if program != "missing":
        path.write_bytes(b"\x7fnothing")
    if program == "no program":
        path.chmod(0o755)
    engine = WkhtmltopdfEngine(tmp_path / "cache", program=path)
    with pytest.raises(PdfEngineMissingError):
        engine.describe()
    with pytest.raises(PdfEngineMissingError):
        engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    engine.close()


def test_a_program_that_is_nowhere_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    if not Path("/usr/bin/wkhtmltopdf").exists():
        with pytest.raises(PdfEngineMissingError):
            find_program()
    else:  # the usual places are looked at even when PATH is of no use
        assert find_program() == Path("/usr/bin/wkhtmltopdf")


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


def test_a_page_for_each_process_that_hangs_or_dies_is_named(tmp_path: Path) -> None:
    script = (
        '[ "$1" = --read-args-from-stdin ] && exit 1; [ -e "$0.hang" ] && exec sleep 60; [ -e "$0.die" ] && kill -9 $$'
    )
    stand_in = StandIn(tmp_path, script)
    stand_in.flag.touch()
    stand_in.engine.make_pdf(HTML, SMALL, stand_in.target)
    stand_in.target.unlink()
    for fault, reason in (("die", "died"), ("hang", "hung")):
        mark = stand_in.program.with_name(f"wkhtmltopdf.{fault}")
        mark.touch()
        assert stand_in.failure() == reason
        mark.unlink()
    stand_in.engine.close()


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 64 kB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.needs_root
def test_a_full_disk_is_named_and_nothing_is_left_on_it(
    engine: WkhtmltopdfEngine, tiny_disk: Path, tmp_path: Path
) -> None:
    (tiny_disk / "other").write_bytes(b"x" * 60_000)
    with pytest.raises(PdfFailure) as caught:
        engine.make_pdf(HTML, SMALL, tiny_disk / "x.pdf")
    assert caught.value.reason == "disk_full"
    assert [file.name for file in tiny_disk.iterdir()] == ["other"]
    assert engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf") == 1


@pytest.mark.needs_root
def test_a_full_disk_below_the_program_is_named(tiny_disk: Path, tmp_path: Path) -> None:
    engine = WkhtmltopdfEngine(tmp_path / "cache")
    engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    engine.close()
    (tiny_disk / "wkhtmltopdf.json").write_bytes((tmp_path / "cache" / "wkhtmltopdf.json").read_bytes())
    full = WkhtmltopdfEngine(tiny_disk)
    full.describe()
    (tiny_disk / "other").write_bytes(b"x" * 52_000)
    with pytest.raises(PdfFailure) as caught:
        full.make_pdf(HTML, SMALL, tmp_path / "y.pdf")
    full.close()
    assert caught.value.reason == "disk_full"
    assert not (tmp_path / "y.pdf").exists()


def test_a_folder_nobody_may_write_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    engine = WkhtmltopdfEngine(tmp_path / "file")
    with pytest.raises(PdfFailure) as caught:
        engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    assert caught.value.reason == "unwritable"


def test_an_order_is_one_line_whatever_its_words_hold() -> None:
    assert (
        command_line(["--run-script", 'say("a\\b")', "x y.html"]) == b'"--run-script" "say(\\"a\\\\b\\")" "x y.html"\n'
    )
    with pytest.raises(ValueError, match="one line"):
        command_line(["a\nb"])


def test_every_cut_of_a_pdf_is_seen(sound_pdf: bytes) -> None:
    assert len(page_boxes(sound_pdf)) == 1
    for length in range(0, len(sound_pdf) - 8, 7):
        with pytest.raises(BrokenPdfError):
            page_boxes(sound_pdf[:length])


def test_holes_in_a_pdf_are_seen(sound_pdf: bytes) -> None:
    check_streams(sound_pdf)
    start = sound_pdf.index(b"stream\n") + 7
    with pytest.raises(BrokenPdfError):
        check_streams(sound_pdf[:start] + bytes(200) + sound_pdf[start + 200 :])
    with pytest.raises(BrokenPdfError):
        page_boxes(sound_pdf.replace(b"endobj\n", b"endobj\n ", 1))
    with pytest.raises(BrokenPdfError):
        page_boxes(sound_pdf.replace(b"/MediaBox", b"/MediaFox"))


def test_a_pdf_without_a_word_is_incomplete(engine: WkhtmltopdfEngine, tmp_path: Path) -> None:
    with pytest.raises(PdfFailure) as caught:
        engine.make_pdf(HTML.replace("<p>Ticket n° 4</p>", ""), SMALL, tmp_path / "x.pdf")
    assert caught.value.reason == "incomplete"


def test_a_pdf_of_another_width_is_incomplete(sound_pdf: bytes) -> None:
    assert check_pdf(sound_pdf, SMALL) == 1
    with pytest.raises(PdfFailure) as caught:
        check_pdf(sound_pdf, PageFormat(58))
    assert caught.value.reason == "incomplete"


def test_a_rewritten_pdf_is_as_sound_as_before(sound_pdf: bytes, tmp_path: Path) -> None:
    start = sound_pdf.index(b"/Producer")
    longer = rewrite(sound_pdf, [Change(start, start, b"/Author (Facteur) "), Change(9, 9, b"%more\n")])
    assert page_boxes(longer)
    (tmp_path / "x.pdf").write_bytes(longer)
    subprocess.run(["qpdf", "--check", tmp_path / "x.pdf"], check=True, capture_output=True)


def test_pictures_and_texts_of_pages(sound_pdf: bytes, tmp_path: Path) -> None:
    file = tmp_path / "x.pdf"
    file.write_bytes(sound_pdf)
    picture = page_png(file, width_px=300)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(picture[16:20]) in {300, 301}
    assert page_text(file).strip() == "Ticket n° 4"
    assert page_count(sound_pdf) == 1
    width_pt, height_pt = page_size_pt(file)
    assert width_pt == 227
    assert 0 < last_ink_pt(file) < height_pt


def test_pages_that_do_not_exist_and_files_that_are_no_pdf_are_refused(sound_pdf: bytes, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        page_png(sound_pdf, 2, width_px=100)
    with pytest.raises(StorageError):
        page_text(b"no pdf")
    with pytest.raises(StorageError):
        page_count(tmp_path / "missing.pdf")


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
