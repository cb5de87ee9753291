"""The options of ticket layouts, on the pages of a real engine."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backend.adapters.pdf.page_picture import page_count, page_size_pt
from backend.adapters.pdf.ticket_page import JinjaTicketPage
from backend.adapters.pdf.wkhtmltopdf import WkhtmltopdfEngine
from backend.domain.ticket_layout import BUILT_IN_LAYOUTS, TicketLayout, TicketMarks
from backend.usecases.make_ticket_pdf import page_format
from tests.builders import a_line, a_recorded_ticket
from tests.contract.pdf_engine.printing import assert_in_order, expected_in_order, squeezed
from tests.contract.sample_tickets import HOSTILE, LONG_WORD, sample_tickets
from tests.servers.canary import canary

pytestmark = pytest.mark.wkhtmltopdf
SAMPLES = sample_tickets()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WkhtmltopdfEngine]:
    engine = WkhtmltopdfEngine(tmp_path_factory.mktemp("engine"))
    yield engine
    engine.close()


def text_of(engine: WkhtmltopdfEngine, layout: TicketLayout, name: str, target: Path) -> str:
    recorded, marks = SAMPLES[name]
    engine.make_pdf(JinjaTicketPage()(recorded, layout, marks), page_format(layout), target)
    return subprocess.run(["pdftotext", "-raw", target, "-"], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("layout", BUILT_IN_LAYOUTS, ids=lambda layout: layout.id)
@pytest.mark.parametrize("name", ["customer", "large amounts", "long words", "many VAT rates"])
def test_large_type_holds_the_whole_ticket_at_the_right_width(
    engine: WkhtmltopdfEngine, layout: TicketLayout, name: str, tmp_path: Path
) -> None:
    text = text_of(engine, replace(layout, large_type=True), name, tmp_path / "t.pdf")
    assert_in_order(expected_in_order(SAMPLES[name][0]), text)
    assert abs(page_size_pt(tmp_path / "t.pdf")[0] - layout.paper.width_mm * 72 / 25.4) < 1


@pytest.mark.parametrize("layout", BUILT_IN_LAYOUTS, ids=lambda layout: layout.id)
def test_what_a_layout_leaves_out_is_not_there_and_the_sums_are(
    engine: WkhtmltopdfEngine, layout: TicketLayout, tmp_path: Path
) -> None:
    whole = squeezed(text_of(engine, layout, "customer", tmp_path / "all.pdf"))
    bare = replace(
        layout,
        shows_vat_table=False,
        shows_unit_prices=False,
        shows_discounts=False,
        shows_cashier=False,
        shows_customer=False,
        shows_hash=False,
    )
    short = squeezed(text_of(engine, bare, "customer", tmp_path / "few.pdf"))
    recorded = SAMPLES["customer"][0]
    for part in ("ATELIERDUVAL", "DUPOND", "BaseHT", recorded.chain_sha256[:4], "3,40"):
        assert part in whole, part
        assert part not in short, part
    for part in ("BRICO", "TotalTTC", "Cartebancaire", "Rendu", str(recorded.ticket.key)):
        assert part in short, part


@pytest.mark.parametrize("layout", BUILT_IN_LAYOUTS, ids=lambda layout: layout.id)
def test_own_texts_are_filled_in_and_stay_text(engine: WkhtmltopdfEngine, layout: TicketLayout, tmp_path: Path) -> None:
    recorded = a_recorded_ticket(lines=(a_line(),))
    with canary() as (port, requests):
        hostile = HOSTILE.replace("{port}", str(port))
        own = replace(layout, header=f"Ouvert\nle dimanche {hostile}", footer=f"Ticket [TICKET.NUMERO] {LONG_WORD}")
        html = JinjaTicketPage()(recorded, own, TicketMarks())
        engine.make_pdf(html, page_format(own), tmp_path / "t.pdf")
    text = subprocess.run(["pdftotext", "-raw", tmp_path / "t.pdf", "-"], check=True, capture_output=True, text=True)
    whole = squeezed(text.stdout)
    assert "<b>gras</b><script>" in whole
    assert "Ticket4" in whole
    assert LONG_WORD in whole
    assert requests == []
    assert page_count(tmp_path / "t.pdf") == 1
