"""The command line of one conversion, built by pdfkit, with everything that reaches out switched off."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from backend.domain.pdf_settings import PdfFailure

_BLACK_HOLE = "http://127.0.0.1:9"  # discard port: what still tried to reach a network would end here
_MARK = secrets.token_hex(8)  # no page can guess how the height is told
_HEIGHT = re.compile(_MARK + r"=([0-9.]+)")
_REFUSED = re.compile(r"^(?:Warning|Error): (?:Failed|Blocked)|\bRefused to \w+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Paper:
    """What the program is asked for, in millimetres; `measured` makes it tell the height of the content."""

    width_mm: float
    height_mm: float
    margin_mm: float  # above and below; the sides are the layout's
    measured: bool


def conversion_arguments(program: Path, page: str, pdf: str, paper: Paper) -> list[str]:
    """Return the arguments after the program's name; `page` and `pdf` are plain names in its working folder."""
    from pdfkit.configuration import Configuration
    from pdfkit.pdfkit import PDFKit

    # A meta element named pdfkit-... would be taken as an option; nobody knows this prefix.
    configuration = Configuration(wkhtmltopdf=str(program), meta_tag_prefix=secrets.token_hex(16))
    # "url" because pdfkit looks for files in our working folder, and the program looks in its own.
    kit = PDFKit(page, "url", options=_options(paper), configuration=configuration, verbose=True)
    return [str(argument) for argument in kit.command(pdf)[1:]]


def told_height(said: str) -> float:
    """Return the lower end of the content in the page's own units; raises PdfFailure("incomplete")."""
    found = _HEIGHT.search(said)
    if not found:
        raise PdfFailure("incomplete", detail=f"no height told: {said[-500:]}")
    return float(found[1])


def check_said(said: str) -> None:
    """Raise PdfFailure("refused") when the page asked for anything from outside itself."""
    found = _REFUSED.search(said)
    if found:
        raise PdfFailure("refused", detail=said[found.start() : found.start() + 300])


def _options(paper: Paper) -> dict[str, str]:
    # The program reads in, pt and px as mm without a word: only mm is used.
    options = {
        "log-level": "info",
        "page-width": f"{paper.width_mm:g}mm",
        "page-height": f"{paper.height_mm:g}mm",
        "margin-top": f"{paper.margin_mm:g}mm",
        "margin-bottom": f"{paper.margin_mm:g}mm",
        "margin-left": "0mm",
        "margin-right": "0mm",
        "javascript-delay": "0",  # the default is to wait 200 ms, even with JavaScript off
        "disable-local-file-access": "",
        "proxy": _BLACK_HOLE,
        "load-error-handling": "ignore",
        "load-media-error-handling": "ignore",
    }
    if not paper.measured:
        return options | {"disable-javascript": ""}
    # The policy of the page stops its own scripts; --run-script is not the page's.
    script = f"console.log('{_MARK}='+document.body.getBoundingClientRect().bottom)"
    return options | {"debug-javascript": "", "run-script": script}
