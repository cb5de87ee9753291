"""What the test PDF has to show, and what is wrong with one that doesn't (PRODUCT C4)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from backend.domain.errors import FacteurError

TEST_WIDTH_MM = 80
RULER_MM = 50
# Accents, ligature, euro, guillemets; Greek and Cyrillic as the shipped font has them.
TEST_WORDS = ("Pâte à crêpes, œufs frais", "148,40 €", "« Où ça ? »", "Ελληνικά", "Кириллица")
_SCALE_TOLERANCE = 0.01
_WIDTH_TOLERANCE_MM = 0.6  # engines round to whole points
_EDGE_MM = 0.5


@dataclass(frozen=True, slots=True)
class PdfInspection:
    """What was read in a PDF: its text, pages, width, fonts that are not embedded, and left and right of each bar."""

    text: str
    page_count: int
    width_mm: float
    foreign_fonts: tuple[str, ...]
    bars_mm: tuple[tuple[float, float], ...]


@dataclass(eq=False)
class PdfTestError(FacteurError):
    """The test PDF was made, and is wrong; `reason` is pages, width, ruler, scale, cut, font or text."""

    cause = "pdf_test"
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FolderReport:
    """A folder that PDFs can be made in; `warnings` are synced, network and little_space."""

    path: str
    free_bytes: int
    warnings: tuple[str, ...] = ()
    is_new: bool = False


@dataclass(eq=False)
class PdfFolderError(FacteurError):
    """PDFs can't be made in this folder.

    `reason` is relative, file, absent, read_only, full or io.
    """

    cause = "pdf_folder"
    path: str
    reason: str


def check_test_pdf(seen: PdfInspection) -> None:
    """Raise PdfTestError for the first thing that a test PDF does not show as it should."""
    if seen.page_count != 1:
        raise PdfTestError("pages", str(seen.page_count))
    if abs(seen.width_mm - TEST_WIDTH_MM) > _WIDTH_TOLERANCE_MM:
        raise PdfTestError("width", f"{seen.width_mm:.1f}")
    _check_bars(seen)
    for word in TEST_WORDS:
        if _squeezed(word) not in _squeezed(seen.text):
            raise PdfTestError("text", word)
    if seen.foreign_fonts:
        raise PdfTestError("font", ", ".join(seen.foreign_fonts))


def _check_bars(seen: PdfInspection) -> None:
    bars = sorted(seen.bars_mm, key=lambda bar: bar[1] - bar[0])
    if len(bars) < 2:
        raise PdfTestError("ruler", str(len(bars)))
    (ruler_left, ruler_right), (left, right) = bars[0], bars[-1]
    ruler = ruler_right - ruler_left
    if abs(ruler / RULER_MM - 1) > _SCALE_TOLERANCE:
        raise PdfTestError("scale", f"{ruler:.1f}")
    if left < -_EDGE_MM or right > seen.width_mm + _EDGE_MM or right - left < TEST_WIDTH_MM * (1 - _SCALE_TOLERANCE):
        raise PdfTestError("cut", f"{right - left:.1f}")


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
