"""Which characters of a ticket its PDF shows as boxes (PRODUCT A6): no shipped font has them."""

from __future__ import annotations

from backend.domain.errors import FacteurError
from backend.domain.ticket import RecordedTicket
from backend.domain.ticket_layout import TicketLayout, TicketMarks
from backend.ports import Services


def find_unprintable(recorded: RecordedTicket, layout: TicketLayout, services: Services) -> str:
    """Return these characters, each once, in their order; "" also for a ticket that can't be set at all."""
    try:
        return services.missing_glyphs(services.ticket_page(recorded, layout, TicketMarks()))
    except FacteurError:
        return ""  # making its PDF says why
