"""Help: how a ticket gets to its customer, the keys, and what to do when a mail stays here."""

from __future__ import annotations

from flask import Blueprint

from backend.domain.user import Role
from backend.web.auth import require
from backend.web.htmx import render_page

blueprint = Blueprint("guide", __name__, url_prefix="/help")


@blueprint.get("/")
@require(Role.CASHIER)
def index() -> str:
    """Show the help page."""
    return render_page("guide/index.html")
