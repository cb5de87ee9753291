"""PDF settings (Paramétrage PDF): engine and folder, and what can go wrong in making a PDF."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from backend.domain.errors import FacteurError, NotReadyError


@dataclass(frozen=True, slots=True)
class PdfSettings:
    """The engine in force (`wkhtmltopdf`, later `browser` or `program`) and the folder; "" is the default folder."""

    engine: str = "wkhtmltopdf"
    folder: str = ""


@dataclass(frozen=True, slots=True)
class PageFormat:
    """The page asked of an engine: `height_mm` None means one page fitted to its content, up to 5,000 mm.

    `bottom_margin_mm` stays free at the top as well, and on every page; side margins belong to the layout.
    """

    width_mm: int
    height_mm: int | None = None
    bottom_margin_mm: float = 4.7


@dataclass(frozen=True, slots=True)
class EngineDescription:
    """What an engine says of itself, for people."""

    id: str
    program: str
    version: str


@dataclass(frozen=True, slots=True)
class TicketPdf:
    """A finished, checked PDF in a folder of its own."""

    path: Path
    sha256: str
    size_bytes: int
    page_count: int


@dataclass(eq=False)
class PdfFailure(FacteurError):  # noqa: N818 - named like MailFailure
    """No PDF could be made; `reason` is hung, died, incomplete, unwritable, disk_full, too_big or refused."""

    cause = "pdf_failed"
    reason: str
    engine: str = "wkhtmltopdf"
    detail: str = ""

    @property
    def cause_code(self) -> str:
        """Return `pdf_hung`, `pdf_died`..."""
        return f"pdf_{self.reason}"


@dataclass(eq=False)
class PdfEngineMissingError(NotReadyError):
    """The chosen engine isn't on this PC, or doesn't start."""

    cause = "pdf_engine_missing"
    engine: str
    detail: str = ""
