"""Ticket layouts (modèles de ticket): the list with its tills, and one layout beside its PDF (PRODUCT A6)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.shop import PrinterKind, Till
from backend.domain.ticket_layout import LayoutInUseError, TicketLayout
from backend.domain.user import Role
from backend.usecases.edit_layouts import (
    copy_layout,
    delete_layout,
    find_layout,
    restore_layout,
    save_layout,
    set_till_layout,
    tills_with,
)
from backend.usecases.make_ticket_pdf import layouts_for
from backend.usecases.remember_layout import always_layout
from backend.web.auth import require
from backend.web.company_check import company_check
from backend.web.forms import Form
from backend.web.htmx import go_to, refuse_form, render_block, render_page
from backend.web.layout_form import layout_values, preview_context, read_layout, sample_options
from backend.web.messages import Explanation, explain
from backend.web.security import current_session
from backend.web.services import services
from backend.web.tickets import layout_name

blueprint = Blueprint("layouts", __name__, url_prefix="/settings/layouts")


@dataclass(frozen=True, slots=True)
class LayoutRow:
    """A line of the list; `tills` always take it."""

    layout: TicketLayout
    name: str
    tills: str


@dataclass(frozen=True, slots=True)
class TillRow:
    """A till with the layouts it may take, as values and names; `chosen` is "" where it asks each time."""

    till: Till
    is_serial: bool
    choices: list[tuple[str, str]]
    chosen: str


@blueprint.get("/")
@require(Role.ADMINISTRATOR)
def index() -> str:
    """Show the layouts, and which one each till takes."""
    return render_page("layouts/index.html", **_list())


@blueprint.get("/<layout_id>")
@require(Role.ADMINISTRATOR)
def edit(layout_id: str) -> str:
    """Show a layout beside its preview; the preview alone, of what is typed, when htmx aims at it."""
    layout = find_layout(layout_id, services())
    if request.headers.get("HX-Target") == "layouts-preview":
        return render_block("layouts/edit.html", "preview", **preview_context(layout, Form(request.args.to_dict())))
    return render_page("layouts/edit.html", **_page(Form(layout_values(layout, layout_name(layout))), layout))


@blueprint.post("/<layout_id>")
@require(Role.ADMINISTRATOR)
def save(layout_id: str) -> Response:
    """Save a layout; a built-in one keeps its name, which speaks the language of the page."""
    known, form = find_layout(layout_id, services()), Form.sent()
    typed = read_layout(form, known)
    try:
        save_layout(typed, services())
    except InvalidInputError as error:
        form.refuse_error(error)
        return refuse_form("layouts/edit.html", "form", **_page(form, known))
    current_session().toasts.append(_("The layout “%(name)s” is saved.", name=layout_name(typed)))
    return go_to(url_for("layouts.index"))


@blueprint.post("/<layout_id>/copy")
@require(Role.ADMINISTRATOR)
def copy(layout_id: str) -> Response:
    """Make a layout like this one, and go on there."""
    source = find_layout(layout_id, services())
    taken = {layout_name(layout).casefold() for layout in services().settings.layouts()}
    names = (_("%(name)s, copy %(number)d", name=layout_name(source)[:28], number=i) for i in range(1, 1000))
    copied = copy_layout(layout_id, next(name for name in names if name.casefold() not in taken), services())
    return go_to(url_for("layouts.edit", layout_id=copied.id))


@blueprint.delete("/<layout_id>")
@require(Role.ADMINISTRATOR)
def delete(layout_id: str) -> str:
    """Delete or reset a layout at once; the list offers the way back, and says where a till uses it."""
    try:
        gone = delete_layout(layout_id, services())
    except LayoutInUseError as error:
        return render_block("layouts/index.html", "list", **_list(refusal=explain(error)))
    current_session().undo[f"layout:{gone.id}"] = gone
    return render_block("layouts/index.html", "list", **_list(gone=gone))


@blueprint.post("/<layout_id>/restore")
@require(Role.ADMINISTRATOR)
def restore(layout_id: str) -> str:
    """Put back a layout that this session has deleted or reset."""
    gone = current_session().undo.pop(f"layout:{layout_id}", None)
    if not isinstance(gone, TicketLayout):
        raise NotFoundError("layout", layout_id)
    restore_layout(gone, services())
    return render_block("layouts/index.html", "list", **_list())


@blueprint.post("/tills/<till_code>")
@require(Role.ADMINISTRATOR)
def choose(till_code: str) -> str:
    """Let a till always take a layout, or ask each time."""
    set_till_layout(till_code, Form.sent()["layout"], services())
    return render_block("layouts/index.html", "list", **_list())


def _list(gone: TicketLayout | None = None, refusal: Explanation | None = None) -> dict[str, object]:
    return {
        "rows": [_row(layout) for layout in services().settings.layouts()],
        "tills": [_till_row(till) for till in services().shop.tills()],
        "gap": company_check(services().settings.company()),
        "gone": gone,
        "gone_name": layout_name(gone) if gone else "",
        "refusal": refusal,
    }


def _row(layout: TicketLayout) -> LayoutRow:
    return LayoutRow(layout, layout_name(layout), ", ".join(tills_with(layout.id, services())))


def _till_row(till: Till) -> TillRow:
    choices = [(layout.id, layout_name(layout)) for layout in layouts_for(till.code, services())]
    return TillRow(
        till,
        till.printer is PrinterKind.SERIAL,
        [("", _("Ask each time")), *choices],
        always_layout(till.code, services()),
    )


def _page(form: Form, layout: TicketLayout) -> dict[str, object]:
    company = services().settings.company()
    return {
        "form": form,
        "layout": layout,
        "title": layout_name(layout),
        "samples": sample_options(),
        "gap": company_check(company),
        "has_logo": bool(company and company.logo_sha256),
        **preview_context(layout, None),
    }
