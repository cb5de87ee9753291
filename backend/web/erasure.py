"""Erase everything about an address (Tout effacer sur cette adresse): look, erase, proof."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_babel import gettext as _

from backend.domain.errors import InvalidInputError
from backend.domain.user import Role
from backend.usecases.erase_address import AddressTraces, ErasureProof, erase_address, find_address
from backend.web.auth import current_user, require
from backend.web.forms import Form
from backend.web.htmx import refuse_form, render_page
from backend.web.services import services

blueprint = Blueprint("erasure", __name__, url_prefix="/erase-address")

_PAGE = "erasure/index.html"


@blueprint.get("/")
@require(Role.ADMINISTRATOR)
def index() -> str:
    """Ask for the address."""
    return render_page(_PAGE, **_page(Form()))


@blueprint.post("/find")
@require(Role.ADMINISTRATOR)
def find() -> Response | str:
    """Show where an address stands; nothing is erased yet."""
    form = Form.sent()
    try:
        traces = find_address(form["email"], services())
    except InvalidInputError as error:
        form.refuse_error(error)
        return refuse_form(_PAGE, "address", **_page(form))
    return render_page(_PAGE, **_page(form, traces=traces))


@blueprint.post("/")
@require(Role.ADMINISTRATOR)
def erase() -> Response | str:
    """Erase it, and show the proof, which names no address."""
    form = Form.sent()
    whole = form["extent"] == "whole"
    try:
        proof = erase_address(form["email"], current_user().name, services(), whole_customers=whole)
    except InvalidInputError as error:
        form.refuse_error(error)
        return refuse_form(_PAGE, "address", **_page(form))
    return render_page(_PAGE, **_page(Form(), proof=proof))


def _page(form: Form, *, traces: AddressTraces | None = None, proof: ErasureProof | None = None) -> dict[str, object]:
    return {"form": form, "traces": traces, "proof": proof, "proof_text": _words_of(proof) if proof else ""}


def _words_of(proof: ErasureProof) -> str:
    nothing = _("none")
    lines = [
        _("Erasure of an address, %(at)s, by %(who)s", at=f"{proof.at:%Y-%m-%d %H:%M}", who=proof.by),
        _("Address (masked): %(address)s", address=proof.masked),
        _("Customers it was taken out of: %(codes)s", codes=", ".join(proof.customers_changed) or nothing),
        _("Customers erased whole: %(codes)s", codes=", ".join(proof.customers_erased) or nothing),
        _("Contacts erased: %(codes)s", codes=", ".join(proof.contacts_erased) or nothing),
        _("Waiting mails cancelled: %(count)s", count=proof.mails_cancelled),
        _("Still in a record: %(answer)s", answer=_("yes") if proof.is_left_in_records else _("no")),
        _("Files of the shop read: %(count)s", count=proof.files_searched),
        _("Files that still hold it: %(names)s", names=", ".join(proof.files_with_it) or nothing),
        _("Tickets before and after: %(before)s, %(after)s", before=proof.tickets_before, after=proof.tickets_after),
        _("Chain of the tickets: %(state)s", state=_("intact") if proof.chain_is_sound else _("broken")),
    ]
    return "\n".join(lines)
