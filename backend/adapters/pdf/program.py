"""Another program as PDF engine: an argument list of the administrator's, run for each page without a shell."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex

from backend.adapters.pdf.other_pdf import finished_other_pdf
from backend.adapters.pdf.page_policy import check_page, with_style
from backend.adapters.pdf.pdf_file import failure_of, write_pdf, write_private
from backend.adapters.pdf.pdf_structure import BrokenPdfError
from backend.adapters.pdf.wkhtmltopdf_program import closed_environment, no_window
from backend.adapters.pdf.work_folder import WorkFolder
from backend.domain.pdf_settings import (
    EngineDescription,
    PageFormat,
    PdfEngineMissingError,
    PdfFailure,
    filled_arguments,
)
from backend.domain.ticket_layout import HEIGHT_MAX_MM

_TIMEOUT_S = 30  # other programs start slowly: an office suite takes ten seconds


class ProgramEngine:
    """ports.PdfEngine; one page at a time, from any thread. The page says its size in CSS (`@page`)."""

    def __init__(self, cache_dir: Path, arguments: Sequence[str], *, timeout_s: float = _TIMEOUT_S) -> None:
        """Take checked arguments (domain.checked_arguments)."""
        self._cache_dir = cache_dir
        self._arguments = tuple(arguments)
        self._timeout_s = timeout_s
        self._lock = threading.Lock()

    def describe(self) -> EngineDescription:
        """Return the program; its version isn't asked for. Raises PdfEngineMissingError."""
        program = self._program()
        return EngineDescription("program", program, "", name=Path(program).name)

    def make_pdf(self, html: str, page: PageFormat, target: Path) -> int:
        """Write a checked PDF (ports.PdfEngine); return its number of pages.

        The last page of a small format is cut to its content where the PDF's form allows it (other_pdf.py).
        """
        check_page(html)
        program = self._program()
        try:
            with self._lock:
                pdf, pages = self._made(program, html, page)
            write_pdf(target, pdf)
        except PdfFailure as failure:
            failure.engine = Path(program).name
            raise
        return pages

    def close(self) -> None:
        """Do nothing: nothing stays."""

    def _program(self) -> str:
        if not self._arguments:
            raise PdfEngineMissingError("program", "no program is set")
        found = shutil.which(self._arguments[0])
        if not found:
            raise PdfEngineMissingError(Path(self._arguments[0]).name, f"{self._arguments[0]} is no program")
        return found

    def _made(self, program: str, html: str, page: PageFormat) -> tuple[bytes, int]:
        folder = WorkFolder(self._cache_dir)
        try:
            source, pdf = (folder.path / f"{token_hex(8)}{ending}" for ending in (".html", ".pdf"))
            write_private(source, with_style(html, _page_size(page)).encode("utf-8", "replace"))
            arguments = filled_arguments(self._arguments[1:], page=str(source), pdf=str(pdf), width_mm=page.width_mm)
            environment = closed_environment(folder.path, self._cache_dir / "fontconfig")
            said = self._run([program, *arguments], environment, folder.path)
            content = pdf.read_bytes() if pdf.is_file() else b""
            try:
                return finished_other_pdf(content, html, page)
            except BrokenPdfError as error:
                raise folder.incomplete(f"{error} ({len(content)} bytes); {said}") from error
        except OSError as error:
            raise failure_of(error) from error
        finally:
            folder.close()

    def _run(self, command: list[str], environment: dict[str, str], folder: Path) -> str:
        """Wait for the program to end well; return the end of what it said."""
        with tempfile.TemporaryFile(dir=folder) as said:  # a pipe would be held open by what the program starts
            try:
                process = subprocess.Popen(
                    command,
                    cwd=folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    start_new_session=True,
                    creationflags=no_window(),
                )
            except OSError as error:
                raise PdfEngineMissingError(Path(command[0]).name, str(error)) from error
            try:
                code = process.wait(self._timeout_s)
            except subprocess.TimeoutExpired as error:
                _end_with_children(process)
                raise PdfFailure("hung", detail=f"no end within {self._timeout_s:g} s") from error
            said.seek(0)
            words = said.read()[-500:].decode("utf-8", "replace")
        if code:
            raise PdfFailure("died", detail=f"exit code {code}; {words}")
        return words


def _page_size(page: PageFormat) -> str:
    """Return the CSS that tells its paper to a program that reads it (CSS Paged Media 3)."""
    height_mm = page.height_mm or HEIGHT_MAX_MM
    return f"@page {{ size: {page.width_mm}mm {height_mm}mm; margin: {page.bottom_margin_mm}mm 0 }}"


def _end_with_children(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        command = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
        subprocess.run(command, capture_output=True, check=False, creationflags=no_window())
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
