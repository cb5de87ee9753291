"""What the dialogs of a mail's variables share, be they a field or a formula: where they lie, and their answers."""

from __future__ import annotations

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from backend.domain.errors import InvalidInputError
from backend.domain.mail_template import MailTemplate
from backend.domain.mail_variables import VARIABLES_MAX, check_room, renamed_in
from backend.domain.placeholder import Placeholder
from backend.usecases.edit_mail_template import find_mail_template
from backend.web.dialogs import show_dialog
from backend.web.forms import Form
from backend.web.htmx import go_to
from backend.web.mail_template_form import mail_type
from backend.web.messages import explain
from backend.web.services import services

_CHANGED = "variables-changed"  # tells the rehearsal to begin again


def template_of_page(document_type: str) -> MailTemplate:
    """Return the setting whose variables an address is about; raises NotFoundError("mail_template", ...)."""
    return find_mail_template(mail_type(document_type), services())


def typed_texts() -> dict[str, str]:
    """Return subject and message as they are typed on the page under the dialog."""
    return {name: request.form.get(name, "") for name in ("subject", "body")}


def editor(template: MailTemplate) -> Response:
    """Lead who opens a dialog directly to the page that it lies over."""
    return go_to(url_for("mail_templates.edit", document_type=template.document_type.value))


def no_room(template: MailTemplate) -> Response | None:
    """Return the dialog for who wants to define an eleventh variable, None for anybody else."""
    try:
        check_room(template)
    except InvalidInputError as error:
        return no_room_dialog(error)
    return None


def no_room_dialog(error: InvalidInputError, status: int = 200) -> Response:
    """Say in a dialog that there are as many variables as there may be."""
    return show_dialog(render_template("mail_variables/_full.html", explained=explain(error)), status)


def defined_answer(template: MailTemplate) -> Response:
    """Close the dialog of the variable that was defined last."""
    return saved_answer(template, _("[%(code)s] is defined.", code=template.placeholders[-1].code))


def changed_answer(before: MailTemplate, variable: Placeholder, after: MailTemplate) -> Response:
    """Close the dialog of a changed variable; its new code takes the old one's place in the typed texts too."""
    new_code = after.placeholders[before.placeholders.index(variable)].code
    texts = {name: renamed_in(text, variable.code, new_code) for name, text in typed_texts().items()}
    return saved_answer(after, _("[%(code)s] is changed.", code=new_code), texts)


def saved_answer(template: MailTemplate, told: str, texts: dict[str, str] | None = None) -> Response:
    """Close the dialog; the list, the texts that hold its codes and the rehearsal follow."""
    parts = render_template(
        "mail_variables/_done.html",
        setting=template,
        variables_max=VARIABLES_MAX,
        told=told,
        form=Form(texts) if texts else None,
        oob=True,
    )
    response = show_dialog(parts)
    response.headers["HX-Trigger-After-Settle"] = _CHANGED
    return response
