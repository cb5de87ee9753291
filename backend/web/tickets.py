"""The ticket list, and a ticket beside it exactly as it will be mailed (PRODUCT A2)."""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from flask import Blueprint, Response, make_response, request, url_for
from flask_babel import gettext as _

from backend.domain.document_type import DocumentType
from backend.domain.errors import FacteurError
from backend.domain.ticket import RecordedTicket, TicketNumber, TicketSummary
from backend.domain.ticket_layout import TicketLayout
from backend.domain.user import Role
from backend.usecases.find_unprintable import find_unprintable
from backend.usecases.make_ticket_pdf import choose_layout, layouts_for, ticket_picture
from backend.web.auth import require
from backend.web.glyph_words import glyph_warning
from backend.web.htmx import render_block, render_page
from backend.web.mail_status import mail_story
from backend.web.messages import explain
from backend.web.services import services
from backend.web.ticket_list import list_context
from backend.web.ticket_search import TicketSearch

blueprint = Blueprint("tickets", __name__, url_prefix="/tickets")

_PIXELS_PER_MM = 96 / 25.4
_SHARPNESS = 2  # device pixels per CSS pixel
_A4_SHOWN_MM = 105  # the picture of a page is half as wide as the page


class PictureShelf:
    """The last few pictures, between the block that shows one and the request for its file."""

    SIZE = 8

    def __init__(self) -> None:
        self._pictures: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._lock = Lock()

    def put(self, key: tuple[str, str], png: bytes) -> None:
        """Keep a picture; of many the latest eight."""
        with self._lock:
            self._pictures[key] = png
            self._pictures.move_to_end(key)
            while len(self._pictures) > self.SIZE:
                self._pictures.popitem(last=False)

    def take(self, key: tuple[str, str]) -> bytes | None:
        """Return a picture, once."""
        with self._lock:
            return self._pictures.pop(key, None)


_shelf = PictureShelf()


@blueprint.get("/")
@require(Role.CASHIER)
def index() -> str:
    """Show the list with its newest ticket beside it; `text`, `period`, `from_day`, `to_day` and `page` narrow it."""
    search, summaries = _found()
    if not summaries or request.headers.get("HX-Target") == "tickets-list":
        return render_page("tickets/index.html", chosen=None, **list_context(search, summaries))
    newest = services().tickets.find(summaries[0].key)
    return render_page(
        "tickets/detail.html", is_asked_for=False, **list_context(search, summaries), **_ticket_context(newest)
    )


@blueprint.get("/<number>")
@require(Role.CASHIER)
def detail(number: str) -> str:
    """Show a ticket beside the list; the preview alone, drawn in `layout`, when htmx aims at it."""
    recorded = services().tickets.find(TicketNumber.parse(number))
    target = request.headers.get("HX-Target")
    if target == "tickets-preview":
        return render_block("tickets/detail.html", "preview", **_preview_context(recorded))
    if target == "tickets-detail":
        return render_page("tickets/detail.html", list_url=_list_url(), **_ticket_context(recorded))
    return render_page("tickets/detail.html", is_asked_for=True, **list_context(*_found()), **_ticket_context(recorded))


@blueprint.get("/<number>/picture")
@require(Role.CASHIER)
def picture(number: str) -> Response:
    """Return the first page of the ticket's PDF as PNG, in `layout`."""
    key = TicketNumber.parse(number)
    recorded = services().tickets.find(key)
    layout = choose_layout(recorded, request.args.get("layout", ""), services())
    png = _shelf.take((str(key), layout.id)) or ticket_picture(key, layout.id, picture_width_px(layout), services())
    response = make_response(png)
    response.mimetype = "image/png"
    return response


def _found() -> tuple[TicketSearch, Sequence[TicketSummary]]:
    search = TicketSearch.asked(request.args)
    return search, services().tickets.search(search.query(services().clock.now().date()))


def _list_url() -> str:
    return url_for("tickets.index", **TicketSearch.asked(request.args).address_values())


def _ticket_context(recorded: RecordedTicket) -> dict[str, object]:
    ticket = recorded.ticket
    layout = choose_layout(recorded, request.args.get("layout", ""), services())
    return {
        "ticket": ticket,
        "chosen": ticket.key,
        "is_credit": ticket.kind is DocumentType.CREDIT,
        "layouts": [(layout.id, layout_name(layout)) for layout in layouts_for(ticket.till_code, services())],
        "layout_id": layout.id,
        "mail_story": mail_story(services().journal.entries(str(ticket.key)), services().clock.now()),
        "preview_url": url_for("tickets.detail", number=ticket.key, layout=layout.id),
        "picture": None,
        "refusal": None,
        "boxes": "",
    }


def layout_name(layout: TicketLayout) -> str:
    """Return the name of a layout for people; built-in ones speak the language of the page."""
    names = {"80mm": _("80 mm"), "58mm": _("58 mm"), "a4": _("A4 page")}
    return names.get(layout.id, layout.name) if layout.is_built_in else layout.name


def _preview_context(recorded: RecordedTicket) -> dict[str, object]:
    key = recorded.ticket.key
    context = {"ticket": recorded.ticket, "picture": None, "refusal": None, "preview_url": "", "boxes": ""}
    try:
        layout = choose_layout(recorded, request.args.get("layout", ""), services())
        png = ticket_picture(key, layout.id, picture_width_px(layout), services())
    except FacteurError as error:
        return context | {"refusal": explain(error)}
    _shelf.put((str(key), layout.id), png)
    width, height = shown_size(png, layout)
    return context | {
        "boxes": glyph_warning(find_unprintable(recorded, layout, services())),
        "picture": {
            "url": url_for("tickets.picture", number=key, layout=layout.id),
            "width": width,
            "height": height,
            "is_small": layout.paper.is_small,
        },
    }


def picture_width_px(layout: TicketLayout) -> int:
    """Return how many pixels wide the picture of a page is drawn."""
    width_mm = layout.paper.width_mm if layout.paper.is_small else _A4_SHOWN_MM
    return round(width_mm * _PIXELS_PER_MM) * _SHARPNESS


def shown_size(png: bytes, layout: TicketLayout) -> tuple[int, int]:
    """Return width and height in CSS pixels, from the header of the PNG (its IHDR chunk comes first)."""
    width, height = struct.unpack(">II", png[16:24])
    shown = picture_width_px(layout) // _SHARPNESS
    return shown, round(height * shown / width)
