"""À propos: the version, what support needs to know, the licences (diagnostics)."""

from __future__ import annotations

from flask import Blueprint

from backend import VERSION
from backend.domain.user import Role
from backend.web.auth import require
from backend.web.folder_words import folder_place_notes
from backend.web.htmx import render_page
from backend.web.services import services

blueprint = Blueprint("diagnostics", __name__, url_prefix="/about")


@blueprint.get("/")
@require(Role.CASHIER)
def index() -> str:
    """Show the version, the diagnosis that can be copied, and where the data lies."""
    return render_page(
        "diagnostics/index.html",
        version=VERSION,
        diagnosis=services().diagnose(),
        folder=str(services().data_dir),
        notes=folder_place_notes(services().folder_place),
    )


@blueprint.get("/licences")
@require(Role.CASHIER)
def licences() -> str:
    """Show under which licences Facteur and its parts are."""
    listing, libraries = services().licences()
    return render_page("diagnostics/licences.html", listing=listing, libraries=libraries)
