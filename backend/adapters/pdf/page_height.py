"""Finishes an engine's PDF: cut to its content, titled and dated by the page, so that one page gives one PDF."""

from __future__ import annotations

import html as markup
import re

from backend.adapters.pdf.pdf_structure import BrokenPdfError, Change, check_streams, page_boxes, rewrite
from backend.domain.pdf_settings import PageFormat, PdfFailure

POINTS_PER_MM = 72 / 25.4
# Rounding in the engine never cuts; this keeps it from coming near.
SPARE_PT = 1.5
_WIDTH_TOLERANCE_PT = 1.5  # engines round to whole points
_TITLE = re.compile(r"<title>([^<]*)</title>")
_CREATED = re.compile(r'<meta name="dcterms\.created" content="(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z">')
_PDF_TITLE = re.compile(rb"/Title\s*(?:\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>)", re.DOTALL)
_PDF_CREATED = re.compile(rb"/CreationDate\s*\(D:[^)]*\)")
_PDF_CHANGED = re.compile(rb"/ModDate\s*\(D:[^)]*\)")
_NO_DATE = b"19700101000000Z"


def finished_pdf(pdf: bytes, html: str, *, last_page_pt: float | None) -> bytes:
    """Cut the last page to a height in points (None leaves it), and give the PDF the title and time of its page.

    Engines write the time of making; with the time of the ticket a PDF made again is the same to the byte.
    Raises BrokenPdfError.
    """
    head = html.partition("</head>")[0]
    created = _created(head)
    changes = [
        _replaced(pdf, _PDF_TITLE, b"/Title " + _title(head)),
        _replaced(pdf, _PDF_CREATED, b"/CreationDate " + created),
        _replaced(pdf, _PDF_CHANGED, b"/ModDate " + created),
    ]
    if last_page_pt is not None:
        box = page_boxes(pdf)[-1]
        bottom = max(box.bottom, box.top - last_page_pt)
        cut = f"/MediaBox [{box.left:.6g} {bottom:.3f} {box.right:.6g} {box.top:.8g}]"
        changes.append(Change(*box.span, cut.encode()))
    return rewrite(pdf, [change for change in changes if change])


def check_pdf(pdf: bytes, page: PageFormat) -> int:
    """Return the number of pages of a complete PDF of the right width; raises PdfFailure("incomplete")."""
    try:
        boxes = page_boxes(pdf)
        check_streams(pdf)
    except BrokenPdfError as error:
        raise PdfFailure("incomplete", detail=str(error)) from error
    for box in boxes:
        check_width(box.right - box.left, page)
    return len(boxes)


def check_width(width_pt: float, page: PageFormat) -> None:
    """Raise PdfFailure("incomplete") for a page of another width than was asked for."""
    if abs(width_pt - page.width_mm * POINTS_PER_MM) > _WIDTH_TOLERANCE_PT:
        raise PdfFailure("incomplete", detail=f"a page is {width_pt / POINTS_PER_MM:.1f} mm wide")


def _replaced(pdf: bytes, pattern: re.Pattern[bytes], replacement: bytes) -> Change | None:
    found = pattern.search(pdf)
    return Change(*found.span(), replacement) if found else None


def _title(head: str) -> bytes:
    found = _TITLE.search(head)
    text = markup.unescape(found[1]) if found else ""
    return b"<FEFF" + text.encode("utf-16-be", "replace").hex().upper().encode() + b">"


def _created(head: str) -> bytes:
    found = _CREATED.search(head)
    moment = "".join(found.groups()).encode() + b"Z" if found else _NO_DATE
    return b"(D:" + moment + b")"
