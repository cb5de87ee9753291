"""The browser of the PC as PDF engine: Edge, Chrome or Chromium, kept warm, without network, scripts or profile."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from backend.adapters.pdf.browser_page import BrowserPage
from backend.adapters.pdf.browser_places import browser_name, browser_version, find_browser
from backend.adapters.pdf.browser_process import BrowserProcess
from backend.adapters.pdf.page_height import POINTS_PER_MM, SPARE_PT, check_pdf, finished_pdf
from backend.adapters.pdf.page_picture import last_ink_pt
from backend.adapters.pdf.page_policy import check_page
from backend.adapters.pdf.pdf_file import failure_of, write_pdf
from backend.adapters.pdf.pdf_structure import BrokenPdfError, page_boxes
from backend.adapters.pdf.wkhtmltopdf_program import closed_environment
from backend.adapters.pdf.wkhtmltopdf_worker import Limits, WorkerDiedError, WorkerHungError
from backend.adapters.pdf.work_folder import WorkFolder
from backend.domain.pdf_settings import EngineDescription, PageFormat, PdfEngineMissingError, PdfFailure

USUAL_LIMITS = Limits(timeout_s=20, conversions=250, memory_bytes=1_500_000_000)
_WEIGHED_EVERY = 25  # conversions: adding up the helpers' memory takes milliseconds


class BrowserEngine:
    """ports.PdfEngine; nothing is started before the first PDF. One page at a time, from any thread."""

    def __init__(self, cache_dir: Path, *, program: Path | None = None, limits: Limits = USUAL_LIMITS) -> None:
        """Work in `cache_dir`; `program` None finds the browser when it is first needed."""
        self._cache_dir = cache_dir
        self._program = program
        self._limits = limits
        self._lock = threading.Lock()
        self._work: WorkFolder | None = None
        self._browser: BrowserProcess | None = None
        self._page: BrowserPage | None = None
        self._conversions = 0
        self._description: EngineDescription | None = None

    def describe(self) -> EngineDescription:
        """Return browser and version, as its files tell them; raises PdfEngineMissingError."""
        with self._lock:
            if self._description is None:
                program = self._found()
                version = browser_version(program)
                self._description = EngineDescription("browser", str(program), version, browser_name(program))
            return self._description

    def make_pdf(self, html: str, page: PageFormat, target: Path) -> int:
        """Write a checked PDF (ports.PdfEngine); return its number of pages.

        Raises PdfEngineMissingError, PdfFailure.
        """
        check_page(html)
        try:
            with self._lock:
                made, fitted_pt = self._printed(html, page)
            pdf = _finished(made, fitted_pt, html, page)
            pages = check_pdf(pdf, page)
            write_pdf(target, pdf)
        except PdfFailure as failure:
            failure.engine = self._name()
            raise
        return pages

    def close(self) -> None:
        """End the browser and remove its folder; the engine may be used again."""
        with self._lock:
            self._stop()
            self._description = None

    @property
    def worker_pid(self) -> int | None:
        """Return the process that stays, if it runs."""
        return self._browser.pid if self._browser else None

    def _printed(self, html: str, page: PageFormat) -> tuple[bytes, float]:
        try:
            return self._attempt(html, page)
        except PdfFailure as failure:
            self._stop()
            if failure.reason not in {"died", "hung", "incomplete"}:
                raise
        try:
            return self._attempt(html, page)
        except PdfFailure:
            self._stop()
            self._description = None
            raise

    def _attempt(self, html: str, page: PageFormat) -> tuple[bytes, float]:
        if self._work and not self._work.is_there:
            self._stop()
        opened = self._opened()
        browser, work = self._browser, self._work
        assert browser is not None  # noqa: S101 - opened
        assert work is not None  # noqa: S101 - opened
        try:
            with browser.deadline(self._limits.timeout_s):
                pdf, fitted_pt = opened.print(html, page)
        except WorkerHungError as error:
            raise PdfFailure("hung", detail=str(error)) from error
        except WorkerDiedError as error:
            raise PdfFailure("died", detail=str(error)) from error
        self._conversions += 1
        if self._is_worn(browser.pid):
            self._stop()
        try:
            page_boxes(pdf)
        except BrokenPdfError as error:
            raise PdfFailure("incomplete", detail=f"{error} ({len(pdf)} bytes)") from error
        return pdf, fitted_pt

    def _opened(self) -> BrowserPage:
        if self._page is None:
            program = self._found()
            self._work = WorkFolder(self._cache_dir)
            try:
                environment = closed_environment(self._work.path, self._cache_dir / "fontconfig")
            except OSError as error:
                self._stop()
                raise failure_of(error) from error
            self._page = self._started(program, environment, self._work.path)
        return self._page

    def _started(self, program: Path, environment: dict[str, str], folder: Path) -> BrowserPage:
        try:
            self._browser = BrowserProcess(program, environment, folder)
            with self._browser.deadline(self._limits.timeout_s):
                return BrowserPage(self._browser)
        except WorkerHungError as error:
            self._stop()
            raise PdfFailure("hung", detail=str(error)) from error
        except (OSError, WorkerDiedError) as error:
            self._stop()
            raise PdfEngineMissingError(self._name(), str(error)) from error

    def _found(self) -> Path:
        if self._program is None:
            return find_browser()
        if not self._program.is_file():
            raise PdfEngineMissingError(browser_name(self._program), f"{self._program} is gone")
        return self._program

    def _name(self) -> str:
        try:
            return browser_name(self._program or find_browser())
        except PdfEngineMissingError as error:
            return error.engine

    def _stop(self) -> None:
        browser, work = self._browser, self._work
        self._browser = self._work = self._page = None
        self._conversions = 0
        if browser:
            browser.close()
        if work:
            work.close()

    def _is_worn(self, pid: int) -> bool:
        if self._conversions >= self._limits.conversions:
            return True
        weighs = self._limits.memory_bytes < USUAL_LIMITS.memory_bytes or self._conversions % _WEIGHED_EVERY == 0
        return weighs and group_memory_bytes(pid) > self._limits.memory_bytes


def group_memory_bytes(group: int) -> int:
    """Return the resident memory of a process group, shared pages counted for each; 0 where no /proc tells it."""
    total = 0
    if sys.platform == "linux":
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text(encoding="ascii", errors="replace").rpartition(") ")[2].split()
            except OSError:
                continue  # it has ended
            if int(fields[2]) == group:
                total += int(fields[21]) * 4096
    return total


def _finished(pdf: bytes, fitted_pt: float, html: str, page: PageFormat) -> bytes:
    try:
        pages = len(page_boxes(pdf))
        height_pt = None
        if page.height_mm is None:
            height_pt = fitted_pt
            if pages > 1:  # where the browser broke the pages, only the picture of the last one tells where it ends
                height_pt = last_ink_pt(pdf, pages) + page.bottom_margin_mm * POINTS_PER_MM + SPARE_PT
        return finished_pdf(pdf, html, last_page_pt=height_pt)
    except BrokenPdfError as error:
        raise PdfFailure("incomplete", detail=str(error)) from error
