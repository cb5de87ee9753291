"""Ticket layouts (modèles de ticket): the paper a ticket is set on (PRODUCT A6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from backend.domain.errors import FacteurError
from backend.domain.field_catalogue import FIELDS, TicketSources, read_value
from backend.domain.placeholder import fill_placeholders, used_codes
from backend.domain.shop import PrinterKind
from backend.domain.ticket import Ticket
from backend.domain.value_format import format_value

HEIGHT_MAX_MM = 5000  # viewers take 200 inches; PDF-FACTS 1.3
# What the ticket itself holds, so that a copy made later says the same; never an e-mail address.
_ELSEWHERE = {
    "CAISSIER.PRENOM",
    "CLIENT.ADRESSE",
    "CLIENT.CODE_POSTAL",
    "CLIENT.VILLE",
    "CLIENT.EMAIL",
    "CAISSE.LIBELLE",
}
LAYOUT_FIELDS = tuple(code for code in FIELDS if code not in _ELSEWHERE and not code.startswith("CONTACT."))


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


class LogoSize(StrEnum):
    """How large the company's logo stands on the paper, or not at all."""

    NONE = "none"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


# Width and height in mm of the box that a logo is fitted into.
_LOGO_BOX_MM = {
    PaperFormat.W58: {LogoSize.SMALL: (20, 9), LogoSize.MEDIUM: (32, 14), LogoSize.LARGE: (48, 24)},
    PaperFormat.W80: {LogoSize.SMALL: (28, 12), LogoSize.MEDIUM: (44, 18), LogoSize.LARGE: (68, 32)},
    PaperFormat.A4: {LogoSize.SMALL: (40, 15), LogoSize.MEDIUM: (60, 24), LogoSize.LARGE: (90, 40)},
}


@dataclass(frozen=True, slots=True)
class TicketLayout:
    """A layout that a cashier can choose: paper, logo, size of type, own texts with `[TABLE.FIELD]`, what it shows."""

    id: str
    name: str
    paper: PaperFormat
    logo: LogoSize = LogoSize.MEDIUM
    large_type: bool = False
    header: str = ""
    footer: str = ""
    shows_vat_table: bool = True
    shows_unit_prices: bool = True
    shows_discounts: bool = True
    shows_cashier: bool = True
    shows_customer: bool = True
    shows_hash: bool = True

    @property
    def logo_box_mm(self) -> tuple[int, int] | None:
        """Return width and height of the room for the logo, None where none is shown."""
        return _LOGO_BOX_MM[self.paper].get(self.logo)

    @property
    def is_built_in(self) -> bool:
        """Tell whether this layout always exists: it can be reset, not deleted."""
        return any(layout.id == self.id for layout in BUILT_IN_LAYOUTS)


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


@dataclass(frozen=True, slots=True)
class LayoutVersion:
    """A layout as it was until it was changed or deleted; `until` is aware."""

    layout: TicketLayout
    until: datetime


def version_at(layout: TicketLayout, versions: Iterable[LayoutVersion], at: datetime) -> TicketLayout:
    """Return the layout as it was at a moment; `versions` are the earlier ones of the same id."""
    later = [version for version in versions if version.until > at]
    return min(later, key=lambda version: version.until).layout if later else layout


@dataclass(eq=False)
class LayoutInUseError(FacteurError):
    """A till always takes this layout, so that it can't be deleted."""

    cause = "layout_in_use"
    layout: str
    tills: str


def layout_content(layout: TicketLayout) -> dict[str, Any]:
    """Return a layout as plain JSON values."""
    return asdict(layout)


def layout_from_content(content: Mapping[str, Any]) -> TicketLayout:
    """Rebuild a layout from `layout_content`; what an older version didn't write has its default."""
    values = dict(content)
    values["paper"] = PaperFormat(values["paper"])
    values["logo"] = LogoSize(values.get("logo", LogoSize.MEDIUM))
    return TicketLayout(**values)


def layout_text(text: str, ticket: Ticket) -> str:
    """Return a layout's own text with its `[TABLE.FIELD]` filled in; other brackets stay."""
    sources, language = TicketSources(ticket), ticket.company.language
    values = {
        code: format_value(read_value(code, sources), language=language)
        for code in used_codes(text)
        if code in LAYOUT_FIELDS
    }
    return fill_placeholders(text, values)


def offered_layouts(layouts: tuple[TicketLayout, ...], printer: PrinterKind) -> tuple[TicketLayout, ...]:
    """Return what a till may choose from: a serial printer's till gets small formats only."""
    return tuple(layout for layout in layouts if layout.paper.is_small or printer is PrinterKind.PAGE)


def ticket_pdf_name(ticket: Ticket) -> str:
    """Return `C1-4-BRICO.pdf`: till, number, company; ASCII, safe on every file system, at most 80 characters."""
    letters = unicodedata.normalize("NFKD", ticket.company.name)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    company = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_")[:60] or "TICKET"
    return f"{ticket.key}-{company}.pdf"
