"""One convention for htmx: a page, a block of it, a refused form with its block, a move to another page."""

from __future__ import annotations

import json

from flask import Flask, Response, current_app, make_response, render_template, request
from werkzeug.utils import redirect

HTMX_FILE = "vendor/htmx-2.0.11.min.js"

# https://htmx.org/reference/#config; what evaluates text or writes styles is off, as the policy would stop it.
CONFIG = {
    "allowEval": False,
    "allowScriptTags": False,
    # A button that an answer has just put on the page works at once, also for who presses the next key already.
    "defaultSettleDelay": 0,
    "historyCacheSize": 0,
    "includeIndicatorStyles": False,
    # DELETE puts its values into the body too: no address of a customer in a URL.
    "methodsThatUseUrlParams": ["get"],
    "refreshOnHistoryMiss": True,
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        {"code": "422", "swap": True},
        # Other refusals bring a toast and its place with them (errors.py).
        {"code": "[45]..", "swap": True},
    ],
    "selfRequestsOnly": True,
}


def set_up(app: Flask) -> None:
    """Give templates `htmx_config`, the JSON of the meta element, and `htmx_file`, the library's name below static."""
    app.jinja_env.globals.update(htmx_config=json.dumps(CONFIG), htmx_file=HTMX_FILE)


def is_htmx() -> bool:
    """Tell whether htmx asks for a part; going back in the history asks for the whole page."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"


def render_page(template: str, **context: object) -> str:
    """Return a page, or the block of it that htmx aims at.

    The block `list` of `tickets/index.html` has the DOM id `tickets-list`; an htmx request with that target gets it
    alone, everybody else the whole page, so that every address works when opened directly.
    """
    block = _targeted_block(template)
    return render_block(template, block, **context) if block else render_template(template, **context)


def render_block(template: str, block: str, **context: object) -> str:
    """Return one block of a page; it does not run what stands outside of it."""
    current_app.update_template_context(context)
    page = current_app.jinja_env.get_template(template)
    return "".join(page.blocks[block](page.new_context(context)))


def refuse_form(template: str, block: str, **context: object) -> Response:
    """Return the block of a form that can't be taken as it is, with status 422."""
    return make_response(render_block(template, block, **context), 422)


def go_to(url: str) -> Response:
    """Load another page of ours as a whole; `url` comes from `url_for`."""
    if not is_htmx():
        return make_response(redirect(url, 303))
    response = make_response("", 204)
    response.headers["HX-Redirect"] = url
    return response


def _targeted_block(template: str) -> str:
    if not is_htmx():
        return ""
    screen, _, block = request.headers.get("HX-Target", "").partition("-")
    block = block.replace("-", "_")
    if screen != template.partition("/")[0]:
        return ""
    return block if block in _blocks(template) else ""


def _blocks(template: str) -> frozenset[str]:
    return frozenset(current_app.jinja_env.get_template(template).blocks)
