"""Print a sample ticket with an engine, and read what came of it."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from dataclasses import replace
from pathlib import Path

from backend.adapters.pdf.page_picture import page_count
from backend.adapters.pdf.ticket_figures import figures_of
from backend.adapters.pdf.ticket_page import JinjaTicketPage
from backend.domain.pdf_settings import PageFormat
from backend.domain.ticket import RecordedTicket
from backend.domain.ticket_layout import BUILT_IN_LAYOUTS, LogoSize, PaperFormat, TicketLayout, TicketMarks
from backend.ports import PdfEngine
from tests.contract.sample_tickets import sample_tickets

POINTS_PER_MM = 72 / 25.4
MARGIN_PT = 4.7 * POINTS_PER_MM
SAMPLES = sample_tickets()
LAYOUTS = {layout.paper: layout for layout in BUILT_IN_LAYOUTS}
SMALL = (PaperFormat.W58, PaperFormat.W80)
FIGURES = figures_of("fr")
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def page_format(layout: TicketLayout) -> PageFormat:
    if layout.paper is PaperFormat.A4:
        return PageFormat(layout.paper.width_mm, 297, bottom_margin_mm=15)
    return PageFormat(layout.paper.width_mm)


def made(
    engine: PdfEngine,
    page: JinjaTicketPage,
    recorded: RecordedTicket,
    marks: TicketMarks,
    paper: PaperFormat,
    out: Path,
) -> Path:
    target = out / "C1-4-BRICO.pdf"
    layout = replace(LAYOUTS[paper], logo=LogoSize.LARGE)
    html = page(recorded, layout, marks)
    assert html.count("<img") == bool(recorded.ticket.company.logo_sha256)
    pages = engine.make_pdf(html, page_format(layout), target)
    assert pages == page_count(target)
    return target


def run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def squeezed(text: str) -> str:
    """Drop every space: lines may break anywhere."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def expected_in_order(recorded: RecordedTicket) -> list[str]:
    ticket = recorded.ticket
    company = [ticket.company.name, *ticket.company.address, ticket.company.city, ticket.company.phone]
    company += ticket.company.header.splitlines()
    lines = [part for line in ticket.lines for part in (line.label, FIGURES.amount(line.gross_total))]
    totals = [FIGURES.euros(amount) for amount in (ticket.gross_total, ticket.vat_amount, ticket.net_total)]
    payments = [part for payment in ticket.payments for part in (payment.method, FIGURES.euros(payment.amount))]
    rates = [
        part for total in ticket.vat_totals for part in (FIGURES.rate(total.rate), FIGURES.amount(total.net_amount))
    ]
    moment = ticket.issued_at.strftime("%d/%m/%Y %H:%M")
    closing = [*ticket.company.footer.splitlines(), recorded.chain_sha256[:4]]
    return [*company, str(ticket.number), moment, *lines, *totals, *payments, *rates, *closing]


def assert_in_order(parts: list[str], text: str) -> None:
    position, whole = 0, squeezed(text)
    for part in map(squeezed, parts):
        found = whole.find(part, position)
        assert found >= 0, f"{part!r} is missing after {whole[max(0, position - 60) : position]!r}"
        position = found + len(part)


def bare_page(body: str) -> str:
    head = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><meta charset="utf-8"><title>x</title>'
    style = "<style>body { width: 70mm; overflow: hidden }</style>"
    return f"<!doctype html><html><head>{head}{style}</head><body>{body}</body></html>"
