"""The real wkhtmltopdf on a folder of its own, and a PDF that it made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.adapters.pdf.wkhtmltopdf import WkhtmltopdfEngine
from tests.integration.wkhtmltopdf.stand_in import HTML, SMALL


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[WkhtmltopdfEngine]:
    engine = WkhtmltopdfEngine(tmp_path / "cache")
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def sound_pdf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("sound")
    engine = WkhtmltopdfEngine(folder / "cache")
    engine.make_pdf(HTML, SMALL, folder / "x.pdf")
    engine.close()
    return (folder / "x.pdf").read_bytes()
