"""Puts the pages together: guard, languages, templates, screens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import StrictUndefined

from backend.ports import Services
from backend.web import auth, errors, htmx, navigation, screens, security, tour
from backend.web.desktop_port import Desktop, NoDesktop
from backend.web.format import FILTERS
from backend.web.language import set_up as set_up_language
from backend.web.launch import LaunchTokens
from backend.web.services import keep_services, services
from backend.web.static_address import static_address
from backend.web.template_cache import template_cache

if TYPE_CHECKING:
    from flask import Flask

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"


def create_app(
    services: Services,
    *,
    language: str = "fr",
    launch: LaunchTokens,
    desktop: Desktop | None = None,
    open_training: Callable[[], Services] | None = None,
    late_screens: bool = False,
) -> Flask:
    """Return the pages of one shop, for the server on `launch.port`.

    `language` is what pages speak until a signed-in user says otherwise; `desktop` is the PC around them;
    `open_training` opens the sample shop, for who wants to try it beside the real one; with `late_screens` all but
    the sign-in page are loaded once that is out.
    """
    app = _bare_app()
    keep_services(app, services, desktop or NoDesktop(), open_training)
    _set_up_templates(app)
    security.guard(app, launch)
    set_up_language(app, language, FRONTEND / "translations")
    htmx.set_up(app)
    errors.set_up(app)
    auth.set_up(app)
    navigation.set_up(app)
    tour.set_up(app)
    screens.set_up(app, late=late_screens)
    security.guard_writes(app)
    app.jinja_env.globals["ui"] = app.jinja_env.get_template("_ui.html").module
    return app


def _bare_app() -> Flask:
    static = FRONTEND / "static"
    app = screens.Pages(
        "facteur",
        root_path=str(FRONTEND),
        instance_path=str(FRONTEND),
        template_folder=str(FRONTEND / "templates"),
        static_folder=str(static),
        static_url_path=static_address(static),
    )
    # A slip in a template is an error at once, not an empty place on the page.
    app.jinja_options = {
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "bytecode_cache": template_cache(FRONTEND / "templates"),
    }
    return app


def _set_up_templates(app: Flask) -> None:
    app.jinja_env.filters.update(FILTERS)
    app.context_processor(lambda: {"training": services().training})
