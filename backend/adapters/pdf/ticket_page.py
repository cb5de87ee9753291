"""Sets a ticket as HTML (PRODUCT A6): the layouts of frontend/ticket_layouts filled with printable text."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from backend.adapters.pdf.page_logo import page_logo
from backend.adapters.pdf.page_texts import translate_into
from backend.adapters.pdf.printable import printable
from backend.adapters.pdf.ticket_figures import figures_of
from backend.adapters.pdf.ticket_view import ticket_view
from backend.domain.logo import Logo
from backend.domain.pdf_settings import PdfFailure
from backend.domain.shop import Company
from backend.domain.ticket import LINES_MAX, RecordedTicket
from backend.domain.ticket_layout import TicketLayout, TicketMarks

_FRONTEND = Path(__file__).resolve().parents[3] / "frontend"


def no_logo(_company: Company) -> None:
    """Find a logo nowhere."""


class JinjaTicketPage:
    """The page setter after ports.TicketPage; templates and translations are read once."""

    def __init__(self, find_logo: Callable[[Company], Logo | None] = no_logo, frontend: Path = _FRONTEND) -> None:
        self._find_logo = find_logo
        self._environment = Environment(
            loader=FileSystemLoader(frontend / "ticket_layouts"),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_finalize,
            auto_reload=False,
        )
        self._translate = cache(lambda language: translate_into(language, frontend / "translations"))

    def __call__(self, recorded: RecordedTicket, layout: TicketLayout, marks: TicketMarks) -> str:
        """Return a complete HTML page; raises PdfFailure("too_big") beyond 1,000 lines."""
        if len(recorded.ticket.lines) > LINES_MAX:
            raise PdfFailure("too_big", detail=f"{len(recorded.ticket.lines)} lines")
        language = recorded.ticket.company.language
        translate = self._translate(language)
        view = ticket_view(recorded, layout, marks, translate, figures_of(language))
        logo = self._find_logo(recorded.ticket.company) if layout.logo_box_mm else None
        shown = page_logo(logo, layout) if logo else None
        page = self._environment.get_template("ticket.html")
        return page.render(view, _=translate, language=language, logo=shown)


def _finalize(value: object) -> object:
    # Every field passes here on its way to the page, so that none can be forgotten.
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
