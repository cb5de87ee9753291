"""Settings: the list of what can be set, the company, the mail of its tickets."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _

from backend.domain.document_type import DocumentType
from backend.domain.errors import InvalidInputError
from backend.domain.mail_template import FilledText
from backend.domain.placeholder import UnknownCodeError
from backend.domain.shop import Company
from backend.domain.ticket import TicketQuery
from backend.domain.user import Role
from backend.usecases.confirm_mail_template import confirm_mail_template, is_confirmed
from backend.usecases.edit_mail_template import edit_mail_texts
from backend.usecases.fill_mail_text import fill_ticket_text
from backend.usecases.prepare_sending import template_of
from backend.usecases.save_company import save_company
from backend.web.auth import require
from backend.web.company_check import company_check
from backend.web.company_form import company_values, read_company
from backend.web.forms import Form
from backend.web.htmx import go_to, refuse_form, render_page
from backend.web.messages import explain
from backend.web.security import current_session
from backend.web.services import services

blueprint = Blueprint("shop", __name__, url_prefix="/settings")


@blueprint.get("/")
@require(Role.CASHIER)
def index() -> str:
    """Show what this user can set."""
    return render_page("shop/index.html")


@blueprint.get("/company")
@require(Role.ADMINISTRATOR)
def company() -> str:
    """Show the company as tickets print it."""
    known = services().settings.company() or Company("")
    return render_page("shop/company.html", form=Form(company_values(known)), gap=company_check(known))


@blueprint.post("/company")
@require(Role.ADMINISTRATOR)
def change_company() -> Response:
    """Save the company; tickets recorded before keep theirs."""
    form = Form.sent()
    typed = read_company(form, services().settings.company())
    if not form.is_valid:
        return refuse_form("shop/company.html", "form", form=form, gap=None)
    save_company(typed, services())
    current_session().toasts.append(_("The company is saved. It stands on the tickets from now on."))
    return go_to(url_for("shop.index"))


@blueprint.get("/mail")
@require(Role.ADMINISTRATOR)
def mail() -> str:
    """Show the mail of the till tickets as it is set, and as the latest ticket fills it."""
    set_mail = template_of(DocumentType.TICKET, services())
    return render_page("shop/mail.html", **_mail_context(Form({"subject": set_mail.subject, "body": set_mail.body})))


@blueprint.post("/mail")
@require(Role.ADMINISTRATOR)
def confirm_mail() -> Response:
    """Save the mail of the till tickets, which counts as looked at from then on."""
    form = Form.sent()
    try:
        edit_mail_texts(DocumentType.TICKET, form["subject"], form["body"], services())
    except InvalidInputError as error:
        form.refuse_error(error)
    except UnknownCodeError as error:
        explained = explain(error)
        form.refuse(error.where, f"{explained.sentence} {explained.remedy}")
    if not form.is_valid:
        return refuse_form("shop/mail.html", "mail_form", **_mail_context(form))
    confirm_mail_template(DocumentType.TICKET, services())
    current_session().toasts.append(_("The mail of your tickets is ready."))
    return go_to(url_for("home.index"))


def _mail_context(form: Form) -> dict[str, object]:
    """Return the texts in the form, and as the latest ticket fills those that are saved."""
    set_mail = template_of(DocumentType.TICKET, services())
    latest = services().tickets.search(TicketQuery(limit=1))
    subject, body = FilledText(set_mail.subject), FilledText(set_mail.body)
    if latest:
        ticket = services().tickets.find(latest[0].key).ticket
        subject = fill_ticket_text(set_mail.subject, set_mail.placeholders, ticket, services())
        body = fill_ticket_text(set_mail.body, set_mail.placeholders, ticket, services())
    return {
        "form": form,
        "set_mail": set_mail,
        "ticket_key": str(latest[0].key) if latest else "",
        "subject": subject.text,
        "body": body.text,
        "is_confirmed": is_confirmed(DocumentType.TICKET, services()),
    }
