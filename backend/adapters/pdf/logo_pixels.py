"""A picture from anywhere turned into the PNG of a logo (domain.logo): its pixels and nothing else."""

from __future__ import annotations

import io
import struct
from contextlib import suppress
from typing import TYPE_CHECKING

from backend.adapters.pdf.logo_refusal import RefusedLogoError
from backend.domain.logo import LOGO_MAX_PIXELS, Logo

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE_MAX_PX = 1600  # 100 mm at 406 dpi
_SIDE_MIN_PX = 8
_FAINT = 8  # of 255: what nobody sees, as JPEG leaves it around a drawing
_LIGHT = 235  # of 255: a drawing made for a dark ground has nothing darker


def is_picture(content: bytes) -> bool:
    """Tell whether a file begins as PNG or JPEG does."""
    return content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"))


def clean_picture(content: bytes) -> Logo:
    """Return the logo in a PNG or JPEG; raises RefusedLogoError before a picture that is too big is decoded."""
    import warnings

    import PIL.Image

    try:
        with (
            warnings.catch_warnings(action="error", category=PIL.Image.DecompressionBombWarning),
            PIL.Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture,
        ):
            width, height = picture.size
            if width * height > LOGO_MAX_PIXELS:
                raise RefusedLogoError("pixels", f"{width} × {height}")
            picture.load()  # of an animated one the first picture
            return _logo(_upright_srgb(picture))
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning) as error:
        raise RefusedLogoError("pixels", "> 80,000,000") from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise RefusedLogoError("damaged", str(error)) from error


def draw_svg(svg: str) -> Logo:
    """Return the logo that a cleaned SVG draws (adapters.pdf.logo_svg); raises RefusedLogoError."""
    from pathlib import Path

    import resvg_py

    fonts = Path(__file__).resolve().parents[3] / "frontend" / "ticket_layouts" / "fonts"
    family = "IBM Plex Sans"
    try:
        png = resvg_py.svg_to_bytes(
            svg_string=svg,
            width=SIDE_MAX_PX,
            height=SIDE_MAX_PX,
            skip_system_fonts=True,
            font_files=[str(font) for font in sorted(fonts.glob("*.ttf"))],
            font_family=family,
            sans_serif_family=family,
            serif_family=family,
        )
    except ValueError as error:
        raise RefusedLogoError("damaged", str(error)) from error
    return clean_picture(png)


def _upright_srgb(picture: Image) -> Image:
    """Return the picture as a camera held it, in sRGB with transparency; CMYK, palettes and 16 bits end here."""
    from PIL import ImageCms, ImageOps

    profile = picture.info.get("icc_profile")
    upright = ImageOps.exif_transpose(picture)
    if profile and upright.mode in {"RGB", "CMYK", "L"}:
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            source, srgb = ImageCms.getOpenProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(upright, source, srgb, outputMode="RGB")
            upright = converted or upright
    if upright.mode.startswith("I"):
        upright = upright.convert("I").point(lambda value: value * (1 / 257)).convert("L")  # 16 bits to 8
    return upright.convert("RGBA")


def _logo(picture: Image) -> Logo:
    """Cut off the empty border, draw what is white on nothing in black, and write the pixels."""
    from PIL import Image

    ink = _ink(picture)
    is_light = not any(ink.histogram()[255 - _LIGHT :])
    if is_light and any(picture.getchannel("A").histogram()[:255]):
        picture = _in_black(picture)
        ink = _ink(picture)
    bounds = ink.point(lambda value: 255 if value > _FAINT else 0).getbbox()
    if bounds is None:
        raise RefusedLogoError("blank")
    picture = picture.crop(bounds)
    if min(picture.size) < _SIDE_MIN_PX:
        raise RefusedLogoError("small", f"{picture.width} × {picture.height}")
    if max(picture.size) > SIDE_MAX_PX:
        picture.thumbnail((SIDE_MAX_PX, SIDE_MAX_PX), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    Image.frombytes("RGBA", picture.size, picture.tobytes()).save(written, "PNG", optimize=True)
    return Logo(written.getvalue(), *picture.size)


def _ink(picture: Image) -> Image:
    """Return how far each pixel is from white paper, in grey."""
    from PIL import Image, ImageChops, ImageOps

    paper = Image.new("RGBA", picture.size, "white")
    red, green, blue = Image.alpha_composite(paper, picture).convert("RGB").split()
    return ImageOps.invert(ImageChops.darker(ImageChops.darker(red, green), blue))


def _in_black(picture: Image) -> Image:
    from PIL import Image

    black = Image.new("RGBA", picture.size, "black")
    black.putalpha(picture.getchannel("A"))
    return black
