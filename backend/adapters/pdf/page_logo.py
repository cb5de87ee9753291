"""The logo as it stands in a page for a PDF engine: inside the page, in millimetres, fine enough for the paper."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from backend.adapters.pdf.logo_drawing import drawing_of
from backend.adapters.pdf.logo_fitting import fitted_logo
from backend.domain.logo import Logo
from backend.domain.ticket_layout import TicketLayout

# Ticket printers have 8 dots a mm (203 dpi): a drawing is twice as fine. A4 goes to printers of 300 dpi and to screens.
_SMALL_PX_PER_MM = 16
_A4_PX_PER_MM = 12


@dataclass(frozen=True, slots=True)
class PageLogo:
    """What the page writes: drawing or picture as a data URI, and its size on the paper."""

    source: Markup
    width_mm: float
    height_mm: float


def page_logo(logo: Logo, layout: TicketLayout) -> PageLogo | None:
    """Return the logo in the size of a layout, in black on a roll and in colour on A4; None where it shows none."""
    if layout.logo_box_mm is None:
        return None
    px_per_mm = _SMALL_PX_PER_MM if layout.paper.is_small else _A4_PX_PER_MM
    width_px, height_px = (px_per_mm * side for side in layout.logo_box_mm)
    fitted = fitted_logo(logo, width_px, height_px, black=layout.paper.is_small)
    return PageLogo(
        _source(fitted, is_black=layout.paper.is_small), fitted.width_px / px_per_mm, fitted.height_px / px_per_mm
    )


@lru_cache(maxsize=16)
def _source(logo: Logo, *, is_black: bool) -> Markup:
    drawing = drawing_of(logo) if is_black else None
    kind, content = ("svg+xml", drawing.encode()) if drawing else ("png", logo.png)
    return Markup(f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}")  # noqa: S704 - no text in it
