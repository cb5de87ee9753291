"""The page of the test PDF (domain.pdf_test), and what was made of it."""

from __future__ import annotations

import base64
from functools import cache
from html import escape
from pathlib import Path

from backend.adapters.pdf.logo_fitting import fitted_logo
from backend.adapters.pdf.page_picture import inspect_page
from backend.adapters.pdf.page_policy import CONTENT_POLICY
from backend.domain.logo import Logo
from backend.domain.pdf_test import RULER_MM, TEST_WIDTH_MM, TEST_WORDS, PdfInspection

__test__ = False  # no test of pytest
_MM_PER_POINT = 25.4 / 72
_MARK = Path(__file__).resolve().parents[3] / "frontend" / "ticket_layouts" / "test_mark.png"
_BAR_MM = 1.2
_LOGO_MM = (44, 18)
_LOGO_PX = (16 * _LOGO_MM[0], 16 * _LOGO_MM[1])
_STYLE = f"""
html, body, p {{ margin: 0 }}
body {{ width: {TEST_WIDTH_MM}mm; font: 10pt/1.4 'IBM Plex Sans'; overflow: hidden; text-align: center }}
img.mark {{ width: 16mm; height: 16mm }}
img.logo {{ max-width: {_LOGO_MM[0]}mm; max-height: {_LOGO_MM[1]}mm }}
.bar {{ height: {_BAR_MM}mm; background: #000; -webkit-print-color-adjust: exact; print-color-adjust: exact }}
.ruler {{ width: {RULER_MM}mm; margin: 3mm auto 1mm }}
.whole {{ width: {TEST_WIDTH_MM}mm; margin: 3mm 0 1mm }}
"""


def test_page(title: str, company: str, ruler: str, whole: str, logo: Logo | None) -> str:
    """Return the page: logo, company, words, a ruler of 50 mm and a bar as wide as the paper, each with its label.

    Without a logo Facteur's own mark shows that pictures are printed.
    """
    # A picture, never a drawing: its shapes could be taken for the ruler.
    fitted = fitted_logo(logo, *_LOGO_PX, black=True) if logo else None
    picture = base64.b64encode(fitted.png).decode("ascii") if fitted else _mark()
    words = "".join(f"<p>{escape(word)}</p>" for word in TEST_WORDS)
    return (
        f'<!doctype html><html lang="fr"><head><meta http-equiv="Content-Security-Policy" content="{CONTENT_POLICY}">'
        f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style></head><body>'
        f'<p><img alt="" class="{"logo" if logo else "mark"}" src="data:image/png;base64,{picture}"></p>'
        f"<p><b>{escape(company)}</b></p>"
        f"<p>{escape(title)}</p>{words}"
        f'<div class="bar ruler"></div><p>{escape(ruler)}</p><div class="bar whole"></div><p>{escape(whole)}</p>'
        "</body></html>"
    )


def inspect_test_pdf(pdf: Path) -> PdfInspection:
    """Read a PDF as it lies on the disk; raises StorageError("damaged")."""
    seen = inspect_page(pdf)
    bars = tuple(
        (left * _MM_PER_POINT, right * _MM_PER_POINT)
        for left, bottom, right, top in seen.shapes_pt
        if 0.5 * _BAR_MM < (top - bottom) * _MM_PER_POINT < 1.5 * _BAR_MM and (right - left) * _MM_PER_POINT > 10
    )
    return PdfInspection(seen.text, seen.page_count, seen.width_pt * _MM_PER_POINT, seen.foreign_fonts, bars)


@cache
def _mark() -> str:
    return base64.b64encode(_MARK.read_bytes()).decode("ascii")
