"""Remember on which layout the tickets of a till are set, with or without a question (PRODUCT A6, E1)."""

from __future__ import annotations

from backend.ports import Services
from backend.usecases.make_ticket_pdf import layouts_for


def layout_without_question(till_code: str, services: Services) -> str:
    """Return the layout that needs no question: the only one, or the one to take always; else ""."""
    offered = [layout.id for layout in layouts_for(till_code, services)]
    if len(offered) == 1:
        return offered[0]
    always = always_layout(till_code, services)
    return always if always in offered else ""


def remember_layout(till_code: str, layout_id: str, services: Services, *, always: bool) -> None:
    """Take this layout always at this till (toujours ce modèle), or ask again from the next time on."""
    services.settings.save_preference(_name(till_code), layout_id if always else "")


def always_layout(till_code: str, services: Services) -> str:
    """Return the layout that this till always takes, "" where it asks."""
    return services.settings.preference(_name(till_code))


def _name(till_code: str) -> str:
    return f"always-layout:{till_code}"
