"""Reads the text of a PDF from anywhere in a process of its own: a hostile one ends that process, not the program."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from backend.adapters.pdf.page_picture import page_count, page_text
from backend.adapters.pdf.wkhtmltopdf_program import no_window
from backend.domain.errors import FacteurError

COMMAND = "read-pdf"
_PATIENCE_S = 20.0
_MEMORY_MAX_BYTES = 1_500_000_000
_PAGES_READ = 6  # from either end
_TEXT_MAX = 100_000  # of a page, from its end: that is where the seal stands
_ONE_AT_A_TIME = threading.Lock()


def pdf_text(pdf: bytes, program: Sequence[str], *, patience_s: float = _PATIENCE_S) -> str:
    """Return the text of the first and last pages, "" of what can't be read as a PDF in time.

    `program` starts Facteur's command line, whose hidden command answers by `write_text_of`.
    """
    if not pdf[:1024].lstrip().startswith(b"%PDF-"):
        return ""
    with _ONE_AT_A_TIME, tempfile.TemporaryDirectory(prefix="facteur-") as folder:
        shown, answer = Path(folder) / "shown.pdf", Path(folder) / "text"
        shown.write_bytes(pdf)
        try:
            subprocess.run(
                [*program, COMMAND, str(shown), str(answer)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=patience_s,
                check=True,
                creationflags=no_window(),
            )
            return answer.read_text("utf-8")
        except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
            return ""


def write_text_of(pdf: Path, answer: Path) -> None:
    """Write what `pdf_text` returns, in the process made for it."""
    _limit_this_process()
    try:
        count = page_count(pdf)
        numbers = [number for number in range(1, count + 1) if number <= _PAGES_READ or number > count - _PAGES_READ]
        text = "\n".join(page_text(pdf, number)[-_TEXT_MAX:] for number in numbers)
    except FacteurError:
        text = ""
    answer.write_text(text, encoding="utf-8", errors="replace")


def _limit_this_process() -> None:
    if sys.platform != "win32":
        import resource

        seconds = int(_PATIENCE_S)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MAX_BYTES, _MEMORY_MAX_BYTES))
