"""Make the icons of the packaged program from the mark: `.venv/bin/python build/icon.py`, after the mark has changed.

The mark's symbols are laid flat, because Qt's SVG knows no <use>; a Windows icon (ICO) is a list of PNG pictures.
"""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MARK = ROOT / "frontend/static/img/mark.svg"
ICO = ROOT / "build/windows/facteur.ico"
PNG = ROOT / "frontend/static/img/mark.png"
SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)
_SVG = "{http://www.w3.org/2000/svg}"


def flat_mark(source: str) -> str:
    """Return the mark without <symbol> and <use>."""
    symbols = {symbol.get("id"): symbol for symbol in ET.fromstring(source).iter(f"{_SVG}symbol")}  # noqa: S314
    flat = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 32 32"})
    for shape in (*symbols["mark"], *symbols["letter"]):
        if shape.tag != f"{_SVG}use":
            flat.append(ET.Element(shape.tag.removeprefix(_SVG), shape.attrib))
    return ET.tostring(flat, encoding="unicode")


def png(svg: str, size: int) -> bytes:
    """Return the mark as a PNG of `size` pixels."""
    from PySide6.QtCore import QBuffer, QByteArray, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    picture = QImage(size, size, QImage.Format.Format_ARGB32)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(svg.encode())).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """Return a Windows icon that holds PNG pictures by their size in pixels."""
    head = struct.pack("<HHH", 0, 1, len(pictures))
    offset = len(head) + 16 * len(pictures)
    entries = b""
    for size, content in pictures.items():
        side = size % 256  # 0 stands for 256
        entries += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(content), offset)
        offset += len(content)
    return head + entries + b"".join(pictures.values())


if __name__ == "__main__":
    flat = flat_mark(MARK.read_text(encoding="utf-8"))
    ICO.write_bytes(ico({size: png(flat, size) for size in SIZES}))
    PNG.write_bytes(png(flat, 256))
