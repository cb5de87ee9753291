"""The PDF engine of a Windows that has none: a program there hands each page out, and wkhtmltopdf here makes it.

It stands in for a browser of that PC: what it proves is all that comes before and after an engine.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.adapters.pdf.wkhtmltopdf import WkhtmltopdfEngine
from backend.adapters.stores.settings.store import FolderSettingsStore
from backend.domain.pdf_settings import PageFormat, PdfSettings
from tests.windows.wine import compiled
from wine import Wine

HERE = Path(__file__).parent


@contextmanager
def stand_in_engine(wine: Wine, shop: Path, cache: Path) -> Iterator[None]:
    """Make it the engine of the shop (a folder on C:, named as it lies here) until the block ends."""
    folder = wine.drive_c / "engine"
    folder.mkdir()
    compiled(HERE / "stand_in_engine.c", folder / "stand-in.exe")
    settings = PdfSettings("program", program=(r"C:\engine\stand-in.exe", "{html}", "{pdf}"))
    FolderSettingsStore(shop / "settings").save_pdf_settings(settings)
    ended = threading.Event()
    maker = threading.Thread(target=_make_pages, args=(folder, cache, ended))
    maker.start()
    try:
        yield
    finally:
        ended.set()
        maker.join()


def _make_pages(folder: Path, cache: Path, ended: threading.Event) -> None:
    engine = WkhtmltopdfEngine(cache)
    page, part = folder / "page.html", folder / "made.part"
    while not ended.wait(0.1):
        if page.exists():
            html = page.read_text("utf-8")
            page.unlink()
            engine.make_pdf(html, PageFormat(80), part)
            part.rename(folder / "page.pdf")
    engine.close()
