"""Records out to a CSV file and in again: choose a file, look at what it would change, take it."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from backend.domain.errors import InvalidInputError
from backend.domain.record_kind import RecordKind, name_of
from backend.domain.shop import TillKindError
from backend.domain.user import Role
from backend.usecases.record_files import (
    FILE_MAX_BYTES,
    FilePreview,
    export_records,
    import_records,
    read_records_file,
)
from backend.web.auth import require
from backend.web.htmx import go_to, refuse_form, render_page
from backend.web.messages import Explanation, explain
from backend.web.record_words import WORDS, field_word, heading_names, headings
from backend.web.records import kind_of
from backend.web.security import accepts_upload, current_session
from backend.web.services import services

blueprint = Blueprint("record_files", __name__, url_prefix="/record-files")

_PAGE = "record_files/index.html"


@blueprint.get("/<kind>/")
@require(Role.ADMINISTRATOR)
def index(kind: str) -> str:
    """Show the box that takes a file, and what may stand in it."""
    return render_page(_PAGE, **_page(kind_of(kind)))


@blueprint.get("/<kind>/file")
@require(Role.ADMINISTRATOR)
def export(kind: str) -> Response:
    """Give all records of a kind as a file."""
    described = kind_of(kind)
    content = "".join(export_records(described, headings(described), services()))
    name = f"Facteur-{WORDS[described.name].title}.csv"
    response = Response(content.encode(), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@blueprint.post("/<kind>/preview")
@accepts_upload(FILE_MAX_BYTES + 10_000)
@require(Role.ADMINISTRATOR)
def preview(kind: str) -> Response | str:
    """Read a file and show what it would change, or each of its faults with the line; nothing is saved yet."""
    described, given = kind_of(kind), request.files.get("file")
    if given is None or not given.filename:
        return refuse_form(_PAGE, "file", **_page(described, refusal=_("Choose a file.")))
    content = given.read()
    try:
        read = read_records_file(content, described, heading_names(described), services())
    except InvalidInputError as error:
        explained = explain(error)
        note = f"{explained.sentence} {explained.remedy}"
        return refuse_form(_PAGE, "file", **_page(described, refusal=note, name=given.filename))
    # Kept in this session's memory until it is taken or another file comes.
    current_session().undo[_kept_name(described)] = None if read.faults else content
    context = _page(described, read=read, name=given.filename)
    return refuse_form(_PAGE, "file", **context) if read.faults else render_page(_PAGE, **context)


@blueprint.post("/<kind>/take")
@require(Role.ADMINISTRATOR)
def take(kind: str) -> Response:
    """Save what the file brings, as it was shown; the records may have changed meanwhile, so it is read again."""
    described = kind_of(kind)
    content = current_session().undo.pop(_kept_name(described), None)
    if not isinstance(content, bytes):
        return refuse_form(_PAGE, "file", **_page(described, refusal=_("Choose the file again.")))
    try:
        read = read_records_file(content, described, heading_names(described), services())
        count = import_records(described, read, services())
    except (InvalidInputError, TillKindError) as error:
        return refuse_form(_PAGE, "file", **_page(described, problem=explain(error)))
    current_session().toasts.append(ngettext("%(num)s record is taken in.", "%(num)s records are taken in.", count))
    return go_to(url_for("records.index", kind=described.name))


def _page(
    kind: RecordKind,
    *,
    read: FilePreview | None = None,
    refusal: str = "",
    name: str = "",
    problem: Explanation | None = None,
) -> dict[str, object]:
    return {
        "kind": kind,
        "words": WORDS[kind.name],
        "columns": [(field, field_word(kind.name, field.name)) for field in kind.fields],
        "read": read,
        "faults": [_fault(kind, fault.line, fault.error) for fault in read.faults] if read else [],
        "examples": [(line, record.code, name_of(kind, record), state) for line, record, state in read.examples]
        if read
        else [],
        "refusal": refusal,
        "name": name,
        "problem": problem,
    }


def _fault(kind: RecordKind, line: int, error: InvalidInputError) -> tuple[int, str, str]:
    explained = explain(error)
    return line, field_word(kind.name, error.where), f"{explained.sentence} {explained.remedy}".strip()


def _kept_name(kind: RecordKind) -> str:
    return f"record-file:{kind.name}"
