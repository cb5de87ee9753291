"""The practice mailbox: every mail that would have left, as its reader would have got it (PRODUCT H3)."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from flask import Blueprint, Response, make_response, request, url_for
from flask_babel import gettext as _

from backend.domain.errors import NotFoundError
from backend.domain.user import Role
from backend.usecases.empty_mailbox import empty_mailbox
from backend.usecases.read_captured_mail import attachments_of, captured_mail, parse_mail
from backend.web.auth import require
from backend.web.htmx import go_to, render_block, render_page
from backend.web.security import current_session
from backend.web.services import services

blueprint = Blueprint("training", __name__, url_prefix="/practice-mailbox")

_SHOWN_MAX = 100
_PICTURE_PX = 604  # 80 mm at two device pixels per CSS pixel


@dataclass(frozen=True, slots=True)
class MailRow:
    """A line of the mailbox."""

    number: int
    to: str
    subject: str
    received_at: datetime | None
    attachment_count: int


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file of a mail; `place` counts from 1."""

    place: int
    name: str
    size_bytes: int
    is_pdf: bool


@blueprint.get("/")
@require(Role.CASHIER)
def index() -> str:
    """Show the mailbox with its newest mail opened."""
    numbers = services().mailbox.numbers()
    if not numbers:
        return render_page("training/index.html", rows=[], chosen=0, now=services().clock.now())
    return _opened(numbers[-1])


@blueprint.get("/<int:number>")
@require(Role.CASHIER)
def detail(number: int) -> str:
    """Show a mail; with `attachment` (from 1) the picture of that PDF in a dialog over it."""
    if request.headers.get("HX-Target") == "training-attachment":
        return render_block("training/detail.html", "attachment", **_mail_context(number))
    return _opened(number)


@blueprint.get("/<int:number>/attachment/<int:place>")
@require(Role.CASHIER)
def picture(number: int, place: int) -> Response:
    """Return the first page of an attached PDF as PNG."""
    content = _attachment(number, place)[1]
    with tempfile.TemporaryDirectory(prefix="facteur-") as folder:
        pdf = Path(folder) / "attachment.pdf"
        pdf.write_bytes(content)
        response = make_response(services().page_picture(pdf, _PICTURE_PX))
    response.mimetype = "image/png"
    return response


@blueprint.post("/empty")
@require(Role.CASHIER)
def empty() -> Response:
    """Throw every captured mail away."""
    empty_mailbox(services())
    current_session().toasts.append(_("The practice mailbox is empty."))
    return go_to(url_for("training.index"))


def _opened(number: int) -> str:
    rows = [_row(each) for each in sorted(services().mailbox.numbers(), reverse=True)[:_SHOWN_MAX]]
    return render_page("training/detail.html", rows=rows, **_mail_context(number))


def _mail_context(number: int) -> dict[str, object]:
    mail = captured_mail(services().mailbox.raw(number))
    files = [
        AttachedFile(place, file["name"], file["bytes"], file["name"].lower().endswith(".pdf"))
        for place, file in enumerate(mail["attachments"], 1)
    ]
    place = request.args.get("attachment", 0, type=int)
    return {
        "mail": mail,
        "chosen": number,
        "files": files,
        "opened_file": next((file for file in files if file.place == place and file.is_pdf), None),
        "received_at": _moment(str(mail["headers"].get("Date", ""))),
        "now": services().clock.now(),
    }


def _row(number: int) -> MailRow:
    mail = captured_mail(services().mailbox.raw(number))
    return MailRow(
        number,
        ", ".join(mail["to"]),
        mail["subject"],
        _moment(str(mail["headers"].get("Date", ""))),
        len(mail["attachments"]),
    )


def _attachment(number: int, place: int) -> tuple[str, bytes]:
    files: Sequence[tuple[str, bytes]] = attachments_of(parse_mail(services().mailbox.raw(number)))
    if not 1 <= place <= len(files):
        raise NotFoundError("attachment", str(place))
    return files[place - 1]


def _moment(date_header: str) -> datetime | None:
    """Return the time of a Date header (RFC 5322 3.6.1) in this PC's zone; None where it can't be read."""
    try:
        return parsedate_to_datetime(date_header).astimezone(services().clock.now().tzinfo)
    except ValueError:
        return None
