"""Settings: the list of what can be set."""

from __future__ import annotations

from flask import Blueprint

from backend.domain.user import Role
from backend.web.auth import require
from backend.web.htmx import render_page

blueprint = Blueprint("shop", __name__, url_prefix="/settings")


@blueprint.get("/")
@require(Role.CASHIER)
def index() -> str:
    """Show what this user can set."""
    return render_page("shop/index.html")
