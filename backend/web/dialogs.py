"""Dialogs that come as an answer: they open over the page that asked, in its element `dialogs`."""

from __future__ import annotations

from flask import Response, make_response

PLACE = "#dialogs"


def show_dialog(html: str, status: int = 200) -> Response:
    """Answer with a dialog, wherever the request aimed at."""
    response = make_response(html, status)
    response.headers["HX-Retarget"] = PLACE
    response.headers["HX-Reswap"] = "innerHTML"
    return response
