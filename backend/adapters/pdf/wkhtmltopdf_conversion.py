"""Runs wkhtmltopdf: one process that stays, restarted when it fails, or a process for each page."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from backend.adapters.pdf.pdf_file import failure_of, write_private
from backend.adapters.pdf.pdf_structure import BrokenPdfError, page_boxes
from backend.adapters.pdf.wkhtmltopdf_options import Paper, check_said, conversion_arguments
from backend.adapters.pdf.wkhtmltopdf_program import ENGINE, closed_environment, no_window
from backend.adapters.pdf.wkhtmltopdf_worker import Limits, Worker, WorkerDiedError, WorkerHungError
from backend.adapters.pdf.work_folder import WorkFolder
from backend.domain.pdf_settings import PdfEngineMissingError, PdfFailure


@dataclass(frozen=True, slots=True)
class Converted:
    """A structurally complete PDF, and what the program said while making it."""

    pdf: bytes
    said: str


class Conversions:
    """Runs one program; its owner lets in one caller at a time. Pages lie in a folder of this process alone."""

    def __init__(self, program: Path, cache_dir: Path, limits: Limits) -> None:
        """Make the folder; raises PdfFailure("unwritable"), PdfFailure("disk_full")."""
        self.program = program
        self.persistent = True
        self._limits = limits
        self._worker: Worker | None = None
        self._work = WorkFolder(cache_dir)
        self._folder = self._work.path
        try:
            self.environment = closed_environment(self._folder, cache_dir / "fontconfig")
        except OSError as error:
            raise failure_of(error) from error

    @property
    def is_usable(self) -> bool:
        """Tell whether the folder is still there."""
        return self._work.is_there

    @property
    def worker_pid(self) -> int | None:
        """Return the process that stays, if it runs."""
        return self._worker.pid if self._worker else None

    def convert(self, html: str, paper: Paper) -> Converted:
        """Make a PDF; a process that fails is started anew once.

        Raises PdfEngineMissingError, PdfFailure (hung, died, incomplete, refused, unwritable, disk_full).
        """
        try:
            return self._attempt(html, paper)
        except PdfFailure as failure:
            if failure.reason not in {"died", "hung", "incomplete"}:
                raise
            self.stop_worker()
        try:
            return self._attempt(html, paper)
        except PdfFailure:
            self.stop_worker()
            raise

    def stop_worker(self) -> None:
        """End the process that stays; the next conversion starts another."""
        worker, self._worker = self._worker, None
        if worker:
            worker.close()

    def close(self) -> None:
        """End the process and remove the folder."""
        self.stop_worker()
        self._work.close()

    def _attempt(self, html: str, paper: Paper) -> Converted:
        page, pdf = (self._folder / f"{token_hex(8)}{ending}" for ending in (".html", ".pdf"))
        arguments = self._arguments(page.name, pdf.name, paper)
        try:
            write_private(page, html.encode("utf-8", "replace"))
            said = self._run(arguments)
            content = pdf.read_bytes() if pdf.exists() else b""
        except OSError as error:
            raise failure_of(error) from error
        finally:
            page.unlink(missing_ok=True)
            pdf.unlink(missing_ok=True)
        check_said(said)
        try:
            page_boxes(content)
        except BrokenPdfError as error:
            raise self._work.incomplete(f"{error} ({len(content)} bytes); {said[-500:]}") from error
        return Converted(content, said)

    def _arguments(self, page: str, pdf: str, paper: Paper) -> list[str]:
        try:
            return conversion_arguments(self.program, page, pdf, paper)
        except OSError as error:  # pdfkit looks for the program
            raise PdfEngineMissingError(ENGINE, str(error)) from error

    def _run(self, arguments: Sequence[str]) -> str:
        try:
            return self._ask_worker(arguments) if self.persistent else self._run_once(arguments)
        except (WorkerHungError, subprocess.TimeoutExpired) as error:
            raise PdfFailure("hung", detail=str(error)) from error
        except WorkerDiedError as error:
            raise PdfFailure("died", detail=str(error)) from error

    def _ask_worker(self, arguments: Sequence[str]) -> str:
        if not self._worker:
            self._worker = self._start_worker()
        said = self._worker.convert(arguments, self._limits.timeout_s)
        if self._worker.is_worn(self._limits):
            self.stop_worker()
            self._worker = self._start_worker()
        return said

    def _start_worker(self) -> Worker:
        try:
            return Worker(self.program, self.environment, self._folder)
        except OSError as error:
            raise PdfEngineMissingError(ENGINE, str(error)) from error

    def _run_once(self, arguments: Sequence[str]) -> str:
        # pdfkit's own to_pdf waits without a limit and keeps what the program says to itself.
        try:
            ended = subprocess.run(
                [self.program, *arguments],
                cwd=self._folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self._limits.timeout_s,
                check=False,
                creationflags=no_window(),
            )
        except OSError as error:
            raise PdfEngineMissingError(ENGINE, str(error)) from error
        said = ended.stderr.decode(errors="replace").replace("\r", "\n")
        if ended.returncode < 0:
            raise PdfFailure("died", detail=f"signal {-ended.returncode}; {said[-500:]}")
        # Other exit codes prove nothing: 0 without a file, 1 with a good one.
        return said
