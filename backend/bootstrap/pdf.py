"""What makes the pages and PDFs of one data folder, and reads those that come from elsewhere."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from backend.bootstrap.program import own_command, program_folder
from backend.bootstrap.stores import StoreServices, own_folder, private_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.domain.logo import Logo
    from backend.domain.pdf_test import FolderReport, PdfInspection
    from backend.ports import PdfEngine, PdfEngines, TicketPage


class PdfServices(StoreServices):
    """An engine, or a library that reads a PDF or a picture, is imported when it is first asked for."""

    @cached_property
    def ticket_page(self) -> TicketPage:
        """Return what sets tickets as HTML."""
        from backend.adapters.pdf.ticket_page import JinjaTicketPage
        from backend.usecases.find_logo import find_logo

        return JinjaTicketPage(lambda company: find_logo(company, self.logos))

    @cached_property
    def pdf_engine(self) -> PdfEngine:
        """Return the engine in force, kept warm until the end."""
        from backend.adapters.pdf.engines import EngineInForce

        engine = EngineInForce(self.pdf_engines, self.settings.pdf_settings)
        self._ending.callback(engine.close)
        return engine

    @cached_property
    def pdf_engines(self) -> PdfEngines:
        """Return what finds engines on this PC and makes them."""
        from backend.adapters.pdf.engines import PcPdfEngines

        return PcPdfEngines(own_folder(self._data_dir / "cache"), program_folder())

    @property
    def pdf_folder(self) -> Path:
        """Return the folder in force, made if it was missing; raises StorageError."""
        chosen = self.settings.pdf_settings().folder
        return private_folder(Path(chosen) if chosen else own_folder(self._data_dir / "pdf"))

    def missing_glyphs(self, html: str) -> str:
        """Return the characters of a ticket's page that no shipped font has."""
        from backend.adapters.pdf.font_glyphs import missing_glyphs

        return missing_glyphs(html)

    def page_picture(self, pdf: Path, width_px: int) -> bytes:
        """Return a PNG of the first page of a PDF."""
        from backend.adapters.pdf.page_picture import page_png

        return page_png(pdf, width_px=width_px)

    def check_pdf_folder(self, folder: str) -> FolderReport:
        """Make a folder ("" is the default one) if it is missing, and try it; raises PdfFolderError."""
        from backend.adapters.pdf.pdf_folder import check_folder

        return check_folder(folder or str(own_folder(self._data_dir / "pdf")))

    def notice_page(self, title: str, paragraphs: Sequence[str]) -> str:
        """Return the page of the till notice with these words."""
        from backend.adapters.pdf.notice_page import notice_page

        return notice_page(title, paragraphs)

    def test_page(self, title: str, company: str, ruler: str, whole: str, logo: Logo | None) -> str:
        """Return the page of the test PDF with these words."""
        from backend.adapters.pdf.test_page import test_page

        return test_page(title, company, ruler, whole, logo)

    def inspect_test_pdf(self, pdf: Path) -> PdfInspection:
        """Read a test PDF as it lies on the disk; raises StorageError."""
        from backend.adapters.pdf.test_page import inspect_test_pdf

        return inspect_test_pdf(pdf)

    def pdf_text(self, pdf: bytes) -> str:
        """Return the text of a PDF from anywhere, read in a process of its own."""
        from backend.adapters.pdf.pdf_reading import pdf_text

        return pdf_text(pdf, own_command())

    def read_logo(self, content: bytes) -> Logo:
        """Return the logo in a file from anywhere, decoded in a process of its own."""
        from backend.adapters.pdf.logo_reading import read_logo

        return read_logo(content, own_command())

    def fitted_logo(self, logo: Logo, width_px: int, height_px: int, *, black: bool = False) -> Logo:
        """Return a logo as large as fits into a box, in colour or in black."""
        from backend.adapters.pdf.logo_fitting import fitted_logo

        return fitted_logo(logo, width_px, height_px, black=black)
