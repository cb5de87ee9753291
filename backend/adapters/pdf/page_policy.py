"""What every page for a PDF engine keeps: a content security policy (W3C CSP 3) at its beginning, and its size."""

from __future__ import annotations

import re

from backend.domain.pdf_settings import PdfFailure

# No script, no file and no address: only the page's own styles and pictures inside the page.
CONTENT_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
HTML_MAX_BYTES = 256 * 1024  # pictures not counted
_PICTURE = re.compile(r"data:image/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=]*")


def check_page(html: str) -> None:
    """Raise PdfFailure("too_big") or PdfFailure("refused") for a page that no engine may be given."""
    if len(_PICTURE.sub("", html).encode("utf-8", "replace")) > HTML_MAX_BYTES:
        raise PdfFailure("too_big", detail=f"HTML beyond {HTML_MAX_BYTES} bytes")
    head, end, _rest = html.partition("</head>")
    if CONTENT_POLICY not in head[:500] or not end:
        raise PdfFailure("refused", detail="the page has no content security policy")


def with_style(html: str, css: str) -> str:
    """Return a page with one more style sheet, the last of its head."""
    head, end, rest = html.partition("</head>")
    return f"{head}<style>{css}</style>{end}{rest}"
