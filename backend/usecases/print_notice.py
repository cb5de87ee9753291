"""Print the notice that tells customers what becomes of their address (PRODUCT F2)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from backend.domain.pdf_settings import PageFormat
from backend.domain.pdf_test import TEST_WIDTH_MM
from backend.ports import Services
from backend.usecases.make_ticket_pdf import remove_folder


def print_notice(
    name: str, title: str, paragraphs: Sequence[str], services: Services, show: Callable[[Path], None]
) -> None:
    """Make a PDF of the notice in till format and hand it to `show`; it is cleared away after 7 days.

    Raises PdfFailure, PdfEngineMissingError, StorageError, and what `show` raises.
    """
    folder = services.pdf_folder / secrets.token_hex(16)
    folder.mkdir(mode=0o700)
    try:
        html = services.notice_page(title, paragraphs)
        services.pdf_engine.make_pdf(html, PageFormat(TEST_WIDTH_MM), folder / name)
        show(folder / name)
    except Exception:
        remove_folder(folder)
        raise
