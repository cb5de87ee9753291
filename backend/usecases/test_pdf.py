"""Make a PDF with an engine and in a folder, and read it again, to see that both work (PRODUCT C0, C4)."""

from __future__ import annotations

import secrets
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from backend.domain.errors import FacteurError, StorageError
from backend.domain.pdf_settings import EngineDescription, PageFormat, PdfEngineMissingError, PdfSettings
from backend.domain.pdf_test import TEST_WIDTH_MM, FolderReport, check_test_pdf
from backend.domain.shop import Company
from backend.ports import SendingWatch, Services
from backend.usecases.find_logo import find_logo
from backend.usecases.make_ticket_pdf import remove_folder

TEST_NAME = "test-facteur.pdf"
_LAST_TEST = "pdf_test"  # a preference: when the settings in force passed their test, or the cause of its failure


@dataclass(frozen=True, slots=True)
class TestPdfTexts:
    """The words on the test page, in the language of who tests."""

    __test__ = False  # no test class of pytest

    title: str = "Test"
    ruler: str = "50 mm"
    whole: str = "80 mm"


@dataclass(frozen=True, slots=True)
class TestPdfReport:
    """What a test PDF showed; the PDF stays at `path` until `forget_test_pdf`."""

    __test__ = False  # no test class of pytest

    settings: PdfSettings
    engine: EngineDescription
    folder: FolderReport
    path: Path
    page_count: int
    size_bytes: int


class _Nobody:
    def phase(self, phase: object) -> None:
        """Show nothing."""

    def step(self, name: str, detail: str = "") -> None:
        """Show nothing."""


def make_test_pdf(
    services: Services,
    settings: PdfSettings | None = None,
    texts: TestPdfTexts = TestPdfTexts(),
    watch: SendingWatch | None = None,
) -> TestPdfReport:
    """Make the test PDF by these settings (None: those in force) and check it as it lies on the disk.

    Raises PdfEngineMissingError, PdfFailure, PdfFolderError, PdfTestError, StorageError; then no file is left.
    """
    wanted, watch = settings or services.settings.pdf_settings(), watch or _Nobody()
    with closing(services.pdf_engines.engine_for(wanted)) as engine:
        described = engine.describe()
        watch.step("pdf_engine", f"{described.name or described.id} {described.version}".strip())
        folder = services.check_pdf_folder(wanted.folder)
        watch.step("pdf_folder", folder.path)
        own = Path(folder.path) / f"test-{secrets.token_hex(8)}"
        company = services.settings.company() or Company("Facteur")
        html = services.test_page(
            texts.title, company.name, texts.ruler, texts.whole, find_logo(company, services.logos)
        )
        try:
            own.mkdir(mode=0o700)
            pages = engine.make_pdf(html, PageFormat(TEST_WIDTH_MM), own / TEST_NAME)
            watch.step("pdf_made", TEST_NAME)
            check_test_pdf(services.inspect_test_pdf(own / TEST_NAME))
            watch.step("pdf_read")
            size = (own / TEST_NAME).stat().st_size
        except OSError as error:
            remove_folder(own)
            raise StorageError(str(own), "io") from error
        except FacteurError:
            remove_folder(own)
            raise
    return TestPdfReport(wanted, described, folder, own / TEST_NAME, pages, size)


def forget_test_pdf(report: TestPdfReport) -> None:
    """Remove a test PDF with its folder; a viewer that holds it delays that to the next start."""
    remove_folder(report.path.parent)


def try_settings_in_force(services: Services) -> None:
    """Test the settings in force and remember how it went; a failure is shown where they are (PRODUCT C0).

    On a PC without wkhtmltopdf, where nobody has chosen an engine yet, the PC's browser is tried and put in force.
    """
    try:
        try:
            forget_test_pdf(make_test_pdf(services))
        except PdfEngineMissingError:
            _take_browser(services)
    except FacteurError as error:
        services.settings.save_preference(_LAST_TEST, error.cause_code)
    else:
        remember_test(services)


def _take_browser(services: Services) -> None:
    """Put the PC's browser in force once its test passed; raises what the test does, and PdfEngineMissingError."""
    first = PdfSettings()
    if services.settings.pdf_settings() != first:
        raise PdfEngineMissingError(first.engine)
    browser = replace(first, engine="browser")
    forget_test_pdf(make_test_pdf(services, browser))
    services.settings.save_pdf_settings(browser)


def remember_test(services: Services) -> None:
    """Note that the settings in force have passed their test now."""
    services.settings.save_preference(_LAST_TEST, services.clock.now().isoformat())


def last_test(services: Services) -> datetime | None:
    """Return when the settings in force last passed their test, None where they have not."""
    try:
        return datetime.fromisoformat(services.settings.preference(_LAST_TEST))
    except ValueError:
        return None


def is_test_failed(services: Services) -> bool:
    """Tell whether the latest test of the settings in force went wrong."""
    return bool(services.settings.preference(_LAST_TEST)) and last_test(services) is None
