"""PDF engines that write a few bytes, and the page that they are given."""

from __future__ import annotations

import hashlib
from pathlib import Path

from backend.domain.pdf_settings import (
    EngineDescription,
    FoundProgram,
    PageFormat,
    PdfEngineMissingError,
    PdfFailure,
    PdfSettings,
)
from backend.domain.pdf_test import TEST_WORDS, PdfInspection
from backend.domain.ticket import RecordedTicket
from backend.domain.ticket_layout import TicketLayout, TicketMarks

A_GOOD_TEST_PDF = PdfInspection(" ".join(TEST_WORDS), 1, 80.08, (), ((15, 65), (0, 80)))


class FakePdfEngine:
    """Writes a few bytes that depend on the page; `failure` makes it fail."""

    def __init__(self) -> None:
        self.made: list[tuple[str, PageFormat, Path]] = []
        self.failure: PdfFailure | PdfEngineMissingError | None = None
        self.closed = False

    def describe(self) -> EngineDescription:
        if isinstance(self.failure, PdfEngineMissingError):
            raise self.failure
        return EngineDescription("wkhtmltopdf", "/usr/bin/wkhtmltopdf", "0.12.6", "wkhtmltopdf", patched=False)

    def make_pdf(self, html: str, page: PageFormat, target: Path) -> int:
        if self.failure:
            raise self.failure
        self.made.append((html, page, target))
        target.write_bytes(b"%PDF-1.4\n% " + hashlib.sha256(html.encode()).hexdigest().encode() + b"\n%%EOF\n")
        return 1

    def close(self) -> None:
        self.closed = True


class FakePdfEngines:
    """Programs that a PC might have; `engine` is what every setting makes, `asked` by which settings."""

    def __init__(self) -> None:
        self.found: tuple[FoundProgram, ...] = (
            FoundProgram("wkhtmltopdf", "wkhtmltopdf", "/usr/bin/wkhtmltopdf", "0.12.6", patched=False),
            FoundProgram("browser", "Chromium", "/usr/bin/chromium", "156.0.8078.79"),
        )
        self.engine = FakePdfEngine()
        self.asked: list[PdfSettings] = []

    def wkhtmltopdf_programs(self) -> tuple[FoundProgram, ...]:
        return tuple(found for found in self.found if found.engine == "wkhtmltopdf")

    def browsers(self) -> tuple[FoundProgram, ...]:
        return tuple(found for found in self.found if found.engine == "browser")

    def engine_for(self, settings: PdfSettings) -> FakePdfEngine:
        self.asked.append(settings)
        return self.engine


def fake_ticket_page(recorded: RecordedTicket, layout: TicketLayout, marks: TicketMarks) -> str:
    """Return a page that differs with the ticket, the layout and the marks."""
    return f"<p>{recorded.ticket.key} {recorded.content_sha256} {layout.id} {marks.reprint} {marks.specimen}</p>"
