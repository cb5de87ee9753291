"""The bones of a PDF (ISO 32000-1, 7.5): cross-reference table, pages, streams; read and rewritten without a library.

A library that opens PDFs mends what is broken without a word; here broken means refused.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

_END = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_TABLE = re.compile(rb"xref\s+0\s+(\d+)\s+((?:\d{10} \d{5} [nf][ \r\n]{2})+)")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) n")
_PAGE = re.compile(rb"/Type\s*/Page\b")
_MEDIA_BOX = re.compile(rb"/MediaBox\s*\[\s*([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s*\]")
_STREAM = re.compile(rb"/FlateDecode\b[^>]*>>\s*stream\r?\n")
_SHOWN_TEXT = re.compile(rb"[>)\]]\s*T[jJ]\b")


class BrokenPdfError(Exception):
    """These bytes are no complete PDF; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class PageBox:
    """A page's media box in points, and where it stands in the file."""

    left: float
    bottom: float
    right: float
    top: float
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Change:
    """New bytes for a span of the file."""

    start: int
    end: int
    replacement: bytes


def page_boxes(pdf: bytes) -> list[PageBox]:
    """Return the box of each page, in the order of the pages of an engine that writes them one after the other.

    Raises BrokenPdfError unless header, end and every entry of the cross-reference table are right.
    """
    _check_objects(pdf)
    boxes = [_box(found) for found in _MEDIA_BOX.finditer(pdf)]
    if not boxes or len(boxes) != len(_PAGE.findall(pdf)):
        raise BrokenPdfError("pages without a box of their own")
    return boxes


def check_streams(pdf: bytes) -> None:
    """Unpack every compressed stream; raises BrokenPdfError where one is cut, or where no text is shown at all."""
    shows_text = False
    for found in _STREAM.finditer(pdf):
        unpacking = zlib.decompressobj()
        try:
            content = unpacking.decompress(pdf[found.end() :])
        except zlib.error as error:
            raise BrokenPdfError(f"stream at {found.start()}: {error}") from error
        if not unpacking.eof:
            raise BrokenPdfError(f"stream at {found.start()} is cut")
        shows_text = shows_text or bool(_SHOWN_TEXT.search(content))
    if not shows_text:
        raise BrokenPdfError("no text on any page")


def rewrite(pdf: bytes, changes: Iterable[Change]) -> bytes:
    """Replace spans that don't overlap, and move the cross-reference table with them; raises BrokenPdfError."""
    ordered = sorted(changes, key=lambda change: change.start)
    table, end = _table(pdf)

    def moved(offset: int) -> int:
        return offset + sum(len(c.replacement) - (c.end - c.start) for c in ordered if c.start < offset)

    entries = _ENTRY.sub(lambda entry: b"%010d %s n" % (moved(int(entry[1])), entry[2]), table[2])
    ordered += [Change(*table.span(2), entries), Change(*end.span(1), b"%d" % moved(table.start()))]
    parts, position = [], 0
    for change in ordered:
        parts += [pdf[position : change.start], change.replacement]
        position = change.end
    return b"".join((*parts, pdf[position:]))


def _box(found: re.Match[bytes]) -> PageBox:
    left, bottom, right, top = (float(number) for number in found.groups())
    return PageBox(left, bottom, right, top, found.span())


def _check_objects(pdf: bytes) -> None:
    if not pdf.startswith(b"%PDF-"):
        raise BrokenPdfError("no PDF")
    table, _ = _table(pdf)
    if len(_ENTRY.findall(table[2])) + table[2].count(b" f") != int(table[1]):
        raise BrokenPdfError("cross-reference table is incomplete")
    for number, line in enumerate(table[2].splitlines()):
        entry = _ENTRY.match(line)
        if entry and not pdf.startswith(b"%d %d obj" % (number, int(entry[2])), int(entry[1])):
            raise BrokenPdfError(f"object {number} is not where the table says")


def _table(pdf: bytes) -> tuple[re.Match[bytes], re.Match[bytes]]:
    end = _END.search(pdf, max(0, len(pdf) - 1024))
    if not end:
        raise BrokenPdfError("no end")
    table = _TABLE.match(pdf, int(end[1]))
    if not table:
        raise BrokenPdfError("no cross-reference table where the end says")
    return table, end
