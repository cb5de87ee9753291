"""Pages and PDFs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # every page and command imports this module: it stays light
    from pathlib import Path

    from backend.domain.pdf_settings import EngineDescription, FoundProgram, PageFormat, PdfSettings
    from backend.domain.ticket import RecordedTicket
    from backend.domain.ticket_layout import TicketLayout, TicketMarks


class PdfEngine(Protocol):
    """Makes a PDF from a page that needs no file and no network."""

    def describe(self) -> EngineDescription:
        """Return program and version; raises PdfEngineMissingError."""

    def make_pdf(self, html: str, page: PageFormat, target: Path) -> int:
        """Write a complete, checked PDF to `target` (atomically) and return its number of pages.

        Raises PdfFailure, PdfEngineMissingError. A fitted page is as high as its content plus the bottom margin.
        """

    def close(self) -> None: ...


class PdfEngines(Protocol):
    """The engines that this PC could make PDFs with; all of it asks the system anew, in up to some seconds."""

    def wkhtmltopdf_programs(self) -> tuple[FoundProgram, ...]:
        """Return every wkhtmltopdf that was found, the one that "" means first."""

    def browsers(self) -> tuple[FoundProgram, ...]:
        """Return every browser that was found, the one that "" means first."""

    def engine_for(self, settings: PdfSettings) -> PdfEngine:
        """Return an engine of its own by settings that needn't be in force, to be closed after use."""


class TicketPage(Protocol):
    """Sets a ticket as HTML for an engine; every field is text there, never markup."""

    def __call__(self, recorded: RecordedTicket, layout: TicketLayout, marks: TicketMarks) -> str: ...
