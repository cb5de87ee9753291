"""The engines of this PC, and the one in force (ports.PdfEngines, ports.PdfEngine)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from backend.domain.pdf_settings import FoundProgram, PdfSettings

if TYPE_CHECKING:
    from backend.domain.pdf_settings import EngineDescription, PageFormat
    from backend.ports import PdfEngine, PdfEngines


class PcPdfEngines:
    """Finds and makes engines; they work in `cache_dir`, and a wkhtmltopdf may lie beside the program in `bundle`."""

    def __init__(self, cache_dir: Path, bundle: Path) -> None:
        self._cache_dir = cache_dir
        self._bundle = bundle

    def wkhtmltopdf_programs(self) -> tuple[FoundProgram, ...]:
        """Return every wkhtmltopdf of this PC, asked for its version."""
        from backend.adapters.pdf.wkhtmltopdf_program import describe_program, found_places

        return tuple(describe_program(place, self._cache_dir) for place in found_places(self._bundle))

    def browsers(self) -> tuple[FoundProgram, ...]:
        """Return every browser of this PC that could make PDFs."""
        from backend.adapters.pdf.browser_places import found_browsers

        return found_browsers()

    def engine_for(self, settings: PdfSettings) -> PdfEngine:
        """Return an engine that starts nothing before it is used; to be closed after use."""
        if settings.engine == "browser":
            from backend.adapters.pdf.browser import BrowserEngine

            return BrowserEngine(self._cache_dir, program=Path(settings.browser) if settings.browser else None)
        if settings.engine == "program":
            from backend.adapters.pdf.program import ProgramEngine

            return ProgramEngine(self._cache_dir, settings.program)
        from backend.adapters.pdf.wkhtmltopdf import WkhtmltopdfEngine

        chosen = Path(settings.wkhtmltopdf) if settings.wkhtmltopdf else None
        return WkhtmltopdfEngine(self._cache_dir, program=chosen, bundle=self._bundle)


class EngineInForce:
    """The engine of the settings as they are at each PDF: another window may change them. No other is ever tried."""

    def __init__(self, engines: PdfEngines, settings: Callable[[], PdfSettings]) -> None:
        self._engines = engines
        self._settings = settings
        self._lock = threading.Lock()
        self._engine: PdfEngine | None = None
        self._made_for: tuple[object, ...] = ()

    def describe(self) -> EngineDescription:
        """Return program and version; raises PdfEngineMissingError, StorageError."""
        return self._current().describe()

    def make_pdf(self, html: str, page: PageFormat, target: Path) -> int:
        """Make a PDF (ports.PdfEngine); raises PdfFailure, PdfEngineMissingError, StorageError."""
        return self._current().make_pdf(html, page, target)

    def close(self) -> None:
        """End the engine; the next PDF starts it anew."""
        with self._lock:
            self._close()

    def _current(self) -> PdfEngine:
        settings = self._settings()
        wanted = (settings.engine, settings.wkhtmltopdf, settings.browser, settings.program)
        with self._lock:
            if self._engine is None or wanted != self._made_for:
                self._close()
                self._engine, self._made_for = self._engines.engine_for(settings), wanted
            return self._engine

    def _close(self) -> None:
        if self._engine:
            self._engine.close()
        self._engine = None
