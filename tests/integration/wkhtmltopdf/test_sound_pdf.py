"""A PDF of wkhtmltopdf is read, checked and rewritten: every cut and hole in it is seen."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from backend.adapters.pdf.page_height import check_pdf
from backend.adapters.pdf.page_picture import last_ink_pt, page_count, page_png, page_size_pt, page_text
from backend.adapters.pdf.pdf_structure import BrokenPdfError, Change, check_streams, page_boxes, rewrite
from backend.domain.errors import NotFoundError, StorageError
from backend.domain.pdf_settings import PageFormat, PdfFailure
from tests.integration.wkhtmltopdf.stand_in import HTML, SMALL, StandIn

pytestmark = pytest.mark.wkhtmltopdf

OUTPUT = '"$(echo "$line" | sed \'s/.* "//;s/"$//\')"'  # the last word of an order


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
