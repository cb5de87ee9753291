"""The fields of a ticket layout, and the picture of the page that they make."""

from __future__ import annotations

import base64
from dataclasses import replace

from flask_babel import gettext as _

from backend.domain.errors import FacteurError
from backend.domain.ticket_layout import LAYOUT_FIELDS, LogoSize, TicketLayout
from backend.usecases.edit_layouts import checked_layout
from backend.usecases.find_unprintable import find_unprintable
from backend.usecases.preview_layout import layout_picture, preview_ticket, sample_tickets
from backend.web.field_chooser import proposed_label
from backend.web.forms import Form
from backend.web.glyph_words import glyph_warning
from backend.web.messages import explain
from backend.web.services import services
from backend.web.tickets import picture_width_px, shown_size

_SWITCHES = (
    "shows_vat_table",
    "shows_unit_prices",
    "shows_discounts",
    "shows_cashier",
    "shows_customer",
    "shows_hash",
)


def layout_values(layout: TicketLayout, name: str) -> dict[str, str]:
    """Return what the fields show of a layout; `name` is the one of the page's language."""
    return {
        "name": name,
        "logo": layout.logo.value,
        "type": "large" if layout.large_type else "normal",
        "header": layout.header,
        "footer": layout.footer,
        **{switch: "yes" if getattr(layout, switch) else "" for switch in _SWITCHES},
    }


def read_layout(form: Form, known: TicketLayout) -> TicketLayout:
    """Return the typed layout; a built-in one keeps its name."""
    return replace(
        known,
        name=known.name if known.is_built_in else form["name"],
        logo=LogoSize(form["logo"]) if form["logo"] in set(LogoSize) else known.logo,
        large_type=form["type"] == "large",
        header=form["header"].replace("\r\n", "\n"),
        footer=form["footer"].replace("\r\n", "\n"),
        shows_vat_table=form["shows_vat_table"] == "yes",
        shows_unit_prices=form["shows_unit_prices"] == "yes",
        shows_discounts=form["shows_discounts"] == "yes",
        shows_cashier=form["shows_cashier"] == "yes",
        shows_customer=form["shows_customer"] == "yes",
        shows_hash=form["shows_hash"] == "yes",
    )


def sample_options() -> list[tuple[str, str]]:
    """Return the tickets that a layout can be tried on, as values and words."""
    words = {
        "latest": _("The latest: %(number)s"),
        "long": _("A long one: %(number)s"),
        "walk_in": _("A walk-in's: %(number)s"),
        "credit": _("A credit: %(number)s"),
    }
    return [(str(sample.key), words[sample.kind] % {"number": sample.key}) for sample in sample_tickets(services())]


def field_codes() -> list[tuple[str, str]]:
    """Return the fields that head and foot may name: as they are written, in brackets, and in words."""
    return [(f"[{code}]", proposed_label(code)) for code in LAYOUT_FIELDS]


def preview_context(known: TicketLayout, form: Form | None) -> dict[str, object]:
    """Return the picture of a layout as it is typed, or why there is none; without a form the page waits for it."""
    context: dict[str, object] = {
        "layout": known,
        "picture": None,
        "refusal": None,
        "codes": field_codes(),
        "boxes": "",
    }
    if form is None:
        return context
    try:
        layout = checked_layout(read_layout(form, known), services())
        png = layout_picture(layout, form["sample"], picture_width_px(layout), services())
        boxes = glyph_warning(find_unprintable(preview_ticket(form["sample"], services()), layout, services()))
    except FacteurError as error:
        return context | {"refusal": explain(error)}
    width, height = shown_size(png, layout)
    source = "data:image/png;base64," + base64.b64encode(png).decode("ascii")
    return context | {"picture": {"source": source, "width": width, "height": height}, "boxes": boxes}
