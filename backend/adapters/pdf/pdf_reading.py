"""Reads the text of a PDF from anywhere, in a process of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backend.adapters.pdf.own_process import PATIENCE_S, limit_this_process, read_in_own_process
from backend.adapters.pdf.page_picture import page_count, page_text
from backend.domain.errors import FacteurError

COMMAND = "read-pdf"
_PAGES_READ = 6  # from either end
_TEXT_MAX = 100_000  # of a page, from its end: that is where the seal stands


def pdf_text(pdf: bytes, program: Sequence[str], *, patience_s: float = PATIENCE_S) -> str:
    """Return the text of the first and last pages, "" of what can't be read as a PDF in time.

    `program` starts Facteur's command line, whose hidden command answers by `write_text_of`.
    """
    if not pdf[:1024].lstrip().startswith(b"%PDF-"):
        return ""
    answer = read_in_own_process(pdf, program, COMMAND, patience_s=patience_s)
    return answer.decode("utf-8", "replace") if answer else ""


def write_text_of(pdf: Path, answer: Path) -> None:
    """Write what `pdf_text` returns, in the process made for it."""
    limit_this_process()
    try:
        count = page_count(pdf)
        numbers = [number for number in range(1, count + 1) if number <= _PAGES_READ or number > count - _PAGES_READ]
        text = "\n".join(page_text(pdf, number)[-_TEXT_MAX:] for number in numbers)
    except FacteurError:
        text = ""
    answer.write_text(text, encoding="utf-8", errors="replace")
