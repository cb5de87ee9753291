"""The engine in force follows the settings, and no other one is ever tried in its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.adapters.pdf.engines import EngineInForce
from backend.domain.pdf_settings import PageFormat, PdfFailure, PdfSettings
from tests.fake_pdf import FakePdfEngines

PAGE = PageFormat(80)


def test_a_changed_engine_is_taken_for_the_next_pdf_and_the_old_one_ends(tmp_path: Path) -> None:
    engines, settings = FakePdfEngines(), [PdfSettings()]
    in_force = EngineInForce(engines, lambda: settings[-1])
    in_force.make_pdf("a", PAGE, tmp_path / "x.pdf")
    settings.append(PdfSettings(folder="/elsewhere", open_each_pdf=True))
    in_force.make_pdf("b", PAGE, tmp_path / "x.pdf")
    assert (len(engines.asked), engines.engine.closed) == (1, False)
    settings.append(PdfSettings("program", program=("prince", "{html}", "{pdf}")))
    in_force.make_pdf("c", PAGE, tmp_path / "x.pdf")
    assert (engines.asked[1:], engines.engine.closed) == ([settings[-1]], True)


def test_a_failing_engine_is_never_replaced_without_a_word(tmp_path: Path) -> None:
    engines = FakePdfEngines()
    engines.engine.failure = PdfFailure("hung")
    in_force = EngineInForce(engines, PdfSettings)
    for _ in range(2):
        with pytest.raises(PdfFailure):
            in_force.make_pdf("a", PAGE, tmp_path / "x.pdf")
    assert engines.asked == [PdfSettings()]
