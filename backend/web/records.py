"""Customers, contacts, articles and the other records: one list and one form for every kind (PRODUCT A3)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from backend.domain.customer import WALK_IN
from backend.domain.errors import NotFoundError
from backend.domain.record_field import InputType, RecordField
from backend.domain.record_kind import KINDS, Record, RecordKeptError, RecordKind, name_of
from backend.domain.shop import TillKindError
from backend.domain.user import Role
from backend.usecases.edit_records import check_record, remove_record, restore_record, save_record
from backend.web.auth import RoleError, current_user, require
from backend.web.forms import Form
from backend.web.htmx import go_to, refuse_form, render_block, render_page
from backend.web.messages import Explanation, explain
from backend.web.record_words import WORDS, choice_word, field_word, label_word
from backend.web.security import current_session
from backend.web.services import services

blueprint = Blueprint("records", __name__, url_prefix="/records")

PAGE = 50


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A line of the list: the record's code, its name, and a cell for each column."""

    code: str
    name: str
    cells: tuple[str, ...]
    url: str
    is_fixed: bool


@blueprint.get("/<kind>/")
@require(Role.CASHIER)
def index(kind: str) -> str:
    """Show a page of the records in use, or of the archived ones, that the text finds."""
    return render_page("records/index.html", **_list(kind_of(kind)))


@blueprint.get("/<kind>/new")
@require(Role.CASHIER)
def create(kind: str) -> str:
    """Show an empty form."""
    described = kind_of(kind)
    firsts = {field.name: field.choices[0] for field in described.fields if field.choices}
    return render_page("records/edit.html", **_form(described, Form(firsts), ""))


@blueprint.post("/<kind>/new")
@require(Role.CASHIER)
def save_new(kind: str) -> Response:
    """Create a record."""
    return _save(kind_of(kind), "")


@blueprint.get("/<kind>/record/<path:code>")
@require(Role.CASHIER)
def edit(kind: str, code: str) -> str:
    """Show a record in its form."""
    described = kind_of(kind)
    record = services().records.find(described.name, code)
    return render_page("records/edit.html", **_form(described, Form(described.texts(record)), code))


@blueprint.post("/<kind>/record/<path:code>")
@require(Role.CASHIER)
def save(kind: str, code: str) -> Response:
    """Save a record; one that is archived comes back."""
    described = kind_of(kind)
    services().records.find(described.name, code)
    return _save(described, code)


@blueprint.delete("/<kind>/record/<path:code>")
@require(Role.CASHIER)
def delete(kind: str, code: str) -> Response | str:
    """Delete a record, or archive it where tickets name it; the list offers to put it back."""
    described = kind_of(kind)
    try:
        gone = remove_record(described, code, services())
    except RecordKeptError as error:
        return render_block("records/index.html", "list", **_list(described, refusal=explain(error)))
    current_session().undo[_undo_name(described, code)] = gone
    return render_block("records/index.html", "list", **_list(described, gone=gone))


@blueprint.post("/<kind>/restore/<path:code>")
@require(Role.CASHIER)
def restore(kind: str, code: str) -> str:
    """Put back what this session deleted, or bring back what is archived."""
    described = kind_of(kind)
    gone = current_session().undo.pop(_undo_name(described, code), None)
    kept = services().records.find_many(described.name, [code])
    back = kept.get(code) or gone
    if back is None:
        raise NotFoundError(described.name, code)
    restore_record(described, back, services())  # type: ignore[arg-type]  # what `delete` put there
    return render_block("records/index.html", "list", **_list(described))


def kind_of(name: str) -> RecordKind:
    """Return the kind of this name; raises NotFoundError, RoleError for who may not reach it."""
    if name not in KINDS:
        raise NotFoundError("page", name)
    described = KINDS[name]
    if not described.is_for_cashiers and not current_user().is_administrator:
        raise RoleError(Role.ADMINISTRATOR.value)
    return described


