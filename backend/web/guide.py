"""The help: a page per task, reachable from the screen it explains, and the tour of the training mode."""

from __future__ import annotations

from flask import Blueprint, Response, abort, send_from_directory, url_for

from backend.domain.user import Role
from backend.web.auth import require
from backend.web.guide_pages import HELP, TOPICS, read_page
from backend.web.htmx import go_to, render_page
from backend.web.language import current_language
from backend.web.security import current_session
from backend.web.services import services

blueprint = Blueprint("guide", __name__, url_prefix="/help")


@blueprint.get("/")
@require(Role.CASHIER)
def index() -> str:
    """Show what there is help for."""
    return render_page("guide/index.html", pages=[read_page(topic, current_language()) for topic in TOPICS])


@blueprint.get("/<slug>")
@require(Role.CASHIER)
def topic(slug: str) -> str:
    """Show the page about one task."""
    found = next((topic for topic in TOPICS if topic.slug == slug), None)
    if found is None:
        abort(404)
    return render_page("guide/topic.html", shown=read_page(found, current_language()))


@blueprint.get("/pictures/<name>")
@require(Role.CASHIER)
def picture(name: str) -> Response:
    """Give a picture of a help page in the language of the pages."""
    return send_from_directory(HELP / "pictures", f"{name}-{current_language()}.webp")


@blueprint.post("/tour")
@require(Role.CASHIER)
def begin_tour() -> Response:
    """Show the tour, from the home page on."""
    if not services().training:
        abort(404)
    current_session().is_touring = True
    return go_to(url_for("home.index"))


@blueprint.post("/end-tour")
@require(Role.CASHIER)
def end_tour() -> Response:
    """Show it no longer."""
    current_session().is_touring = False
    return go_to(url_for("home.index"))
