"""Put PDF settings in force: only what has passed its test (PRODUCT C5)."""

from __future__ import annotations

from dataclasses import dataclass

from backend.domain.errors import NotReadyError
from backend.domain.pdf_settings import PdfSettings
from backend.ports import Services
from backend.usecases.test_pdf import TestPdfReport, remember_test


@dataclass(eq=False)
class PdfNotTestedError(NotReadyError):
    """These PDF settings have not passed their test, so those before stay in force."""

    cause = "pdf_not_tested"


def save_pdf_settings(settings: PdfSettings, tested: TestPdfReport | None, services: Services) -> None:
    """Put settings in force by the report of their test; raises PdfNotTestedError, StorageError."""
    if tested is None or tested.settings != settings:
        raise PdfNotTestedError
    services.settings.save_pdf_settings(settings)
    remember_test(services)
