"""Settings: the list of what can be set."""

from __future__ import annotations

from flask import Blueprint

from backend.domain.record_kind import KINDS
from backend.domain.user import Role
from backend.web.auth import require
from backend.web.folder_words import folder_place_notes
from backend.web.htmx import render_page
from backend.web.record_words import WORDS
from backend.web.services import services

blueprint = Blueprint("shop", __name__, url_prefix="/settings")


@blueprint.get("/")
@require(Role.CASHIER)
def index() -> str:
    """Show what this user can set."""
    kinds = [(kind.name, WORDS[kind.name]) for kind in KINDS.values() if not kind.is_for_cashiers]
    notes = folder_place_notes(services().folder_place)
    return render_page("shop/index.html", notes=notes, record_kinds=kinds)
