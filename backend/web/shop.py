"""Settings: the list of what can be set."""

from __future__ import annotations

from flask import Blueprint

from backend.domain.user import Role
from backend.web.auth import require
from backend.web.folder_words import folder_place_notes
from backend.web.htmx import render_page
from backend.web.services import services

blueprint = Blueprint("shop", __name__, url_prefix="/settings")


@blueprint.get("/")
@require(Role.CASHIER)
def index() -> str:
    """Show what this user can set."""
    return render_page("shop/index.html", notes=folder_place_notes(services().folder_place))
