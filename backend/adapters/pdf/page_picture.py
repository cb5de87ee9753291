"""Pictures, texts and measures of PDF pages, by PDFium; loaded when first used."""

from __future__ import annotations

import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from backend.domain.errors import NotFoundError, StorageError

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

# PDFium is made for one thread at a time.
_PDFIUM = threading.Lock()
_WIDTH_MAX_PX = 4000
_PIXELS_MAX = 60_000_000
_WHITE = 255


@dataclass(frozen=True, slots=True)
class SeenPage:
    """The first page of a PDF: its text, width, fonts that are not embedded, and the bounds of its shapes."""

    page_count: int
    text: str
    width_pt: float
    foreign_fonts: tuple[str, ...]
    shapes_pt: tuple[tuple[float, float, float, float], ...]


def inspect_page(pdf: Path) -> SeenPage:
    """Return what the first page holds; raises StorageError("damaged"), NotFoundError("page", ...)."""
    return SeenPage(
        page_count(pdf), page_text(pdf), page_size_pt(pdf)[0], tuple(_foreign_fonts(pdf)), tuple(path_bounds_pt(pdf))
    )


def _foreign_fonts(pdf: Path) -> list[str]:
    import ctypes

    import pypdfium2.raw as pdfium

    names: set[str] = set()
    with _document(pdf) as document, _page(document, 1) as opened:
        for text in opened.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
            font = pdfium.FPDFTextObj_GetFont(text.raw)
            if font and pdfium.FPDFFont_GetIsEmbedded(font) != 1:
                name = ctypes.create_string_buffer(200)
                pdfium.FPDFFont_GetBaseFontName(font, name, len(name))
                names.add(name.value.decode("utf-8", "replace"))
    return sorted(names)


def page_count(pdf: Path | bytes) -> int:
    """Return the number of pages; raises StorageError("damaged")."""
    with _document(pdf) as document:
        return len(document)


def page_size_pt(pdf: Path | bytes, page: int = 1) -> tuple[float, float]:
    """Return width and height of a page in points."""
    with _document(pdf) as document, _page(document, page) as opened:
        width, height = opened.get_size()
        return width, height


def page_text(pdf: Path | bytes, page: int = 1) -> str:
    """Return the text of a page, in the order of the file."""
    with _document(pdf) as document, _page(document, page) as opened:
        text_page = opened.get_textpage()
        try:
            return str(text_page.get_text_range())
        finally:
            text_page.close()


def page_png(pdf: Path | bytes, page: int = 1, *, width_px: int) -> bytes:
    """Return a grey PNG of a page, `width_px` wide (less where the page is so long that the picture would be huge).

    Raises NotFoundError("page", ...), StorageError("damaged").
    """
    with _document(pdf) as document, _page(document, page) as opened:
        width_pt, height_pt = opened.get_size()
        scale = min(width_px, _WIDTH_MAX_PX) / width_pt
        scale = min(scale, (_PIXELS_MAX / (width_pt * height_pt)) ** 0.5)
        width, rows = _grey_rows(opened, scale)
    return _png(width, rows)


def last_ink_pt(pdf: Path | bytes, page: int = 1, *, dots_per_pt: float = 1.0) -> float:
    """Return how far below the top edge of a page the lowest ink lies, in points; 0 on an empty page."""
    with _document(pdf) as document, _page(document, page) as opened:
        _width, rows = _grey_rows(opened, dots_per_pt)
    for number in range(len(rows) - 1, -1, -1):
        if min(rows[number]) < _WHITE:
            return (number + 1) / dots_per_pt
    return 0.0


def path_bounds_pt(pdf: Path | bytes, page: int = 1) -> list[tuple[float, float, float, float]]:
    """Return left, bottom, right, top of each drawn shape (no text) of a page, in points."""
    import pypdfium2.raw as pdfium

    with _document(pdf) as document, _page(document, page) as opened:
        shapes = opened.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH])
        return [tuple(shape.get_bounds()) for shape in shapes]


@contextmanager
def _document(pdf: Path | bytes) -> Iterator[PdfDocument]:
    import pypdfium2

    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except (pypdfium2.PdfiumError, OSError) as error:
            name = "" if isinstance(pdf, bytes) else str(pdf)
            raise StorageError(name, "damaged") from error
        try:
            yield document
        finally:
            document.close()


@contextmanager
def _page(document: PdfDocument, number: int) -> Iterator[PdfPage]:
    if not 1 <= number <= len(document):
        raise NotFoundError("page", str(number))
    page = document[number - 1]
    try:
        yield page
    finally:
        page.close()


def _grey_rows(page: PdfPage, scale: float) -> tuple[int, list[bytes]]:
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        pixels, stride = bytes(bitmap.buffer), bitmap.stride
        rows = [pixels[row * stride : row * stride + bitmap.width] for row in range(bitmap.height)]
        return bitmap.width, rows
    finally:
        bitmap.close()


def _png(width: int, rows: list[bytes]) -> bytes:
    """Write 8-bit grey (PNG, ISO/IEC 15948)."""
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
