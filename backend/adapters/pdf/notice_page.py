"""The till notice about addresses, as a page for an engine: a strip as wide as a till's paper roll."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from backend.adapters.pdf.page_policy import CONTENT_POLICY
from backend.domain.pdf_test import TEST_WIDTH_MM

_STYLE = f"""
html, body, h1, p {{ margin: 0 }}
body {{ width: {TEST_WIDTH_MM - 8}mm; padding: 4mm; font: 12pt/1.35 'IBM Plex Sans' }}
h1 {{ font-size: 16pt; line-height: 1.2 }}
p {{ margin-top: 3mm }}
"""


def notice_page(title: str, paragraphs: Sequence[str]) -> str:
    """Return the page; every word is text there, never markup."""
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return (
        f'<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="{CONTENT_POLICY}">'
        f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1>{body}</body></html>"
    )
