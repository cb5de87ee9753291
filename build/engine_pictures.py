"""Picture tickets as every engine sets them in every layout, side by side: `build/engine_pictures.py FOLDER`.

A web page of its own, FOLDER/index.html, shows them for looking at, and names engines that this PC lacks.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from backend.adapters.pdf.browser import BrowserEngine  # noqa: E402 - the root comes first
from backend.adapters.pdf.page_picture import page_count, page_png  # noqa: E402
from backend.adapters.pdf.ticket_page import JinjaTicketPage  # noqa: E402
from backend.adapters.pdf.wkhtmltopdf import WkhtmltopdfEngine  # noqa: E402
from backend.domain.pdf_settings import PdfEngineMissingError  # noqa: E402
from backend.domain.ticket_layout import BUILT_IN_LAYOUTS, PaperFormat, TicketLayout  # noqa: E402
from backend.ports import PdfEngine  # noqa: E402
from backend.usecases.make_ticket_pdf import page_format  # noqa: E402
from tests.browser_program import a_browser  # noqa: E402
from tests.contract.sample_tickets import sample_tickets  # noqa: E402

NAMES = ("customer", "credit", "long words", "many VAT rates", "Greek and Cyrillic", "large amounts")
LONG = ("specimen, third copy", "200 lines")  # more than a page of A4
WIDTHS_PX = {PaperFormat.W58: 340, PaperFormat.W80: 460, PaperFormat.A4: 800}


def main(folder: Path) -> int:
    """Make the pictures and the page."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        engines: dict[str, PdfEngine] = {"wkhtmltopdf": WkhtmltopdfEngine(Path(work, "cache"))}
        try:
            engines["browser"] = BrowserEngine(Path(work, "cache"), program=a_browser(Path(work)))
        except PdfEngineMissingError:
            print("no browser on this PC: wkhtmltopdf alone", file=sys.stderr)
        rows = [
            f"<h2>{escape(name)} · {escape(layout.name)}</h2>"
            f"<div>{''.join(_pictures(name, layout, engines, folder))}</div>"
            for layout in BUILT_IN_LAYOUTS
            for name in (*NAMES, *(LONG if layout.paper is PaperFormat.A4 else ()))
        ]
        for engine in engines.values():
            engine.close()
    style = "body { background: #ddd; font: 14px sans-serif } div { display: flex; gap: 12px; align-items: start }"
    page = f'<!doctype html><meta charset="utf-8"><style>{style} img {{ background: #fff }}</style>{"".join(rows)}'
    (folder / "index.html").write_text(page, "utf-8")
    return 0


def _pictures(name: str, layout: TicketLayout, engines: dict[str, PdfEngine], folder: Path) -> Iterator[str]:
    recorded, marks = sample_tickets()[name]
    html = JinjaTicketPage()(recorded, layout, marks)
    page = page_format(layout)
    for called, engine in engines.items():
        pdf = folder / f"{layout.id}-{name.replace(' ', '_')}-{called}.pdf"
        engine.make_pdf(html, page, pdf)
        for number in range(1, min(page_count(pdf), 2) + 1):
            picture = pdf.with_name(f"{pdf.stem}-{number}.png")
            picture.write_bytes(page_png(pdf, number, width_px=WIDTHS_PX[layout.paper]))
            yield f'<img src="{escape(picture.name)}" alt="{called}">'


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