def _save(kind: RecordKind, code: str) -> Response:
    form = Form.sent()
    texts = {field.name: form[field.name] for field in kind.fields}
    record, faults = check_record(kind, texts, services(), known_code=code)
    for fault in faults:
        form.refuse_error(fault)
    if record is not None:
        _try_to_save(kind, record, form)
    if record is None or not form.is_valid:
        return refuse_form("records/edit.html", "form", **_form(kind, form, code))
    current_session().toasts.append(_("%(name)s is saved.", name=name_of(kind, record)))
    return go_to(url_for("records.index", kind=kind.name))


def _try_to_save(kind: RecordKind, record: Record, form: Form) -> None:
    try:
        save_record(kind, record, services())
    except TillKindError as error:
        explained = explain(error)
        form.refuse("kind", f"{explained.sentence} {explained.remedy}")


def _list(kind: RecordKind, *, gone: Record | None = None, refusal: Explanation | None = None) -> dict[str, object]:
    text, page = request.values.get("text", ""), max(request.values.get("page", 1, int), 1)
    archived = request.values.get("archived", "") == "yes"
    found = services().records.search(kind.name, text, archived=archived, limit=PAGE + 1, offset=(page - 1) * PAGE)

    def address(to_page: int) -> str:
        return url_for(
            "records.index",
            kind=kind.name,
            page=to_page if to_page > 1 else None,
            text=text or None,
            archived="yes" if archived else None,
        )

    return {
        "kind": kind,
        "words": WORDS[kind.name],
        "columns": [(name, field_word(kind.name, name), _is_figure(kind.field(name))) for name in kind.columns],
        "rows": [_row(kind, record) for record in found[:PAGE]],
        "text": text,
        "archived": archived,
        "page": page,
        "newer_url": address(page - 1) if page > 1 else "",
        "older_url": address(page + 1) if len(found) > PAGE else "",
        "gone": gone,
        "gone_name": name_of(kind, gone) if gone else "",
        "gone_is_archived": bool(gone and services().records.find_many(kind.name, [gone.code])),
        "refusal": refusal,
        "others": _others(kind),
    }


def _row(kind: RecordKind, record: Record) -> RecordRow:
    texts = kind.texts(record)
    cells = tuple(_shown(kind.field(name), texts[name]) for name in kind.columns)
    url = url_for("records.edit", kind=kind.name, code=record.code)
    return RecordRow(record.code, name_of(kind, record), cells, url, _is_fixed(kind, record.code))


def _is_fixed(kind: RecordKind, code: str) -> bool:
    """Tell whether a record stays as it is: the walk-in customer."""
    return kind.name == "customers" and code == WALK_IN


def _shown(field: RecordField, text: str) -> str:
    return choice_word(text) if field.choices else text


def _is_figure(field: RecordField) -> bool:
    return field.type in {InputType.AMOUNT, InputType.RATE, InputType.NUMBER}


def _others(kind: RecordKind) -> list[tuple[str, str]]:
    """Return the kinds beside this one: those for cashiers, or those of the shop."""
    return [
        (each.name, str(WORDS[each.name].title))
        for each in KINDS.values()
        if each.is_for_cashiers == kind.is_for_cashiers
    ]


def _form(kind: RecordKind, form: Form, code: str) -> dict[str, object]:
    return {
        "kind": kind,
        "words": WORDS[kind.name],
        "form": form,
        "code": code,
        "title": _title(kind, code),
        "labels": {field.name: label_word(kind.name, field.name) for field in kind.fields},
        "choices": {
            field.name: [(value, choice_word(value)) for value in field.choices]
            for field in kind.fields
            if field.choices
        },
        "suggested": _suggestions(kind),
        "is_archived": bool(code) and services().records.is_archived(kind.name, code),
        "is_fixed": _is_fixed(kind, code),
    }


def _title(kind: RecordKind, code: str) -> str:
    return name_of(kind, services().records.find(kind.name, code)) if code else str(WORDS[kind.name].new)


def _suggestions(kind: RecordKind) -> dict[str, list[str]]:
    if kind.name != "products":
        return {}
    records = services().records
    return {
        "family": [each.code for each in records.search("families", limit=200)],
        "vat_rate": [KINDS["vat-rates"].texts(each)["rate"] for each in records.search("vat-rates")],
    }


def _undo_name(kind: RecordKind, code: str) -> str:
    return f"record:{kind.name}:{code}"
