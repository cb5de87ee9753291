"""Make ticket layouts a shop's own: change, copy, delete, reset, and take one always at a till (PRODUCT A6)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.placeholder import used_codes
from backend.domain.ticket_layout import BUILT_IN_LAYOUTS, LAYOUT_FIELDS, LayoutInUseError, LayoutVersion, TicketLayout
from backend.ports import Services
from backend.usecases.make_ticket_pdf import layouts_for
from backend.usecases.remember_layout import always_layout, remember_layout

NAME_MAX = 40
TEXT_MAX = 500


def find_layout(layout_id: str, services: Services) -> TicketLayout:
    """Return a layout; raises NotFoundError("layout", layout_id)."""
    for layout in services.settings.layouts():
        if layout.id == layout_id:
            return layout
    raise NotFoundError("layout", layout_id)


def save_layout(layout: TicketLayout, services: Services) -> TicketLayout:
    """Check and save a layout that is there; its paper can't change. Raises NotFoundError, InvalidInputError."""
    known = find_layout(layout.id, services)
    checked = checked_layout(replace(layout, paper=known.paper), services)
    if checked != known:
        keep_version(known, services)
        services.settings.save_layout(checked)
    return checked


def copy_layout(layout_id: str, name: str, services: Services) -> TicketLayout:
    """Make a layout like another one, under a new name; raises NotFoundError, InvalidInputError."""
    new_id = _new_id(name, services)
    copied = checked_layout(replace(find_layout(layout_id, services), id=new_id, name=name), services)
    services.settings.save_layout(copied)
    return copied


def delete_layout(layout_id: str, services: Services) -> TicketLayout:
    """Delete a layout of the shop's own, or make a built-in one as it came; return what it was.

    Raises NotFoundError, LayoutInUseError while a till always takes it.
    """
    layout = find_layout(layout_id, services)
    tills = tills_with(layout_id, services)
    if tills and not layout.is_built_in:
        raise LayoutInUseError(layout.name, ", ".join(tills))
    keep_version(layout, services)
    services.settings.delete_layout(layout_id)
    return layout


def restore_layout(layout: TicketLayout, services: Services) -> None:
    """Put back a layout as it was before it was deleted or reset."""
    for current in services.settings.layouts():
        if current.id == layout.id:
            keep_version(current, services)
    services.settings.save_layout(layout)


def set_till_layout(till_code: str, layout_id: str, services: Services) -> None:
    """Let a till always take this layout, or ask each time where it is ""; raises NotFoundError.

    A till with a serial printer takes small formats only.
    """
    if layout_id and layout_id not in {layout.id for layout in layouts_for(till_code, services)}:
        raise NotFoundError("layout", layout_id)
    remember_layout(till_code, layout_id, services, always=layout_id != "")


def tills_with(layout_id: str, services: Services) -> tuple[str, ...]:
    """Return the codes of the tills that always take this layout."""
    return tuple(till.code for till in services.shop.tills() if always_layout(till.code, services) == layout_id)


def checked_layout(layout: TicketLayout, services: Services) -> TicketLayout:
    """Return the layout with its name in order and no other's; raises InvalidInputError naming the field."""
    checked = checked_texts(layout)
    others = {other.name.casefold() for other in services.settings.layouts() if other.id != layout.id}
    if checked.name.casefold() in others:
        raise InvalidInputError("name", "layout_exists", checked.name)
    return checked


def checked_texts(layout: TicketLayout) -> TicketLayout:
    """Return the layout with its name in order, whatever others there are; raises InvalidInputError."""
    name = " ".join(layout.name.split())
    if not 1 <= len(name) <= NAME_MAX:
        raise InvalidInputError("name", "layout_name", str(NAME_MAX))
    for where, text in (("header", layout.header), ("footer", layout.footer)):
        if len(text) > TEXT_MAX:
            raise InvalidInputError(where, "text_too_long", str(TEXT_MAX))
        for code in used_codes(text):
            if code not in LAYOUT_FIELDS:
                raise InvalidInputError(where, "unknown_field", code)
    return replace(layout, name=name)


def keep_version(layout: TicketLayout, services: Services) -> None:
    """Keep what a layout is now, for the duplicates of the tickets that were issued on it."""
    services.settings.keep_layout_version(LayoutVersion(layout, services.clock.now()))


def _new_id(name: str, services: Services) -> str:
    """Return what a command names the layout by: `Ticket été` is `ticket-ete`."""
    letters = unicodedata.normalize("NFKD", name.lower())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    wanted = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:30] or "layout"
    taken = {layout.id for layout in (*services.settings.layouts(), *BUILT_IN_LAYOUTS)}
    return next(new for new in (wanted, *(f"{wanted}-{i}" for i in range(2, 1000))) if new not in taken)
