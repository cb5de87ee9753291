"""The company as its tickets show it: name, address, numbers, texts, and its logo."""

from __future__ import annotations

import base64

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.logo import LOGO_MAX_BYTES, Logo
from backend.domain.shop import Company
from backend.domain.user import Role
from backend.usecases.change_logo import remove_logo, restore_logo, set_logo
from backend.usecases.find_logo import find_logo
from backend.usecases.save_company import save_company
from backend.web.auth import require
from backend.web.company_check import company_check
from backend.web.company_form import company_values, read_company
from backend.web.forms import Form
from backend.web.htmx import go_to, refuse_form, render_block, render_page
from backend.web.messages import explain
from backend.web.security import accepts_upload, current_session
from backend.web.services import services

blueprint = Blueprint("company", __name__, url_prefix="/settings/company")

UPLOAD_MAX_BYTES = 4 * LOGO_MAX_BYTES  # a file that is a little too big is refused in the words of a logo
_SHOWN_PX = (440, 160)  # twice as fine as it is shown


@blueprint.get("")
@require(Role.ADMINISTRATOR)
def index() -> str:
    """Show the company as tickets print it."""
    known = services().settings.company() or Company("")
    form = Form(company_values(known))
    return render_page("company/index.html", form=form, gap=company_check(known), **_logo_context())


@blueprint.post("")
@require(Role.ADMINISTRATOR)
def save() -> Response:
    """Save the company; tickets recorded before keep theirs."""
    form = Form.sent()
    typed = read_company(form, services().settings.company())
    if not form.is_valid:
        return refuse_form("company/index.html", "form", form=form, gap=None)
    save_company(typed, services())
    current_session().toasts.append(_("The company is saved. It stands on the tickets from now on."))
    return go_to(url_for("shop.index"))


@blueprint.post("/logo")
@accepts_upload(UPLOAD_MAX_BYTES)
@require(Role.ADMINISTRATOR)
def give_logo() -> Response | str:
    """Put the logo in a file on the tickets to come."""
    given = request.files.get("logo")
    try:
        set_logo(given.read() if given else b"", services())
    except InvalidInputError as error:
        explained = explain(error)
        note = f"{explained.sentence} {explained.remedy}"
        return refuse_form("company/index.html", "logo", **_logo_context(refusal=note))
    return render_block("company/index.html", "logo", **_logo_context())


@blueprint.delete("/logo")
@require(Role.ADMINISTRATOR)
def remove_logo_now() -> str:
    """Take the logo away at once; the notice offers the way back."""
    current_session().undo["logo"] = remove_logo(services())
    return render_block("company/index.html", "logo", **_logo_context(is_gone=True))


@blueprint.post("/logo/restore")
@require(Role.ADMINISTRATOR)
def put_logo_back() -> str:
    """Put back the logo that this session has taken away."""
    sha256 = current_session().undo.pop("logo", None)
    if not isinstance(sha256, str):
        raise NotFoundError("logo", "")
    restore_logo(sha256, services())
    return render_block("company/index.html", "logo", **_logo_context())


def _logo_context(*, refusal: str = "", is_gone: bool = False) -> dict[str, object]:
    """Return what the block `logo` shows: the logo in colour and in black, as addresses that hold their picture."""
    company = services().settings.company()
    logo = find_logo(company, services().logos)
    if logo is None and company is not None and company.logo_sha256:
        lost = _("Your logo can't be read any more, and tickets leave without it. Choose its picture again.")
        refusal = refusal or lost
    shown = [services().fitted_logo(logo, *_SHOWN_PX, black=black) for black in (False, True)] if logo else []
    return {"logos": [_address(each) for each in shown], "logo_refusal": refusal, "is_logo_gone": is_gone}


def _address(logo: Logo) -> str:
    return "data:image/png;base64," + base64.b64encode(logo.png).decode("ascii")
