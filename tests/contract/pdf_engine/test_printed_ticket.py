"""What every PDF engine makes of a ticket: width, content, order, fonts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend.adapters.pdf.page_picture import last_ink_pt, page_count, page_size_pt, page_text
from backend.adapters.pdf.ticket_page import JinjaTicketPage
from backend.domain.ticket_layout import PaperFormat
from backend.ports import PdfEngine
from tests.contract.pdf_engine.printing import (
    MARGIN_PT,
    POINTS_PER_MM,
    SAMPLES,
    SMALL,
    assert_in_order,
    expected_in_order,
    made,
    run,
)


@pytest.mark.parametrize("paper", PaperFormat)
@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "hostile"])
def test_a_ticket_is_complete_in_order_and_of_the_right_width(
    name: str, paper: PaperFormat, engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path
) -> None:
    recorded, marks = SAMPLES[name]
    pdf = made(engine, page, recorded, marks, paper, tmp_path)
    assert_in_order(expected_in_order(recorded), run("pdftotext", "-raw", pdf, "-"))
    for number in range(1, page_count(pdf) + 1):
        width_pt, height_pt = page_size_pt(pdf, number)
        assert abs(width_pt - paper.width_mm * POINTS_PER_MM) < 1
        assert height_pt <= 5000 * POINTS_PER_MM + 1
    assert run("qpdf", "--check", pdf)


@pytest.mark.parametrize("paper", SMALL)
@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "1,000 lines"])
def test_a_small_format_ends_just_below_its_last_ink(
    name: str, paper: PaperFormat, engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path
) -> None:
    pdf = made(engine, page, *SAMPLES[name], paper, tmp_path)
    assert page_count(pdf) == 1
    free_pt = page_size_pt(pdf)[1] - last_ink_pt(pdf, dots_per_pt=4)
    assert MARGIN_PT <= free_pt <= MARGIN_PT + 4


@pytest.mark.parametrize("paper", PaperFormat)
@pytest.mark.parametrize("name", ["long words", "large amounts", "many VAT rates", "hostile"])
def test_nothing_is_cut_at_the_sides(
    name: str, paper: PaperFormat, engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path
) -> None:
    pdf = made(engine, page, *SAMPLES[name], paper, tmp_path)
    width_pt = page_size_pt(pdf)[0]
    words = re.findall(r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"', run("pdftotext", "-bbox", pdf, "-"))
    assert words
    assert min(float(left) for left, _ in words) > 2 * POINTS_PER_MM
    assert max(float(right) for _, right in words) < width_pt - 2 * POINTS_PER_MM


def test_a_thousand_long_lines_are_broken_into_pages_between_lines(
    engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path
) -> None:
    pdf = made(engine, page, *SAMPLES["1,000 lines"], PaperFormat.W58, tmp_path)
    pages = page_count(pdf)
    assert pages > 1
    assert page_size_pt(pdf, pages)[1] < page_size_pt(pdf, 1)[1]
    labels = [line.label.split()[0] for line in SAMPLES["1,000 lines"][0].ticket.lines]
    for number in range(2, pages + 1):
        assert page_text(pdf, number).split()[0] in labels
    free_pt = page_size_pt(pdf, pages)[1] - last_ink_pt(pdf, pages)
    assert MARGIN_PT - 1 <= free_pt <= MARGIN_PT + 6


def test_the_watermark_of_a_specimen_does_not_get_between_the_words(
    engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path
) -> None:
    recorded, marks = SAMPLES["specimen, third copy"]
    text = run("pdftotext", made(engine, page, recorded, marks, PaperFormat.W80, tmp_path), "-")
    assert text.count("SPECIMEN") == 1
    assert [line for line in text.splitlines() if len(line) == 1] == []
    assert [line.label for line in recorded.ticket.lines if line.label[:16] not in text] == []


@pytest.mark.parametrize("name", ["customer", "Greek and Cyrillic", "hostile"])
def test_every_font_is_embedded(name: str, engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path) -> None:
    pdf = made(engine, page, *SAMPLES[name], PaperFormat.W80, tmp_path)
    fonts = run("pdffonts", pdf).splitlines()[2:]
    assert fonts
    assert all(re.search(r"\byes\s+(?:yes|no)\s+yes\s+\d+\s+\d+$", font) for font in fonts), fonts
    assert all("IBMPlexSans" in font for font in fonts)


def test_a_pdf_bears_the_title_and_the_time_of_its_ticket(
    engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path
) -> None:
    recorded, marks = SAMPLES["customer"]
    facts = run("pdfinfo", "-isodates", made(engine, page, recorded, marks, PaperFormat.W80, tmp_path))
    assert re.search(r"Title:\s+Ticket n.* 4|Title:\s+Ticket no\. 4", facts)
    assert re.search(r"CreationDate:\s+2026-11-24T11:00:00Z", facts)
