"""A logo in black as a drawing: printers set its edges as sharp as letters, where they would blur those of a picture.

Printers and viewers shade a picture's edges, and wkhtmltopdf stores every picture as JPEG. A logo of few tones is
therefore written as rectangles, one for each run of dots, in an SVG that holds nothing else.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from backend.domain.logo import Logo

if TYPE_CHECKING:
    from PIL.Image import Image

_TONES_MAX = 4  # beside white
_TONE_WIDTH = 28  # of 255: closer ones are one tone
_TONE_SHARE = 0.004  # of the even areas
_EVEN = 8  # of 255 within 3 x 3 dots; edges are not even
_STRAY_MAX = 4.0  # of 255, on average over the picture: a photograph is further from its tones
_LENGTH_MAX = 400_000
_WHITE = 250


def drawing_of(logo: Logo) -> str | None:
    """Return an SVG of a logo that is in grey on white, None for one that is no drawing: it stays a picture."""
    from PIL import Image, ImageChops, ImageStat

    with Image.open(io.BytesIO(logo.png), formats=("PNG",)) as opened:
        grey = opened.convert("L")
    toned = _toned(grey)
    if ImageStat.Stat(ImageChops.difference(grey, toned)).mean[0] > _STRAY_MAX:
        return None
    tones = [tone for tone, count in enumerate(toned.histogram()) if count and tone < _WHITE]
    # From the lightest on, each with all that is darker: no gap is seen between two tones.
    paths = [f'<path fill="#{tone:02x}{tone:02x}{tone:02x}" d="{_path(toned, tone)}"/>' for tone in reversed(tones)]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{logo.width_px}" height="{logo.height_px}"'
        f' viewBox="0 0 {logo.width_px} {logo.height_px}">{"".join(paths)}</svg>'
    )
    return svg if len(svg) <= _LENGTH_MAX else None


def _toned(grey: Image) -> Image:
    """Return the picture with each dot in the nearest tone of its even areas: edges belong to one side or the other."""
    from PIL import ImageChops, ImageFilter

    spread = ImageChops.difference(grey.filter(ImageFilter.MaxFilter(3)), grey.filter(ImageFilter.MinFilter(3)))
    counts = grey.histogram(spread.point([255 if value <= _EVEN else 0 for value in range(256)]))
    tones = [255]
    for tone in sorted(range(256), key=counts.__getitem__, reverse=True):
        is_new = all(abs(tone - known) >= _TONE_WIDTH for known in tones)
        if is_new and len(tones) <= _TONES_MAX and counts[tone] > _TONE_SHARE * sum(counts):
            tones.append(tone)
    return grey.point([min(tones, key=lambda tone: abs(tone - value)) for value in range(256)])


def _path(toned: Image, tone: int) -> str:
    """Return the rectangles that cover every dot at most as light as `tone`."""
    width = toned.width
    rows = toned.point([1 if value <= tone else 0 for value in range(256)]).tobytes()
    return "".join(
        f"M{left} {top}h{right - left}v{bottom - top}h{left - right}z"
        for left, right, top, bottom in _rectangles(rows, width)
    )


def _rectangles(rows: bytes, width: int) -> Iterator[tuple[int, int, int, int]]:
    """Give left, right, top, bottom of runs of ones; equal runs below one another are one rectangle."""
    height = len(rows) // width
    begun: dict[tuple[int, int], int] = {}
    for y in range(height + 1):
        row = rows[y * width : (y + 1) * width]
        runs = {found.span() for found in re.finditer(b"\1+", row)}
        for run in [run for run in begun if run not in runs]:
            yield (*run, begun.pop(run), y)
        for run in runs - begun.keys():
            begun[run] = y
