"""P1 to P4: the other ways of making a PDF, each through the use case, against the bare one-shot of the same page."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from backend.adapters.pdf.browser import BrowserEngine, group_memory_bytes
from backend.adapters.pdf.wkhtmltopdf import WkhtmltopdfEngine
from backend.adapters.pdf.wkhtmltopdf_program import find_program
from backend.adapters.pdf.wkhtmltopdf_worker import memory_bytes
from backend.bootstrap import FolderServices
from backend.domain.pdf_settings import PageFormat, PdfSettings
from backend.domain.ticket import RecordedTicket
from backend.domain.ticket_layout import TicketMarks
from backend.usecases.make_ticket_pdf import make_ticket_pdf, remove_folder
from bench_sending import LAYOUT, a_ticket_of, free_space_of, one_shot, run_bare, training_shop
from measuring import Measured, Options, interleaved
from tests.browser_program import a_browser

_CONVERSIONS = 500


def one_shot_fallback(options: Options) -> list[Measured]:
    """P1: a wkhtmltopdf that takes no orders from stdin, fitted and checked."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "wkhtmltopdf")
        refusal = '[ "$1" = --read-args-from-stdin ] && exit 1'
        program.write_text(f'#!/bin/sh\n{refusal}\nexec "{find_program()}" "$@"\n', "utf-8")
        program.chmod(0o755)
        what = "80 mm PDF by one-shot fallback, fitted / bare one-shot"
        return [_timed(what, 1.4, PdfSettings(wkhtmltopdf=str(program)), options)]


def browser(options: Options) -> list[Measured]:
    """P2: the browser that stays, fitted and checked."""
    with tempfile.TemporaryDirectory() as folder:
        settings = PdfSettings("browser", browser=str(a_browser(Path(folder))))
        return [_timed("80 mm PDF by the browser, warm, fitted / bare one-shot", 1.2, settings, options)]


def memory(_options: Options) -> list[Measured]:
    """P3: resident memory of each engine after 500 conversions / after the first, recycled as it is in use."""
    with training_shop() as services, tempfile.TemporaryDirectory() as folder:
        html = services.ticket_page(a_ticket_of(20, services), LAYOUT, TicketMarks(specimen=True))
        cache = Path(folder, "cache")
        wkhtmltopdf = WkhtmltopdfEngine(cache)
        chromium = BrowserEngine(cache, program=a_browser(Path(folder)))
        return [
            _grown("wkhtmltopdf", wkhtmltopdf, html, memory_bytes),
            _grown("browser", chromium, html, group_memory_bytes),
        ]


def browser_free_space(_options: Options) -> list[Measured]:
    """P4: as S11, with the browser."""
    with training_shop() as services, tempfile.TemporaryDirectory() as folder:
        services.settings.save_pdf_settings(PdfSettings("browser", browser=str(a_browser(Path(folder)))))
        return [free_space_of("most free space beyond the margin, browser, pt", services)]


def _timed(what: str, target: float, settings: PdfSettings, options: Options) -> Measured:
    with training_shop() as services, tempfile.TemporaryDirectory() as folder:
        services.settings.save_pdf_settings(settings)
        recorded = a_ticket_of(20, services)
        command = one_shot(services, recorded, Path(folder))
        ours = _maker(recorded, services)
        mine, bare = interleaved(ours, lambda: run_bare(command), options.runs)
        return Measured(what, target, mine, bare, options.runs)


def _maker(recorded: RecordedTicket, services: FolderServices) -> Callable[[], None]:
    def make() -> None:
        pdf = make_ticket_pdf(recorded, LAYOUT, "0" * 32, services, reprint=0)
        remove_folder(pdf.path.parent)

    return make


def _grown(name: str, engine: WkhtmltopdfEngine | BrowserEngine, html: str, weigh: Callable[[int], int]) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "x.pdf")
        weights: list[int] = []
        for _ in range(_CONVERSIONS):
            engine.make_pdf(html, PageFormat(80), target)
            if engine.worker_pid:
                weights.append(weigh(engine.worker_pid))
        engine.close()
    note = f"{weights[0] / 1e6:.0f} MB, at most {max(weights) / 1e6:.0f} MB"
    what = f"memory of {name} at its most in 500 PDFs / after one"
    return Measured(what, 1.5, 0, 0, _CONVERSIONS, note, ratio=max(weights) / weights[0])
