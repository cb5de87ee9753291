"""Stand-ins for the faults of wkhtmltopdf, and the page that they are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.adapters.pdf.wkhtmltopdf import WkhtmltopdfEngine
from backend.adapters.pdf.wkhtmltopdf_program import find_program
from backend.adapters.pdf.wkhtmltopdf_worker import Limits
from backend.domain.pdf_settings import PageFormat, PdfFailure

QUICK = Limits(timeout_s=1)
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
HTML = (
    f'<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    '<meta charset="utf-8"><title>x</title><style>html, body, p, div { margin: 0 } body { width: 50mm }'
    "div { background: #000; width: 40mm; height: 30mm }</style></head>"
    "<body><p>Ticket n° 4</p><div></div></body></html>"
)
SMALL = PageFormat(80)


class StandIn:
    """A wkhtmltopdf that is the real one until `fail` is called, and then does what its script says."""

    def __init__(self, folder: Path, script: str, limits: Limits = QUICK) -> None:
        self.flag = folder / "fail"
        self.program = folder / "wkhtmltopdf"
        self.program.write_text(
            f'#!/bin/sh\nif [ -e "{self.flag}" ] && [ "$1" != --version ]; then\n{script}\nfi\n'
            f'exec "{find_program()}" "$@"\n'
        )
        self.program.chmod(0o755)
        self.engine = WkhtmltopdfEngine(folder / "cache", program=self.program, limits=limits)
        self.target = folder / "out" / "C1-4-BRICO.pdf"
        self.target.parent.mkdir()

    def fail(self) -> None:
        self.engine.close()
        self.flag.touch()

    def failure(self) -> str:
        with pytest.raises(PdfFailure) as caught:
            self.engine.make_pdf(HTML, SMALL, self.target)
        assert list(self.target.parent.iterdir()) == []
        return caught.value.reason
