"""The first start tests the engine without a question; a PC without wkhtmltopdf gets its browser (PRODUCT C0)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from backend.domain.pdf_settings import PdfEngineMissingError, PdfFailure, PdfSettings
from backend.usecases.test_pdf import is_test_failed, last_test, try_settings_in_force
from tests.fake_pdf import FakePdfEngine, FakePdfEngines
from tests.fakes import FakeServices


@dataclass
class OneEngine(FakePdfEngines):
    """A PC without wkhtmltopdf; `browser` is what its browser does."""

    browser: FakePdfEngine = field(default_factory=FakePdfEngine)

    def __post_init__(self) -> None:
        super().__init__()
        self.engine.failure = PdfEngineMissingError("wkhtmltopdf")

    def engine_for(self, settings: PdfSettings) -> FakePdfEngine:
        return self.browser if settings.engine == "browser" else super().engine_for(settings)


@pytest.fixture
def pc(tmp_path: Path) -> FakeServices:
    return FakeServices(tmp_path, pdf_engines=OneEngine())


def test_a_pc_without_wkhtmltopdf_gets_its_browser_once_its_test_passed(pc: FakeServices) -> None:
    try_settings_in_force(pc)
    assert pc.settings.pdf_settings() == PdfSettings("browser")
    assert last_test(pc) == pc.clock.now()


@pytest.mark.parametrize("failure", [PdfFailure("timeout"), PdfEngineMissingError("browser")])
def test_a_browser_that_fails_is_not_taken(failure: PdfFailure | PdfEngineMissingError, pc: FakeServices) -> None:
    pc.pdf_engines.engine_for(PdfSettings("browser")).failure = failure
    try_settings_in_force(pc)
    assert pc.settings.pdf_settings() == PdfSettings()
    assert is_test_failed(pc)


def test_what_somebody_chose_is_never_changed(pc: FakeServices) -> None:
    chosen = PdfSettings(wkhtmltopdf="/opt/wkhtmltopdf")
    pc.settings.save_pdf_settings(chosen)
    try_settings_in_force(pc)
    assert pc.settings.pdf_settings() == chosen
    assert is_test_failed(pc)


def test_a_wkhtmltopdf_that_is_there_but_fails_stays_the_engine(pc: FakeServices) -> None:
    pc.pdf_engines.engine_for(PdfSettings()).failure = PdfFailure("timeout")
    try_settings_in_force(pc)
    assert pc.settings.pdf_settings() == PdfSettings()
    assert is_test_failed(pc)
