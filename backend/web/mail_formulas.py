"""Variables that show a formula: typed beside its help, with its result on the latest ticket (PRODUCT D4)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from backend.domain.errors import InvalidInputError
from backend.domain.formula.errors import FormulaError
from backend.domain.formula.grammar import LENGTH_MAX
from backend.domain.mail_template import MailTemplate
from backend.domain.mail_variables import CODE_MAX, LABEL_MAX, find_variable, free_code, is_used
from backend.domain.placeholder import Placeholder
from backend.domain.user import Role
from backend.domain.value_format import format_value
from backend.usecases.edit_variables import change_variable, define_variable
from backend.usecases.try_formula import try_formula
from backend.web.auth import require
from backend.web.dialogs import show_dialog
from backend.web.forms import Form
from backend.web.formula_fault import FormulaFault, fault_in, formula_help
from backend.web.htmx import is_htmx, render_block
from backend.web.mail_variable_answers import (
    changed_answer,
    defined_answer,
    editor,
    no_room,
    no_room_dialog,
    template_of_page,
)
from backend.web.services import services

blueprint = Blueprint("mail_formulas", __name__, url_prefix="/settings/mails/<document_type>/formulas")

_DIALOG = "mail_formulas/_editor.html"


@dataclass(frozen=True, slots=True)
class Result:
    """What a typed formula gives for the latest ticket ("" for one that is made up), or what is wrong in it."""

    text: str = ""
    ticket_key: str = ""
    fault: FormulaFault | None = None


@blueprint.get("/new")
@require(Role.ADMINISTRATOR)
def define(document_type: str) -> Response:
    """Let a formula be typed, with the code and label of its variable."""
    template = template_of_page(document_type)
    if not is_htmx():
        return editor(template)
    return no_room(template) or _dialog(template, Form({"code": free_code(template, "." + _("FORMULA"))}))


@blueprint.post("/result")
@require(Role.ADMINISTRATOR)
def result(document_type: str) -> str:
    """Show what the typed formula gives; nothing is saved."""
    template = template_of_page(document_type)
    return render_block(_DIALOG, "result", type=template.document_type.value, result=_result(Form.sent()["formula"]))


@blueprint.post("/")
@require(Role.ADMINISTRATOR)
def create(document_type: str) -> Response:
    """Keep the new variable, which can be inserted from then on."""
    template, form = template_of_page(document_type), Form.sent()
    try:
        changed = define_variable(template.document_type, _typed(form), services())
    except (InvalidInputError, FormulaError) as error:
        return _refused(template, form, error)
    return defined_answer(changed)


@blueprint.get("/change")
@require(Role.ADMINISTRATOR)
def edit(document_type: str) -> Response:
    """Show the formula of a variable with its code and label."""
    template = template_of_page(document_type)
    if not is_htmx():
        return editor(template)
    known = find_variable(template, request.args.get("code", ""))
    values = {"old_code": known.code, "code": known.code, "label": known.label, "formula": known.formula}
    return _dialog(template, Form(values))


@blueprint.post("/change")
@require(Role.ADMINISTRATOR)
def save(document_type: str) -> Response:
    """Keep a changed formula; a new code takes the place of the old one in the texts, typed ones too."""
    template, form = template_of_page(document_type), Form.sent()
    known = find_variable(template, form["old_code"])
    try:
        changed = change_variable(template.document_type, known.code, _typed(form), services())
    except (InvalidInputError, FormulaError) as error:
        return _refused(template, form, error)
    return changed_answer(template, known, changed)


def _typed(form: Form) -> Placeholder:
    formula = form["formula"].replace("\r\n", "\n").strip()
    if not formula:
        raise InvalidInputError("formula", "formula_missing")
    return Placeholder(form["code"], form["label"], "", formula=formula)


def _refused(template: MailTemplate, form: Form, error: InvalidInputError | FormulaError) -> Response:
    if isinstance(error, InvalidInputError) and error.reason == "variable_count":
        return no_room_dialog(error, 422)
    if isinstance(error, FormulaError):
        form.refuse("formula", _("Correct the formula at the marked place."))
    else:
        form.refuse_error(error)
    return _dialog(template, form)


def _dialog(template: MailTemplate, form: Form) -> Response:
    dialog = render_template(
        _DIALOG,
        form=form,
        type=template.document_type.value,
        is_used=bool(form["old_code"]) and is_used(template, form["old_code"]),
        result=_result(form["formula"]),
        help=formula_help(),
        code_max=CODE_MAX,
        label_max=LABEL_MAX,
        formula_max=LENGTH_MAX,
    )
    return show_dialog(dialog, 200 if form.is_valid else 422)


def _result(typed: str) -> Result | None:
    formula = typed.replace("\r\n", "\n")
    if not formula.strip():
        return None
    try:
        tried = try_formula(formula, services())
    except FormulaError as error:
        return Result(fault=fault_in(formula, error))
    return Result(format_value(tried.value, "", tried.language), tried.ticket_key)
