"""Reads the logo in a file from anywhere: PNG, JPEG or SVG, decoded in a process of its own (Services.read_logo)."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path

from backend.adapters.pdf.logo_pixels import clean_picture, draw_svg, is_picture
from backend.adapters.pdf.logo_refusal import RefusedLogoError
from backend.adapters.pdf.logo_svg import clean_svg, is_svg
from backend.adapters.pdf.own_process import PATIENCE_S, limit_this_process, read_in_own_process
from backend.domain.errors import InvalidInputError
from backend.domain.logo import LOGO_MAX_BYTES, LOGO_MAX_PIXELS, Logo

COMMAND = "read-logo"
_PNG_HEAD = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"


def read_logo(content: bytes, program: Sequence[str], *, patience_s: float = PATIENCE_S) -> Logo:
    """Return the cleaned logo; raises InvalidInputError("logo", ...).

    Reasons: logo_missing, logo_bytes, logo_type, logo_damaged, logo_pixels, logo_small, logo_blank, logo_svg_active.
    """
    if not content:
        raise InvalidInputError("logo", "logo_missing")
    if len(content) > LOGO_MAX_BYTES:
        raise InvalidInputError("logo", "logo_bytes", f"{len(content) / 1e6:.1f}")
    if not is_picture(content) and not is_svg(content):
        raise InvalidInputError("logo", "logo_type")
    answer = read_in_own_process(content, program, COMMAND, patience_s=patience_s)
    if answer is None or not answer.startswith(_PNG_HEAD):
        refusal = json.loads(answer) if answer else {"reason": "damaged", "found": ""}
        raise InvalidInputError("logo", f"logo_{refusal['reason']}", refusal["found"])
    width_px, height_px = struct.unpack_from(">II", answer, len(_PNG_HEAD))
    if width_px * height_px > LOGO_MAX_PIXELS:
        raise InvalidInputError("logo", "logo_damaged")
    return Logo(answer, width_px, height_px)


def write_logo_of(file: Path, answer: Path) -> None:
    """Write the PNG that `read_logo` returns or a refusal, in the process made for it."""
    limit_this_process()
    content = file.read_bytes()
    try:
        logo = clean_picture(content) if is_picture(content) else draw_svg(clean_svg(content))
    except RefusedLogoError as refused:
        answer.write_text(json.dumps({"reason": refused.reason, "found": refused.found}), encoding="utf-8")
    else:
        answer.write_bytes(logo.png)
