"""PNG and JPEG of every kind become a clean PNG: right colours, no border, nothing but pixels."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from backend.adapters.pdf.logo_fitting import fitted_logo
from backend.adapters.pdf.logo_pixels import clean_picture, is_picture
from backend.adapters.pdf.logo_refusal import RefusedLogoError
from backend.domain.logo import LOGO_MAX_PIXELS, Logo

RED = (200, 30, 40)


def a_drawing(mode: str = "RGB", ground: Any = "white") -> Image.Image:  # noqa: ANN401 - a colour as Pillow takes it
    """Return a red field of 50 x 40 on a ground of 100 x 60."""
    drawing = Image.new("RGBA" if mode in {"RGBA", "LA"} else "RGB", (100, 60), ground)
    drawing.paste(RED, (20, 10, 70, 50))
    return drawing.convert(mode)


def written(picture: Image.Image, form: str = "PNG", **more: Any) -> bytes:  # noqa: ANN401
    file = io.BytesIO()
    picture.save(file, form, **more)
    return file.getvalue()


def shown(logo: Logo) -> Image.Image:
    return Image.open(io.BytesIO(logo.png))


def refused(content: bytes) -> tuple[str, str]:
    with pytest.raises(RefusedLogoError) as caught:
        clean_picture(content)
    return caught.value.reason, caught.value.found


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "LA", "1", "I;16"])
def test_every_kind_of_png_keeps_its_drawing_and_loses_its_border(mode: str) -> None:
    if mode == "I;16":
        drawing = Image.new("I;16", (100, 60), 65535)
        drawing.paste(21000, (20, 10, 70, 50))
    else:
        drawing = a_drawing(mode)
    logo = clean_picture(written(drawing))
    assert (logo.width_px, logo.height_px) == (50, 40)
    picture = shown(logo)
    assert (picture.mode, picture.size) == ("RGBA", (50, 40))
    red, green, blue, alpha = picture.getpixel((25, 20))  # type: ignore[misc]  # a pixel of RGBA
    assert alpha == 255
    if mode in {"RGB", "RGBA"}:
        assert (red, green, blue) == RED
    elif mode != "P":
        assert red == green == blue < 100


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_every_kind_of_jpeg_keeps_its_colours(mode: str) -> None:
    logo = clean_picture(written(a_drawing(mode), "JPEG", quality=95))
    assert abs(logo.width_px - 50) <= 10
    middle = shown(logo).getpixel((25, 20))
    colour = a_drawing("L").convert("RGB").getpixel((45, 30)) if mode == "L" else RED
    assert isinstance(middle, tuple)
    assert isinstance(colour, tuple)
    assert max(abs(have - want) for have, want in zip(middle[:3], colour, strict=True)) < 12


def test_a_colour_profile_is_carried_out_and_gone() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    logo = clean_picture(written(a_drawing(), icc_profile=profile))
    assert shown(logo).getpixel((25, 20)) == (*RED, 255)
    broken = clean_picture(written(a_drawing(), icc_profile=b"no profile"))
    assert shown(broken).getpixel((25, 20)) == (*RED, 255)


def test_nothing_but_pixels_is_left() -> None:
    exif = Image.Exif()
    exif[0x010E] = "Marie Martin at home"
    exif[0x8825] = {2: (48.0, 51.0, 24.0)}
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "Marie Martin")
    notes.add_itxt("XML:com.adobe.xmp", "<x>Marie Martin</x>")
    for content in (
        written(a_drawing(), pnginfo=notes, exif=exif),
        written(a_drawing(), "JPEG", exif=exif, comment=b"Marie Martin"),
        written(a_drawing()) + b"PK\x03\x04 an archive behind the picture: Marie Martin",
        written(a_drawing(), "JPEG") + b"<script>/* Marie Martin */</script>",
    ):
        assert b"Marie" in content or b"Martin" in content
        logo = clean_picture(content)
        kinds = [logo.png[at + 4 : at + 8] for at in _chunks(logo.png)]
        assert kinds[0] == b"IHDR"
        assert set(kinds[1:-1]) == {b"IDAT"}
        assert kinds[-1] == b"IEND"
        assert b"Martin" not in logo.png


def _chunks(png: bytes) -> list[int]:
    places, at = [], 8
    while at < len(png):
        places.append(at)
        at += 12 + struct.unpack_from(">I", png, at)[0]
    return places


def test_a_photograph_that_lies_on_its_side_is_set_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned
    logo = clean_picture(written(a_drawing(), exif=exif))
    assert (logo.width_px, logo.height_px) == (40, 50)


def test_of_an_animated_picture_the_first_one_is_taken() -> None:
    other = Image.new("RGB", (100, 60), "blue")
    logo = clean_picture(written(a_drawing(), save_all=True, append_images=[other], duration=100))
    assert shown(logo).getpixel((25, 20)) == (*RED, 255)
    assert (logo.width_px, logo.height_px) == (50, 40)


def test_what_is_white_on_nothing_is_drawn_in_black() -> None:
    drawing = Image.new("RGBA", (100, 60), (255, 255, 255, 0))
    drawing.paste((250, 250, 250, 255), (20, 10, 70, 50))
    logo = clean_picture(written(drawing))
    assert (logo.width_px, logo.height_px) == (50, 40)
    assert shown(logo).getpixel((25, 20)) == (0, 0, 0, 255)


def test_a_large_picture_is_made_smaller() -> None:
    logo = clean_picture(written(Image.new("RGB", (2000, 1000), RED)))
    assert (logo.width_px, logo.height_px) == (1600, 800)


def a_bomb(width: int, height: int) -> bytes:
    """Return a PNG of some kilobytes that decodes to millions of pixels."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000), 9)
    parts = [
        struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part))
        for kind, part in ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(("width", "height"), [(4000, 1001), (12_000, 12_000), (30_000, 30_000), (2**31 - 1, 1)])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    assert width * height > LOGO_MAX_PIXELS
    reason, found = refused(a_bomb(width, height))
    assert reason == "pixels"
    assert found in {"> 80,000,000", f"{width} × {height}"}


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n<svg onload=alert(1)>",
        b"\xff\xd8\xff\xe0 no more than a beginning",
        written(a_drawing())[:200],
        written(a_drawing(), "JPEG")[:400],
        b"GIF89a" + bytes(50),
    ],
)
def test_what_cannot_be_decoded_is_damaged(content: bytes) -> None:
    assert refused(content)[0] == "damaged"


