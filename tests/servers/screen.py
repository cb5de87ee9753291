"""A virtual screen (Xvfb) whose picture can be read: no window manager, no program for screenshots."""

from __future__ import annotations

import os
import struct
import subprocess
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SIZE = (1366, 768)


@dataclass(frozen=True)
class Picture:
    """What is on the screen: `rows` of RGB bytes."""

    width: int
    rows: tuple[bytes, ...]

    @property
    def colours(self) -> Counter[bytes]:
        """Count the pixels of every fourth row by colour."""
        return Counter(row[at : at + 3] for row in self.rows[::4] for at in range(0, len(row), 3))

    def save(self, path: Path) -> None:
        """Write a PNG."""
        header = struct.pack(">IIBBBBB", self.width, len(self.rows), 8, 2, 0, 0, 0)
        lines = b"".join(b"\0" + row for row in self.rows)
        chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b""))
        path.write_bytes(
            b"\x89PNG\r\n\x1a\n"
            + b"".join(
                struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
                for kind, body in chunks
            )
        )


@dataclass(frozen=True)
class Screen:
    """A running virtual screen; `environment` lets programs open windows on it."""

    environment: dict[str, str]
    framebuffer: Path

    def picture(self) -> Picture:
        """Return what is on the screen now (X11's XWD format, version 7, 32 bits a pixel)."""
        content = self.framebuffer.read_bytes()
        numbers = struct.unpack(">25I", content[:100])
        header, width, height, bytes_per_line, colours = numbers[0], numbers[4], numbers[5], numbers[12], numbers[19]
        start = header + 12 * colours
        little_endian = numbers[7] == 0
        rows = (content[start + y * bytes_per_line :][: 4 * width] for y in range(height))
        return Picture(width, tuple(_rgb(row, little_endian=little_endian) for row in rows))


@contextmanager
def virtual_screen(folder: Path) -> Iterator[Screen]:
    """Run an X server on a free display until the block ends."""
    read_end, write_end = os.pipe()
    # -nolisten local too would close the abstract socket that Qt uses.
    server = subprocess.Popen(
        [
            *("setpriv", "--pdeathsig", "TERM", "--", "Xvfb", "-displayfd", str(write_end)),
            *("-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-fbdir", str(folder), "-nolisten", "tcp"),
        ],
        pass_fds=(write_end,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    try:
        with os.fdopen(read_end) as display:
            number = display.readline().strip()
        assert number, "Xvfb did not start"
        environment = {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        if os.geteuid() == 0:
            environment["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
        yield Screen(environment, folder / "Xvfb_screen0")
    finally:
        server.terminate()
        server.wait(10)


def _rgb(row: bytes, *, little_endian: bool) -> bytes:
    order = (2, 1, 0) if little_endian else (1, 2, 3)
    pixels = bytearray(len(row) // 4 * 3)
    for place, offset in enumerate(order):
        pixels[place::3] = row[offset::4]
    return bytes(pixels)
