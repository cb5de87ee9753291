"""Another program as PDF engine: played by scripts around the real wkhtmltopdf, sound and faulty ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.adapters.pdf.page_picture import last_ink_pt, page_size_pt, page_text
from backend.adapters.pdf.page_policy import CONTENT_POLICY
from backend.adapters.pdf.program import ProgramEngine
from backend.domain.pdf_settings import PageFormat, PdfEngineMissingError, PdfFailure, checked_arguments

HTML = (
    f'<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="{CONTENT_POLICY}">'
    '<meta charset="utf-8"><title>x</title></head><body><p>Ticket n° 4</p></body></html>'
)
SMALL = PageFormat(80)
MARGIN_PT = 4.7 * 72 / 25.4


def an_engine(folder: Path, script: str, timeout_s: float = 20) -> ProgramEngine:
    program = folder / "print.sh"
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    arguments = checked_arguments((str(program), "{html}", "{pdf}", "{width_mm}"))
    return ProgramEngine(folder / "cache", arguments, timeout_s=timeout_s)


@pytest.mark.wkhtmltopdf
def test_a_small_format_is_cut_to_its_content_and_nothing_else_stays(tmp_path: Path) -> None:
    sound = 'exec wkhtmltopdf -q -n --page-width "$3"mm --page-height 297mm --margin-left 0 --margin-right 0 "$1" "$2"'
    engine, target = an_engine(tmp_path, sound), tmp_path / "x.pdf"
    assert engine.make_pdf(HTML, SMALL, target) == 1
    assert page_text(target).strip() == "Ticket n° 4"
    free_pt = page_size_pt(target)[1] - last_ink_pt(target, dots_per_pt=4)
    assert MARGIN_PT <= free_pt <= MARGIN_PT + 4
    assert engine.describe().name == "print.sh"
    assert list((tmp_path / "cache").glob("work-*")) == []


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exec sleep 60", "hung"),
        ("sleep 60 & wait", "hung"),
        ("kill -9 $$", "died"),
        ("echo broken >&2; exit 3", "died"),
        ("exit 0", "incomplete"),
        ('printf "%%PDF-1.4 half" > "$2"', "incomplete"),
        ('mkdir "$2"', "incomplete"),
    ],
)
def test_a_fault_of_the_program_is_named_and_nothing_is_left(script: str, reason: str, tmp_path: Path) -> None:
    target = tmp_path / "x.pdf"
    with pytest.raises(PdfFailure) as caught:
        an_engine(tmp_path, script, timeout_s=1).make_pdf(HTML, SMALL, target)
    assert (caught.value.reason, caught.value.engine) == (reason, "print.sh")
    assert not target.exists()
    assert list((tmp_path / "cache").glob("work-*")) == []


@pytest.mark.wkhtmltopdf
def test_a_page_of_another_width_is_incomplete(tmp_path: Path) -> None:
    engine = an_engine(tmp_path, 'exec wkhtmltopdf -q -n "$1" "$2"')
    with pytest.raises(PdfFailure) as caught:
        engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    assert caught.value.reason == "incomplete"
    assert not (tmp_path / "x.pdf").exists()


def test_no_shell_ever_sees_the_arguments(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    engine = ProgramEngine(tmp_path / "cache", ("true", "{html}", "{pdf}", f"; touch {mark}", f"$(touch {mark})"))
    with pytest.raises(PdfFailure):
        engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
    assert not mark.exists()


@pytest.mark.parametrize("kind", ["missing", "not executable", "no program", "not set"])
def test_a_program_that_does_not_start_is_missing(kind: str, tmp_path: Path) -> None:
    program = tmp_path / "printer"
    if kind in {"not executable", "no program"}:
        program.write_bytes(b"\x7fnothing")
    if kind == "no program":
        program.chmod(0o755)
    engine = ProgramEngine(tmp_path / "cache", () if kind == "not set" else (str(program), "{html}", "{pdf}"))
    with pytest.raises(PdfEngineMissingError):
        engine.make_pdf(HTML, SMALL, tmp_path / "x.pdf")
