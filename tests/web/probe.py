"""A screen of the tests that fails, writes and takes a file."""

from __future__ import annotations

from flask import Blueprint, request

from backend.domain.errors import StorageError
from backend.web.security import accepts_upload, sign_in

CANARY = "canary-7f3a"


def probe_screen() -> Blueprint:
    """Return the screen `probe`, to be registered before the first request."""
    probe = Blueprint("probe", __name__, url_prefix="/probe")

    @probe.get("/unforeseen")
    def unforeseen() -> str:
        raise ValueError(CANARY)

    @probe.get("/explained/<path:path>")
    def explained(path: str) -> str:
        raise StorageError(path, "disk_full")

    @probe.route("/write", methods=["POST", "PUT", "PATCH", "DELETE"])
    def write() -> str:
        return request.form.get("text", "written")

    @probe.post("/upload")
    @accepts_upload(10_000)
    def upload() -> str:
        return request.files["file"].filename or ""

    @probe.post("/sign-in")
    def sign_in_here() -> str:
        sign_in(request.form["user"])
        return "signed in"

    return probe
