"""Finishes the PDF of a program that may write it in any form: cut to its content where that form allows it."""

from __future__ import annotations

import re

from backend.adapters.pdf.page_height import POINTS_PER_MM, SPARE_PT, check_pdf, check_width, finished_pdf
from backend.adapters.pdf.page_picture import last_ink_pt, page_count, page_size_pt, page_text
from backend.adapters.pdf.pdf_structure import BrokenPdfError, page_boxes
from backend.domain.errors import StorageError
from backend.domain.pdf_settings import PageFormat

_END = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
# Objects packed into streams (PDF 1.5, ISO 32000-1 7.5.8): the end leads to a stream instead of a table.
_PACKED = re.compile(rb"\d+ \d+ obj\b")
_DOTS_PER_PT = 2.0


def finished_other_pdf(pdf: bytes, html: str, page: PageFormat) -> tuple[bytes, int]:
    """Return the checked PDF and its number of pages; raises BrokenPdfError, PdfFailure("incomplete").

    A PDF with packed objects stays as it is: its pages have the height that the program gave them.
    """
    if _is_packed(pdf):
        return pdf, _checked_packed(pdf, page)
    boxes = page_boxes(pdf)
    height_pt = None
    if page.height_mm is None:
        ink_pt = last_ink_pt(pdf, len(boxes), dots_per_pt=_DOTS_PER_PT)
        height_pt = ink_pt + page.bottom_margin_mm * POINTS_PER_MM + SPARE_PT
    finished = finished_pdf(pdf, html, last_page_pt=height_pt)
    return finished, check_pdf(finished, page)


def _is_packed(pdf: bytes) -> bool:
    end = _END.search(pdf, max(0, len(pdf) - 1024))
    return bool(end and _PACKED.match(pdf, int(end[1])))


def _checked_packed(pdf: bytes, page: PageFormat) -> int:
    try:
        pages = page_count(pdf)
        for number in range(1, pages + 1):
            check_width(page_size_pt(pdf, number)[0], page)
        if not any(page_text(pdf, number).strip() for number in range(1, pages + 1)):
            raise BrokenPdfError("no text on any page")
    except StorageError as error:
        raise BrokenPdfError("no PDF that can be read") from error
    return pages
