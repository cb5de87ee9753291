"""Make a PDF with the engine and in the folder in force, to see that both work (PRODUCT C4)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from backend.domain.pdf_settings import EngineDescription
from backend.domain.shop import Company
from backend.domain.ticket import Payment, Ticket, make_line, vat_totals
from backend.domain.ticket_chain import FIRST_LINK, link
from backend.domain.ticket_layout import BUILT_IN_LAYOUTS
from backend.ports import Services
from backend.usecases.make_ticket_pdf import make_ticket_pdf, remove_folder


@dataclass(frozen=True, slots=True)
class TestPdfReport:
    """What a test PDF showed."""

    __test__ = False  # no test class of pytest

    engine: EngineDescription
    folder: Path
    page_count: int
    size_bytes: int


def make_test_pdf(services: Services) -> TestPdfReport:
    """Make a specimen ticket and remove it again; raises PdfFailure, PdfEngineMissingError, StorageError."""
    engine = services.pdf_engine.describe()
    company = services.settings.company() or Company("Facteur")
    specimen = link(_specimen(company, services.clock.now()), position=1, previous_sha256=FIRST_LINK)
    pdf = make_ticket_pdf(specimen, BUILT_IN_LAYOUTS[0], f"test-{secrets.token_hex(8)}", services, reprint=0)
    remove_folder(pdf.path.parent)
    return TestPdfReport(engine, services.pdf_folder, pdf.page_count, pdf.size_bytes)


def _specimen(company: Company, now: datetime) -> Ticket:
    lines = (make_line("Pâte à crêpes, œufs frais, 3 €", Decimal(1), 300, Decimal("5.5")),)
    return Ticket("TEST", 1, now, lines, vat_totals(lines), (Payment("Espèces", 300),), 300, company, training=True)
