"""The question on which layout a ticket is set, before each PDF as for paper (PRODUCT E1)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, render_template
from flask_babel import gettext as _

from backend.domain.ticket_layout import TicketLayout
from backend.usecases.make_ticket_pdf import last_layout, layouts_for
from backend.usecases.remember_layout import layout_without_question, remember_layout
from backend.web.dialogs import show_dialog
from backend.web.forms import Form
from backend.web.services import services
from backend.web.tickets import layout_name


@dataclass(frozen=True, slots=True)
class OfferedLayout:
    """A layout as a button: its id, its name, and for whom it is."""

    id: str
    name: str
    sentence: str
    icon: str
    is_last: bool


def chosen_layout(till_code: str, form: Form) -> str:
    """Return the layout chosen in the dialog or taken without a question, "" where the cashier must be asked."""
    if form["layout"]:
        remember_layout(till_code, form["layout"], services(), always=bool(form["always"]))
        return form["layout"]
    return layout_without_question(till_code, services())


def ask_for_layout(till_code: str, url: str, back: str) -> Response:
    """Answer with the dialog of layouts; the chosen one is posted to `url` as `layout`."""
    last = last_layout(till_code, services())
    return show_dialog(
        render_template(
            "sending/_layouts.html",
            layouts=[_offered(layout, last) for layout in layouts_for(till_code, services())],
            till_code=till_code,
            is_always=layout_without_question(till_code, services()) != "",
            url=url,
            back=back,
        )
    )


def _offered(layout: TicketLayout, last: str) -> OfferedLayout:
    sentence = _("As on the till's paper roll.") if layout.paper.is_small else _("A page for offices and accounts.")
    icon = "receipt-text" if layout.paper.is_small else "file-text"
    return OfferedLayout(layout.id, layout_name(layout), sentence, icon, layout.id == last)