def test_an_empty_picture_is_refused() -> None:
    assert refused(written(Image.new("RGB", (50, 50), "white")))[0] == "blank"
    assert refused(written(Image.new("RGBA", (50, 50), (0, 0, 0, 0))))[0] == "blank"
    assert refused(written(Image.new("RGB", (3, 30), RED))) == ("small", "3 × 30")


def test_a_picture_is_known_by_its_beginning() -> None:
    assert is_picture(written(a_drawing()))
    assert is_picture(written(a_drawing(), "JPEG"))
    assert not is_picture(written(a_drawing("P"), "GIF"))


@pytest.mark.parametrize("colour", [(20, 60, 140), (255, 220, 0), (120, 120, 120)])
def test_a_drawing_of_one_colour_becomes_black_on_white(colour: tuple[int, int, int]) -> None:
    drawing = Image.new("RGB", (200, 100), "white")
    drawing.paste(colour, (0, 0, 200, 40))
    drawing.paste(colour, (0, 80, 200, 100))
    logo = clean_picture(written(drawing))
    black = shown(fitted_logo(logo, 400, 400, black=True))
    assert black.size == (400, 200)
    assert black.mode == "L"
    assert black.getpixel((200, 30)) == 0
    assert black.getpixel((200, 120)) == 255


def test_a_small_picture_that_is_enlarged_has_crisp_edges() -> None:
    drawing = Image.new("RGB", (60, 40), "white")
    drawing.paste("black", (0, 0, 30, 40))
    drawing.paste("black", (58, 0, 60, 40))
    logo = clean_picture(written(drawing))
    black = shown(fitted_logo(logo, 480, 480, black=True))
    row = [black.getpixel((x, 160)) for x in range(200, 300)]
    grey = [value for value in row if isinstance(value, int | float) and 0 < value < 255]
    assert len(grey) <= 8  # of 8 dots that each pixel of the source has become


def test_a_logo_is_fitted_into_its_box() -> None:
    logo = clean_picture(written(Image.new("RGB", (300, 100), RED)))
    for box, size in (((150, 150), (150, 50)), ((900, 200), (600, 200)), ((1, 1), (1, 1))):
        fitted = fitted_logo(logo, *box)
        assert (fitted.width_px, fitted.height_px) == size
        assert shown(fitted).size == size
        assert shown(fitted).mode == "RGBA"
