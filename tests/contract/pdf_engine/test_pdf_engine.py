"""What every PDF engine keeps (ports.PdfEngine): width, content, order, fonts, silence towards the outside."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path

import pytest

from backend.adapters.pdf.ticket_page import JinjaTicketPage
from backend.domain.pdf_settings import PageFormat, PdfFailure
from backend.domain.ticket_layout import PaperFormat
from backend.ports import PdfEngine
from tests.contract.pdf_engine.printing import (
    LAYOUTS,
    SAMPLES,
    bare_page,
)


def test_a_page_of_more_than_256_kb_without_its_pictures_is_refused(engine: PdfEngine, tmp_path: Path) -> None:
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
    picture = f"<img src='data:image/png;base64,{dot}'>"
    assert engine.make_pdf(bare_page("<p>x</p>" + picture), PageFormat(80), tmp_path / "x.pdf") == 1
    with pytest.raises(PdfFailure) as caught:
        engine.make_pdf(bare_page("<p>x</p>" * 40_000), PageFormat(80), tmp_path / "y.pdf")
    assert caught.value.reason == "too_big"
    assert not (tmp_path / "y.pdf").exists()


def test_the_same_ticket_gives_the_same_bytes(engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path) -> None:
    recorded, marks = SAMPLES["customer"]
    first, again, other = (tmp_path / name for name in ("1.pdf", "2.pdf", "3.pdf"))
    html = page(recorded, LAYOUTS[PaperFormat.W80], marks)
    engine.make_pdf(html, PageFormat(80), first)
    engine.make_pdf(page(recorded, LAYOUTS[PaperFormat.A4], marks), PageFormat(210, 297, 15), other)
    engine.make_pdf(html, PageFormat(80), again)
    assert first.read_bytes() == again.read_bytes()
    assert first.read_bytes() != other.read_bytes()


def test_an_unwritable_place_is_named_and_nothing_is_left_there(engine: PdfEngine, tmp_path: Path) -> None:
    with pytest.raises(PdfFailure) as caught:
        engine.make_pdf(bare_page("<p>x</p>"), PageFormat(80), tmp_path / "missing" / "x.pdf")
    assert caught.value.reason == "unwritable"
    assert list(tmp_path.iterdir()) == []


def test_threads_take_turns(engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path) -> None:
    names = ["walk-in", "customer", "credit", "Greek and Cyrillic"]
    pages = [page(*(SAMPLES[name][0], LAYOUTS[PaperFormat.W80], SAMPLES[name][1])) for name in names]
    targets = [tmp_path / f"{number}.pdf" for number in range(16)]
    threads = [
        threading.Thread(target=engine.make_pdf, args=(pages[number % 4], PageFormat(80), target))
        for number, target in enumerate(targets)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    contents = [target.read_bytes() for target in targets]
    assert len(set(contents)) == 4
    assert all(one == other for one, other in pairwise(contents[::4]))
