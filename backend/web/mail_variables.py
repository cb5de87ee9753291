"""Predefined variables of a mail: field, code and label in three steps, change and delete (PRODUCT D3)."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from backend.domain.errors import InvalidInputError
from backend.domain.field_catalogue import FIELDS
from backend.domain.mail_template import MailTemplate
from backend.domain.mail_variables import (
    CODE_MAX,
    LABEL_MAX,
    checked_code,
    find_variable,
    free_code,
    is_used,
    removed_from,
)
from backend.domain.placeholder import Placeholder
from backend.domain.user import Role
from backend.usecases.edit_variables import change_variable, define_variable, delete_variable
from backend.web.auth import require
from backend.web.dialogs import show_dialog
from backend.web.field_chooser import chooser_columns, chosen_field, field_note, format_options, proposed_label
from backend.web.forms import Form
from backend.web.htmx import is_htmx
from backend.web.mail_variable_answers import (
    changed_answer,
    defined_answer,
    editor,
    no_room,
    no_room_dialog,
    saved_answer,
    template_of_page,
    typed_texts,
)
from backend.web.services import services

blueprint = Blueprint("mail_variables", __name__, url_prefix="/settings/mails/<document_type>/variables")


@blueprint.get("/new")
@require(Role.ADMINISTRATOR)
def define(document_type: str) -> Response:
    """Let a field be chosen: the ticket's on the left, those of a linked table beside it."""
    template = template_of_page(document_type)
    if not is_htmx():
        return editor(template)
    return no_room(template) or _chooser(template, Form({"field": request.args.get("field", "")}))


@blueprint.get("/new/fields/<table>")
@require(Role.ADMINISTRATOR)
def fields(document_type: str, table: str) -> Response | str:
    """Show the list beside what was chosen in the one of `table`."""
    template = template_of_page(document_type)
    if not is_htmx():
        return editor(template)
    columns = chooser_columns(table, request.args.get(table, ""))
    return render_template(
        "mail_variables/_columns.html", columns=columns[1:], after=table, type=document_type, note=field_note(columns)
    )


@blueprint.get("/new/code")
@require(Role.ADMINISTRATOR)
def code(document_type: str) -> Response:
    """Ask for the code, and the format of a date or amount."""
    template = template_of_page(document_type)
    if not is_htmx():
        return editor(template)
    form = Form(request.args.to_dict() | {"field": request.args.get("field") or chosen_field(request.args)})
    if form["field"] not in FIELDS:
        form.refuse_error(InvalidInputError("field", "variable_field"))
        return _chooser(template, form)
    return _code_step(template, form)


@blueprint.get("/new/label")
@require(Role.ADMINISTRATOR)
def label(document_type: str) -> Response:
    """Ask for the label, once the code may stand."""
    template = template_of_page(document_type)
    form = Form(request.args.to_dict())
    if not is_htmx() or form["field"] not in FIELDS:
        return editor(template)
    try:
        checked = checked_code(template, form["code"])
    except InvalidInputError as error:
        form.refuse_error(error)
        return _code_step(template, form)
    values = form.values | {"code": checked, "label": form["label"] or proposed_label(form["field"])}
    return _label_step(template, Form(values))


@blueprint.post("/")
@require(Role.ADMINISTRATOR)
def create(document_type: str) -> Response:
    """Keep the new variable, which can be inserted from then on."""
    template, form = template_of_page(document_type), Form.sent()
    try:
        changed = define_variable(template.document_type, _typed(form), services())
    except InvalidInputError as error:
        form.refuse_error(error)
        if error.reason == "variable_count":
            return no_room_dialog(error, 422)
        return _label_step(template, form) if error.where == "label" else _code_step(template, form)
    return defined_answer(changed)


@blueprint.get("/change")
@require(Role.ADMINISTRATOR)
def edit(document_type: str) -> Response:
    """Show a variable with its code, label and format."""
    template = template_of_page(document_type)
    if not is_htmx():
        return editor(template)
    variable = find_variable(template, request.args.get("code", ""))
    form = Form({"old_code": variable.code, "code": variable.code, "label": variable.label, "format": variable.format})
    return _change_dialog(template, variable, form)


@blueprint.post("/change")
@require(Role.ADMINISTRATOR)
def save(document_type: str) -> Response:
    """Keep a changed variable; its new code takes the place of the old one in the texts, typed ones too."""
    template, form = template_of_page(document_type), Form.sent()
    variable = find_variable(template, form["old_code"])
    typed = Placeholder(form["code"], form["label"], variable.field, form["format"])
    try:
        changed = change_variable(template.document_type, variable.code, typed, services())
    except InvalidInputError as error:
        form.refuse_error(error)
        return _change_dialog(template, variable, form)
    return changed_answer(template, variable, changed)


@blueprint.delete("/")
@require(Role.ADMINISTRATOR)
def delete(document_type: str) -> Response:
    """Delete a variable; one that stands in the texts, typed or saved, asks whether it may leave them too."""
    template, form = template_of_page(document_type), Form.sent()
    variable = find_variable(template, form["old_code"])
    typed = typed_texts()
    in_typed = any(f"[{variable.code}]" in text for text in typed.values())
    if not form["also_in_texts"] and (in_typed or is_used(template, variable.code)):
        return show_dialog(render_template("mail_variables/_in_use.html", variable=variable, type=document_type), 422)
    changed = delete_variable(template.document_type, variable.code, services(), also_in_texts=True)
    texts = {name: removed_from(text, variable.code) for name, text in typed.items()}
    return saved_answer(changed, _("[%(code)s] is deleted.", code=variable.code), texts)


def _typed(form: Form) -> Placeholder:
    return Placeholder(form["code"], form["label"], form["field"], form["format"])


def _chooser(template: MailTemplate, form: Form) -> Response:
    columns = chooser_columns(chosen=form["field"], values=request.args)
    dialog = render_template(
        "mail_variables/_chooser.html",
        columns=columns,
        type=template.document_type.value,
        form=form,
        note=field_note(columns),
    )
    return show_dialog(dialog, 200 if form.is_valid else 422)


def _code_step(template: MailTemplate, form: Form) -> Response:
    proposed = {"code": form["code"] or free_code(template, form["field"])} if form.is_valid else {}
    dialog = render_template(
        "mail_variables/_code.html",
        form=form.with_values(proposed),
        type=template.document_type.value,
        field=field_note(chooser_columns(chosen=form["field"])),
        formats=format_options(form["field"]),
        code_max=CODE_MAX,
    )
    return show_dialog(dialog, 200 if form.is_valid else 422)


def _label_step(template: MailTemplate, form: Form) -> Response:
    dialog = render_template(
        "mail_variables/_label.html",
        form=form,
        type=template.document_type.value,
        field=field_note(chooser_columns(chosen=form["field"])),
        label_max=LABEL_MAX,
    )
    return show_dialog(dialog, 200 if form.is_valid else 422)


def _change_dialog(template: MailTemplate, variable: Placeholder, form: Form) -> Response:
    dialog = render_template(
        "mail_variables/_change.html",
        form=form,
        type=template.document_type.value,
        is_used=is_used(template, variable.code),
        field=field_note(chooser_columns(chosen=variable.field)),
        formats=format_options(variable.field),
        code_max=CODE_MAX,
        label_max=LABEL_MAX,
    )
    return show_dialog(dialog, 200 if form.is_valid else 422)
