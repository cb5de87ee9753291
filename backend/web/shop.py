"""Settings: the list of what can be set, the company."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _

from backend.domain.shop import Company
from backend.domain.user import Role
from backend.usecases.save_company import save_company
from backend.web.auth import require
from backend.web.company_check import company_check
from backend.web.company_form import company_values, read_company
from backend.web.forms import Form
from backend.web.htmx import go_to, refuse_form, render_page
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
