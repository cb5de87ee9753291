"""What a build of wkhtmltopdf makes of a millimetre, found with a ruler page and remembered.

Debian's build prints 50 mm as 38.4 mm, whatever --zoom or --dpi say, and each width of paper a little differently,
because it counts the paper in whole pixels; the patched build differs again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from backend.adapters.pdf.page_picture import page_size_pt, path_bounds_pt
from backend.adapters.pdf.page_policy import CONTENT_POLICY, with_style
from backend.adapters.pdf.pdf_file import write_pdf
from backend.adapters.pdf.wkhtmltopdf_conversion import Conversions
from backend.adapters.pdf.wkhtmltopdf_options import Paper, told_height
from backend.domain.pdf_settings import PdfFailure

POINTS_PER_MM = 72 / 25.4
_BAR_MM = 30.0  # narrower than the white ground of any page, at any scale seen
_RULER_MM = 400.0  # long, because bars lie on whole pixels
_RULER_ROWS = 200
_TOLERANCE = 0.001
_FORM = 1  # of the ruler page and the file; a new one makes old files worthless


@dataclass(frozen=True, slots=True)
class Calibration:
    """`zoom` makes a CSS millimetre a millimetre; `points_per_unit` turns the told height into points on paper.

    `persistent` tells whether this build takes its orders from stdin.
    """

    zoom: float
    points_per_unit: float
    persistent: bool


def zoomed(html: str, zoom: float) -> str:
    """Return the page at the engine's scale."""
    return with_style(html, f"body {{ zoom: {zoom:.5f} }}")


def calibrate(conversions: Conversions, width_mm: int) -> Calibration:
    """Print the ruler page twice on this width and measure it; raises PdfFailure and PdfEngineMissingError."""
    paper = Paper(width_mm, height_mm=2000, margin_mm=0, measured=True)
    zoom = _RULER_MM * POINTS_PER_MM / _measure(conversions, paper, 1.0).ruler_pt
    measured = _measure(conversions, paper, zoom)
    if abs(measured.ruler_pt / (_RULER_MM * POINTS_PER_MM) - 1) > _TOLERANCE:
        raise PdfFailure("incomplete", detail=f"{_RULER_MM:g} mm are {measured.ruler_pt / POINTS_PER_MM:.1f} mm long")
    return Calibration(zoom, measured.bottom_pt / measured.told, conversions.persistent)


def remembered(file: Path, program: Path) -> dict[int, Calibration]:
    """Return what was found for exactly this program file, by width in mm."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content["program"] == _fingerprint(program):
            return {int(width): Calibration(**found) for width, found in content["widths"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # measured again
    return {}


def remember(file: Path, program: Path, calibrations: Mapping[int, Calibration]) -> None:
    """Keep calibrations for the next start; raises PdfFailure where nothing can be written."""
    widths = {str(width): asdict(found) for width, found in calibrations.items()}
    write_pdf(file, json.dumps({"program": _fingerprint(program), "widths": widths}).encode())


@dataclass(frozen=True, slots=True)
class _Measured:
    """How long the ruler came out, where the content ended, and what the program told of that."""

    ruler_pt: float
    bottom_pt: float
    told: float


def _measure(conversions: Conversions, paper: Paper, zoom: float) -> _Measured:
    converted = conversions.convert(zoomed(_ruler_page(), zoom), paper)
    _width_pt, height_pt = page_size_pt(converted.pdf)
    usual_pt = _BAR_MM * POINTS_PER_MM
    bars = [bar for bar in path_bounds_pt(converted.pdf) if usual_pt / 2 < bar[2] - bar[0] < usual_pt * 1.5]
    if len(bars) != 3:
        raise PdfFailure("incomplete", detail=f"{len(bars)} bars on the ruler page")
    first, second, last = sorted((height_pt - bottom for _left, bottom, _right, _top in bars))
    return _Measured(second - first, last, told_height(converted.said))


def _ruler_page() -> str:
    rows = "<p>0123456789</p>" * _RULER_ROWS
    style = (
        "html, body, p { margin: 0 } body { font: 9pt/1.34 'IBM Plex Sans'; width: 52mm; overflow: hidden }"
        f"div {{ background: #000; width: {_BAR_MM}mm; height: 2mm }} div + div {{ margin-top: {_RULER_MM - 2}mm }}"
    )
    return (
        f'<!doctype html><html lang="en"><head><meta http-equiv="Content-Security-Policy" content="{CONTENT_POLICY}">'
        f'<meta charset="utf-8"><title></title><style>{style}</style></head>'
        f"<body><div></div><div></div>{rows}<div></div></body></html>"
    )


def _fingerprint(program: Path) -> str:
    status = program.resolve().stat()
    return f"{_FORM}:{program}:{status.st_mtime_ns}:{status.st_size}"
