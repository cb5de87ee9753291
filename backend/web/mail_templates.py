"""Mail settings per document type (Envois mails): the list, and one type's message and recipients (PRODUCT D)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from backend.domain.document_type import DocumentType
from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.formula.errors import FormulaError
from backend.domain.mail_template import MailTemplate
from backend.domain.placeholder import UnknownCodeError
from backend.domain.user import Role
from backend.usecases.confirm_mail_template import confirm_mail_template, is_confirmed
from backend.usecases.edit_mail_template import (
    create_mail_template,
    delete_mail_template,
    edit_mail_template,
    find_mail_template,
    mail_templates,
    restore_mail_template,
)
from backend.web.auth import require
from backend.web.forms import Form
from backend.web.htmx import go_to, refuse_form, render_block, render_page
from backend.web.mail_template_form import (
    form_context,
    letters,
    mail_type,
    read_mail_template,
    recipient_words,
    template_values,
    typed_template,
)
from backend.web.messages import document_type_label, explain
from backend.web.security import current_session
from backend.web.services import services

blueprint = Blueprint("mail_templates", __name__, url_prefix="/settings/mails")


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A line of the list: a type by its name, and to whom its mails go."""

    template: MailTemplate
    name: str
    recipients: str


@blueprint.get("/")
@require(Role.ADMINISTRATOR)
def index() -> str:
    """Show the setting of each document type, and which types have none."""
    return render_page("mail_templates/index.html", **_list())


@blueprint.post("/")
@require(Role.ADMINISTRATOR)
def create() -> Response:
    """Make the setting of a type that has none, and go on there; the type is fixed from then on."""
    created = create_mail_template(mail_type(Form.sent()["document_type"]), services())
    return go_to(url_for("mail_templates.edit", document_type=created.document_type.value))


@blueprint.get("/<document_type>")
@require(Role.ADMINISTRATOR)
def detail(document_type: str) -> str:
    """Show a setting without changing it."""
    template = find_mail_template(mail_type(document_type), services())
    return render_page(
        "mail_templates/detail.html",
        setting=template,
        title=document_type_label(template.document_type),
        recipients=recipient_words(template),
        letters=letters(template),
    )


@blueprint.delete("/<document_type>")
@require(Role.ADMINISTRATOR)
def delete(document_type: str) -> str:
    """Delete a setting at once; the list offers the way back."""
    gone = delete_mail_template(mail_type(document_type), services())
    current_session().undo[f"mail_template:{document_type}"] = gone
    return render_block("mail_templates/index.html", "list", **_list(gone))


@blueprint.post("/<document_type>/restore")
@require(Role.ADMINISTRATOR)
def restore(document_type: str) -> str:
    """Put back a setting that this session has deleted."""
    gone = current_session().undo.pop(f"mail_template:{document_type}", None)
    if not isinstance(gone, MailTemplate):
        raise NotFoundError("mail_template", document_type)
    restore_mail_template(gone, services())
    return render_block("mail_templates/index.html", "list", **_list())


@blueprint.get("/<document_type>/edit")
@require(Role.ADMINISTRATOR)
def edit(document_type: str) -> str:
    """Show message and recipients of a type beside its variables, and the mails that they make."""
    template = find_mail_template(mail_type(document_type), services())
    form = Form(template_values(template) | {"tab": request.args.get("tab", "message")})
    return render_page("mail_templates/edit.html", **form_context(form, template), letters=letters(template))


@blueprint.post("/<document_type>/edit")
@require(Role.ADMINISTRATOR)
def save(document_type: str) -> Response:
    """Save message and recipients; the mail of the tickets counts as looked at from then on."""
    known, form = find_mail_template(mail_type(document_type), services()), Form.sent()
    typed = read_mail_template(form, known)
    if form.is_valid:
        try:
            edit_mail_template(typed, services())
        except InvalidInputError as error:
            form.refuse_error(error)
        except (UnknownCodeError, FormulaError) as error:
            explained = explain(error)
            form.refuse(error.where, f"{explained.sentence} {explained.remedy}")
    if not form.is_valid:
        context = form_context(form, known) | {"letters": letters(typed_template(form, known))}
        return refuse_form("mail_templates/edit.html", "form", **context)
    was_confirmed = is_confirmed(known.document_type, services())
    confirm_mail_template(known.document_type, services())
    name = document_type_label(known.document_type)
    current_session().toasts.append(_("The mail “%(name)s” is saved.", name=name))
    is_set_up = was_confirmed or known.document_type is not DocumentType.TICKET
    return go_to(url_for("mail_templates.index" if is_set_up else "home.index"))


@blueprint.post("/<document_type>/rehearsal")
@require(Role.ADMINISTRATOR)
def rehearsal(document_type: str) -> str:
    """Show the mails that the typed message makes; nothing is saved."""
    known = find_mail_template(mail_type(document_type), services())
    typed = typed_template(Form.sent(), known)
    return render_block("mail_templates/edit.html", "rehearsal", setting=known, letters=letters(typed))


def _list(gone: MailTemplate | None = None) -> dict[str, object]:
    rows = [_row(template) for template in mail_templates(services())]
    there = {row.template.document_type for row in rows}
    return {
        "rows": rows,
        "missing": [(one.value, document_type_label(one)) for one in DocumentType if one not in there],
        "gone": gone,
        "gone_name": document_type_label(gone.document_type) if gone else "",
    }


def _row(template: MailTemplate) -> TemplateRow:
    return TemplateRow(template, document_type_label(template.document_type), ", ".join(recipient_words(template)))
