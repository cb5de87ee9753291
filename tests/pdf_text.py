"""What other programs (poppler) read in a PDF."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from pathlib import Path


def said_by(*command: str | Path) -> str:
    """Run a program that must succeed; return what it prints."""
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def text_of(pdf: Path) -> str:
    """Return the text in the order in which it is set, as pdftotext reads it, squeezed."""
    return squeezed(said_by("pdftotext", "-raw", pdf, "-"))


def squeezed(text: str) -> str:
    """Drop every space, and take every minus for the plain one: lines may break anywhere."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).replace("\u2212", "-")


def assert_in_order(parts: list[str], text: str) -> None:
    """Hold that each part stands in a squeezed text behind the one before it."""
    position = 0
    for part in map(squeezed, parts):
        found = text.find(part, position)
        assert found >= 0, f"{part!r} is missing after {text[max(0, position - 60) : position]!r}"
        position = found + len(part)
