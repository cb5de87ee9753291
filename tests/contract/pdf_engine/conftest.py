"""Every PDF engine under contract, and the page that it is given."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from backend.adapters.pdf.browser import BrowserEngine
from backend.adapters.pdf.ticket_page import JinjaTicketPage
from backend.adapters.pdf.wkhtmltopdf import WkhtmltopdfEngine
from backend.ports import PdfEngine
from tests.browser_program import a_browser
from tests.contract.sample_tickets import sample_logo

ENGINES = [
    pytest.param("wkhtmltopdf", marks=pytest.mark.wkhtmltopdf),
    pytest.param("browser", marks=pytest.mark.chromium),
]


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PdfEngine]:
    folder = tmp_path_factory.mktemp("engine")
    engine: PdfEngine
    if request.param == "browser":
        engine = BrowserEngine(folder, program=a_browser(folder))
    else:
        engine = WkhtmltopdfEngine(folder)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def page() -> JinjaTicketPage:
    return JinjaTicketPage(cache(sample_logo))
