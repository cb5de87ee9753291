"""The logo on the paper: in black and as a drawing on a roll, in colour on A4, of the layout's size, or not at all."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace

import pytest
from PIL import Image, ImageDraw

from backend.adapters.pdf.logo_drawing import drawing_of
from backend.adapters.pdf.logo_pixels import clean_picture
from backend.adapters.pdf.ticket_page import JinjaTicketPage
from backend.domain.logo import Logo
from backend.domain.ticket_layout import BUILT_IN_LAYOUTS, LogoSize, PaperFormat, TicketLayout, TicketMarks
from tests.builders import a_recorded_ticket

LAYOUTS = {layout.paper: layout for layout in BUILT_IN_LAYOUTS}
IMAGE = re.compile(
    r'<img alt="" style="width: ([\d.]+)mm; height: ([\d.]+)mm" src="data:image/([a-z+]+);base64,([\w+/=]+)">'
)


def a_png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def a_drawn_logo() -> Logo:
    """Return a blue ring with an orange bar below it."""
    picture = Image.new("RGB", (600, 300), "white")
    pen = ImageDraw.Draw(picture)
    pen.ellipse((10, 10, 210, 210), outline=(20, 60, 140), width=30)
    pen.rectangle((0, 250, 599, 299), fill=(240, 140, 0))
    return clean_picture(a_png(picture))


def image_on(layout: TicketLayout, logo: Logo | None) -> tuple[float, float, str, bytes] | None:
    html = JinjaTicketPage(lambda _company: logo)(a_recorded_ticket(), layout, TicketMarks())
    found = IMAGE.search(html)
    assert html.count("<img") == bool(found)
    return (float(found[1]), float(found[2]), found[3], base64.b64decode(found[4])) if found else None


@pytest.mark.parametrize("paper", PaperFormat)
@pytest.mark.parametrize("size", [LogoSize.SMALL, LogoSize.MEDIUM, LogoSize.LARGE])
def test_the_logo_fills_the_room_that_the_layout_gives_it(paper: PaperFormat, size: LogoSize) -> None:
    layout = replace(LAYOUTS[paper], logo=size)
    for logo in (a_drawn_logo(), clean_picture(a_png(Image.new("RGB", (100, 900), "red")))):
        shown = image_on(layout, logo)
        assert shown
        width_mm, height_mm, _kind, _content = shown
        room = layout.logo_box_mm
        assert room
        assert width_mm <= room[0]
        assert height_mm <= room[1]
        assert width_mm > room[0] - 0.1 or height_mm > room[1] - 0.1
        assert abs(width_mm / height_mm - logo.width_px / logo.height_px) < 0.03 * width_mm / height_mm


def test_without_a_logo_or_without_room_there_is_no_picture() -> None:
    assert image_on(LAYOUTS[PaperFormat.W80], None) is None
    assert image_on(replace(LAYOUTS[PaperFormat.W80], logo=LogoSize.NONE), a_drawn_logo()) is None


def test_a_roll_gets_a_drawing_in_black_and_grey_a_page_the_colours() -> None:
    roll = image_on(LAYOUTS[PaperFormat.W80], a_drawn_logo())
    page = image_on(LAYOUTS[PaperFormat.A4], a_drawn_logo())
    assert roll
    assert page
    assert (roll[2], page[2]) == ("svg+xml", "png")
    fills = re.findall(r'fill="#(\w\w)(\w\w)(\w\w)"', roll[3].decode())
    assert ("00", "00", "00") in fills
    assert len(fills) == 2
    assert all(red == green == blue for red, green, blue in fills)
    colours = Image.open(io.BytesIO(page[3])).convert("RGB").getpixel((5, Image.open(io.BytesIO(page[3])).height - 5))
    assert colours == (240, 140, 0)


def test_a_drawing_covers_the_dots_of_the_logo_and_no_other() -> None:
    picture = Image.new("L", (120, 60), 255)
    ImageDraw.Draw(picture).ellipse((10, 5, 80, 50), fill=0)
    ImageDraw.Draw(picture).rectangle((90, 20, 110, 55), fill=0)
    svg = drawing_of(Logo(a_png(picture), *picture.size))
    assert svg
    drawn = Image.new("L", picture.size, 255)
    for left, top, width, height in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+z", svg):
        box = (int(left), int(top), int(left) + int(width), int(top) + int(height))
        assert drawn.crop(box).getextrema() == (255, 255), "a dot is covered twice"
        drawn.paste(0, box)
    assert drawn.tobytes() == picture.tobytes()


def test_a_photograph_stays_a_picture() -> None:
    picture = Image.linear_gradient("L").resize((300, 200))
    assert drawing_of(Logo(a_png(picture), *picture.size)) is None
    layout = LAYOUTS[PaperFormat.W80]
    shown = image_on(layout, clean_picture(a_png(picture.convert("RGB"))))
    assert shown
    assert shown[2] == "png"
