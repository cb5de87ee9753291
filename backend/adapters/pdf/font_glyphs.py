"""Which characters the shipped fonts have (OpenType, `cmap` table): any other is printed as an empty box."""

from __future__ import annotations

import html as markup
import re
import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_FONTS = Path(__file__).resolve().parents[3] / "frontend" / "ticket_layouts" / "fonts"
_NOT_TEXT = re.compile(r"<(style|svg|title)\b.*?</\1>|<[^>]*>", re.DOTALL)
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"})  # a mark that is missing is no box of its own


def missing_glyphs(html: str) -> str:
    """Return the characters of a page's text that no shipped font has, each once, in their order."""
    text = markup.unescape(_NOT_TEXT.sub(" ", html))
    known = _characters()
    return "".join(
        letter
        for letter in dict.fromkeys(text)
        if ord(letter) not in known and unicodedata.category(letter) not in _INVISIBLE
    )


@cache
def _characters() -> frozenset[int]:
    """Return what every shipped font has: a text may come in bold."""
    return frozenset.intersection(*(frozenset(_mapped(font.read_bytes())) for font in sorted(_FONTS.glob("*.ttf"))))


def _mapped(font: bytes) -> Iterator[int]:
    (tables,) = struct.unpack_from(">H", font, 4)
    directory = (struct.unpack_from(">4sIII", font, 12 + 16 * number) for number in range(tables))
    start = next(offset for tag, _checksum, offset, _length in directory if tag == b"cmap")
    (count,) = struct.unpack_from(">H", font, start + 2)
    for number in range(count):
        _platform, _encoding, offset = struct.unpack_from(">HHI", font, start + 4 + 8 * number)
        (form,) = struct.unpack_from(">H", font, start + offset)
        if form == 4:
            yield from _segments(font, start + offset)
        elif form == 12:
            yield from _groups(font, start + offset)


def _segments(font: bytes, start: int) -> Iterator[int]:
    """Give the characters of a subtable of format 4 (16 bits)."""
    count = struct.unpack_from(">H", font, start + 6)[0] // 2
    ends, starts, deltas, offsets = (start + 14 + skip for skip in (0, 2 * count + 2, 4 * count + 2, 6 * count + 2))
    for number in range(count):
        first, last, delta, offset = (
            struct.unpack_from(">H", font, place + 2 * number)[0] for place in (starts, ends, deltas, offsets)
        )
        for code in range(first, last + 1):
            if offset == 0:
                glyph = code + delta
            else:
                (glyph,) = struct.unpack_from(">H", font, offsets + 2 * number + offset + 2 * (code - first))
            if glyph % 65536:
                yield code


def _groups(font: bytes, start: int) -> Iterator[int]:
    """Give the characters of a subtable of format 12 (all of Unicode)."""
    (count,) = struct.unpack_from(">I", font, start + 12)
    for number in range(count):
        first, last, _glyph = struct.unpack_from(">III", font, start + 16 + 12 * number)
        yield from range(first, last + 1)
