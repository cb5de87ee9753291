"""The built-in PDF engine: wkhtmltopdf, kept warm, its page cut to the content in the same pass."""

from __future__ import annotations

import threading
from pathlib import Path

from backend.adapters.pdf.page_height import POINTS_PER_MM, SPARE_PT, check_pdf, finished_pdf
from backend.adapters.pdf.page_picture import last_ink_pt
from backend.adapters.pdf.page_policy import check_page
from backend.adapters.pdf.pdf_file import write_pdf
from backend.adapters.pdf.pdf_structure import BrokenPdfError, page_boxes
from backend.adapters.pdf.wkhtmltopdf_calibration import Calibration, calibrate, remember, remembered, zoomed
from backend.adapters.pdf.wkhtmltopdf_conversion import Conversions, Converted
from backend.adapters.pdf.wkhtmltopdf_options import Paper, told_height
from backend.adapters.pdf.wkhtmltopdf_program import ENGINE, find_program, is_patched, program_version
from backend.adapters.pdf.wkhtmltopdf_worker import USUAL_LIMITS, Limits
from backend.domain.pdf_settings import EngineDescription, PageFormat, PdfFailure
from backend.domain.ticket_layout import HEIGHT_MAX_MM

_CALIBRATIONS = "wkhtmltopdf.json"


class WkhtmltopdfEngine:
    """ports.PdfEngine; nothing is started before the first PDF. One conversion at a time, from any thread."""

    def __init__(
        self,
        cache_dir: Path,
        *,
        program: Path | None = None,
        bundle: Path | None = None,
        limits: Limits = USUAL_LIMITS,
    ) -> None:
        """Work in `cache_dir`; `program` None finds the program when it is first needed, in `bundle` first."""
        self._cache_dir = cache_dir
        self._bundle = bundle
        self._program = program
        self._limits = limits
        self._lock = threading.Lock()
        self._conversions: Conversions | None = None
        self._description: EngineDescription | None = None  # asked for once: the home page shows it each time
        self._calibrations: dict[int, Calibration] = {}

    def describe(self) -> EngineDescription:
        """Return program and version; raises PdfEngineMissingError."""
        with self._lock:
            if self._description is None:
                conversions = self._opened()
                version = program_version(conversions.program, conversions.environment)
                self._description = EngineDescription(
                    ENGINE, str(conversions.program), version, name=ENGINE, patched=is_patched(version)
                )
            return self._description

    def make_pdf(self, html: str, page: PageFormat, target: Path) -> int:
        """Write a checked PDF (ports.PdfEngine); return its number of pages.

        `page.bottom_margin_mm` stays free at both ends of every page. Raises PdfEngineMissingError and PdfFailure.
        """
        check_page(html)
        with self._lock:
            converted, calibration = self._converted(html, page)
        try:
            height_pt = None if page.height_mm else _last_page_pt(converted, page, calibration)
            pdf = finished_pdf(converted.pdf, html, last_page_pt=height_pt)
        except BrokenPdfError as error:
            raise PdfFailure("incomplete", detail=str(error)) from error
        pages = check_pdf(pdf, page)
        write_pdf(target, pdf)
        return pages

    def close(self) -> None:
        """End the program and remove its folder; the engine may be used again."""
        with self._lock:
            self._close()

    @property
    def worker_pid(self) -> int | None:
        """Return the process that stays, if it runs."""
        return self._conversions.worker_pid if self._conversions else None

    def _converted(self, html: str, page: PageFormat) -> tuple[Converted, Calibration]:
        try:
            calibration = self._calibration(page.width_mm)
            return self._opened().convert(zoomed(html, calibration.zoom), _paper(page)), calibration
        except PdfFailure as failure:
            if failure.reason in {"died", "incomplete"}:
                self._description = None
                conversions = self._opened()
                # A program that doesn't even say its version is as good as missing, and has one cause everywhere.
                program_version(conversions.program, conversions.environment)
            raise

    def _opened(self) -> Conversions:
        if self._conversions and not self._conversions.is_usable:
            self._close()
        if not self._conversions:
            program = self._program or find_program(self._bundle)
            self._conversions = Conversions(program, self._cache_dir, self._limits)
        return self._conversions

    def _close(self) -> None:
        if self._conversions:
            self._conversions.close()
        self._conversions = None
        self._calibrations = {}

    def _calibration(self, width_mm: int) -> Calibration:
        conversions, file = self._opened(), self._cache_dir / _CALIBRATIONS
        if not self._calibrations:
            self._calibrations = remembered(file, conversions.program)
        if width_mm not in self._calibrations:
            self._calibrations[width_mm] = _calibrated(conversions, width_mm)
            remember(file, conversions.program, self._calibrations)
        conversions.persistent = self._calibrations[width_mm].persistent
        return self._calibrations[width_mm]


def _paper(page: PageFormat) -> Paper:
    if page.height_mm is None:  # the longest there is, to be cut after measuring
        return Paper(page.width_mm, HEIGHT_MAX_MM, page.bottom_margin_mm, measured=True)
    return Paper(page.width_mm, page.height_mm, page.bottom_margin_mm, measured=False)


def _calibrated(conversions: Conversions, width_mm: int) -> Calibration:
    try:
        return calibrate(conversions, width_mm)
    except PdfFailure:
        # A build that doesn't take its orders from stdin is asked once for each page.
        conversions.persistent = False
        return calibrate(conversions, width_mm)


def _last_page_pt(converted: Converted, page: PageFormat, calibration: Calibration) -> float:
    """Return the height of the last page: its content and the margins."""
    margin_pt = page.bottom_margin_mm * POINTS_PER_MM
    boxes = page_boxes(converted.pdf)
    if len(boxes) == 1:
        return told_height(converted.said) * calibration.points_per_unit + 2 * margin_pt + SPARE_PT
    # Where the program broke the pages, only the picture of the last one tells where it ends.
    return last_ink_pt(converted.pdf, len(boxes)) + margin_pt + SPARE_PT
