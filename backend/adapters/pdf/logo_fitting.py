"""A logo in the size that a page or a mail shows it in, in colour or in black for printers of one colour."""

from __future__ import annotations

import io
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from backend.domain.logo import Logo

if TYPE_CHECKING:
    from PIL.Image import Image

_WHITE = 247  # of 255: the shadows that JPEG leaves beside a drawing must not become dots
_OUTLIERS = 0.005  # of the pixels: some darker ones at an edge are not the colour of a drawing
_BLURRED = 1.5  # enlarged beyond this, edges need to be drawn anew


@lru_cache(maxsize=32)
def fitted_logo(logo: Logo, width_px: int, height_px: int, *, black: bool = False) -> Logo:
    """Return a logo as large as fits into a box of pixels, its shape kept.

    In black: in grey on white, from full black to clean white, so that a drawing of one colour has no half-tones.
    """
    from PIL import Image

    with Image.open(io.BytesIO(logo.png), formats=("PNG",)) as opened:
        picture = _in_black(opened.convert("RGBA")) if black else opened.convert("RGBA")
    scale = min(width_px / logo.width_px, height_px / logo.height_px)
    size = max(1, round(logo.width_px * scale)), max(1, round(logo.height_px * scale))
    fitted = picture.resize(size, Image.Resampling.LANCZOS)
    written = io.BytesIO()
    (_sharpened(fitted, scale) if black and scale > _BLURRED else fitted).save(written, "PNG")
    return Logo(written.getvalue(), *size)


def _in_black(picture: Image) -> Image:
    """Return the picture in grey on white, its darkest colour as black."""
    from PIL import Image

    paper = Image.new("RGBA", picture.size, "white")
    grey = Image.alpha_composite(paper, picture).convert("L")
    few = _OUTLIERS * picture.width * picture.height
    darkest = next(value for value, count in enumerate(accumulate(grey.histogram())) if count > few)
    darkest = min(darkest, _WHITE - 1)
    stretch = 255 / (_WHITE - darkest)
    return grey.point([min(255, max(0, round((value - darkest) * stretch))) for value in range(256)])


def _sharpened(grey: Image, scale: float) -> Image:
    from PIL import ImageFilter

    return grey.filter(ImageFilter.UnsharpMask(radius=scale, percent=200, threshold=0))
