"""A logo from anywhere is read in a process of its own: what is hostile ends that process and is named."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from PIL import Image

from backend.adapters.pdf.logo_reading import read_logo
from backend.bootstrap.program import own_command
from backend.domain.errors import InvalidInputError
from backend.domain.logo import LOGO_MAX_BYTES
from tests.servers.canary import canary

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">{}</svg>'


def refused(content: bytes) -> tuple[str, str, str]:
    with pytest.raises(InvalidInputError) as caught:
        read_logo(content, own_command())
    return caught.value.where, caught.value.reason, caught.value.value


def a_png(width: int, height: int, colour: str = "red") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()


def test_a_png_and_an_svg_become_a_clean_png() -> None:
    assert (logo := read_logo(a_png(300, 100), own_command())).png.startswith(b"\x89PNG")
    assert (logo.width_px, logo.height_px) == (300, 100)
    drawn = read_logo(SVG.format("<rect width='100' height='50' fill='#024'/>").encode(), own_command())
    assert (drawn.width_px, drawn.height_px) == (1600, 800)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "logo_missing"),
        (bytes(LOGO_MAX_BYTES + 1), "logo_bytes"),
        (b"%PDF-1.4 a brochure", "logo_type"),
        (b"GIF89a", "logo_type"),
        (b"<html><svg/></html>", "logo_type"),
        (b"MZ\x90\x00 a program", "logo_type"),
        (a_png(3000, 1500), "logo_pixels"),
        (b"\x89PNG\r\n\x1a\n<?php system('x') ?>", "logo_damaged"),
        (SVG.format("<script>x</script>").encode(), "logo_svg_active"),
        (a_png(40, 40, "white"), "logo_blank"),
    ],
)
def test_what_is_no_logo_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    assert refused(content)[:2] == ("logo", reason)


@pytest.mark.parametrize("does", ["import os; os.abort()", "import time; time.sleep(60)"])
def test_a_process_that_dies_or_takes_too_long_means_a_damaged_picture(does: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(does)
    with pytest.raises(InvalidInputError, match="logo_damaged"):
        read_logo(a_png(30, 30), [sys.executable, str(tmp_path / "app.py")], patience_s=2)


def test_an_svg_reaches_neither_network_nor_files() -> None:
    with canary() as (port, requests):
        for attack in ("<image href='{0}'/>", "<use href='{0}#a'/>", "<style>@import '{0}';</style>"):
            assert refused(SVG.format(attack.format(f"http://127.0.0.1:{port}/x")).encode())[1] == "logo_svg_active"
    assert requests == []
