"""Faults of wkhtmltopdf and of the disk below it: each is named, and nothing half made is left."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.adapters.pdf.wkhtmltopdf import WkhtmltopdfEngine
from backend.adapters.pdf.wkhtmltopdf_program import find_program
from backend.domain.pdf_settings import PdfEngineMissingError, PdfFailure
from tests.integration.wkhtmltopdf.stand_in import HTML, SMALL, StandIn

pytestmark = pytest.mark.wkhtmltopdf


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
