"""Ticket layouts (modèles de ticket): the paper a ticket is set on (PRODUCT A6)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from backend.domain.shop import PrinterKind
from backend.domain.ticket import Ticket

HEIGHT_MAX_MM = 5000  # viewers take 200 inches; PDF-FACTS 1.3


class PaperFormat(StrEnum):
    """Small formats are one page as high as their content; A4 has pages."""

    W58 = "58mm"
    W80 = "80mm"
    A4 = "a4"

    @property
    def is_small(self) -> bool:
        """Tell whether this is a ticket roll."""
        return self is not PaperFormat.A4

    @property
    def width_mm(self) -> int:
        """Return the width of the paper."""
        return {PaperFormat.W58: 58, PaperFormat.W80: 80, PaperFormat.A4: 210}[self]


@dataclass(frozen=True, slots=True)
class TicketLayout:
    """A layout that a cashier can choose."""

    id: str
    name: str
    paper: PaperFormat


@dataclass(frozen=True, slots=True)
class TicketMarks:
    """What a single PDF carries beside the ticket: `reprint` n prints DUPLICATA n; training prints SPECIMEN."""

    reprint: int = 0
    specimen: bool = False


BUILT_IN_LAYOUTS = (
    TicketLayout("80mm", "Ticket 80 mm", PaperFormat.W80),
    TicketLayout("58mm", "Ticket 58 mm", PaperFormat.W58),
    TicketLayout("a4", "Page A4", PaperFormat.A4),
)


def offered_layouts(layouts: tuple[TicketLayout, ...], printer: PrinterKind) -> tuple[TicketLayout, ...]:
    """Return what a till may choose from: a serial printer's till gets small formats only."""
    return tuple(layout for layout in layouts if layout.paper.is_small or printer is PrinterKind.PAGE)


def ticket_pdf_name(ticket: Ticket) -> str:
    """Return `C1-4-BRICO.pdf`: till, number, company; ASCII, safe on every file system, at most 80 characters."""
    letters = unicodedata.normalize("NFKD", ticket.company.name)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    company = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_")[:60] or "TICKET"
    return f"{ticket.key}-{company}.pdf"
