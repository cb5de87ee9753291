"""The home page, the first start, and the door between the shop and its training mode."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask import Blueprint, Response, abort, url_for
from flask_babel import gettext as _

from backend.domain.errors import InvalidInputError
from backend.domain.sending_figures import sending_figures
from backend.domain.shop import Company
from backend.domain.ticket import TicketQuery
from backend.domain.user import Role, User
from backend.usecases.manage_users import PASSWORD_MAX, PASSWORD_MIN
from backend.usecases.start_shop import needs_start, start_shop
from backend.usecases.test_pdf import try_settings_in_force
from backend.web import security
from backend.web.auth import current_user, require
from backend.web.company_form import read_company
from backend.web.day_figures import day_figures, day_totals
from backend.web.folder_words import folder_place_notes
from backend.web.forms import Form
from backend.web.htmx import go_to, is_htmx, refuse_form, render_block, render_page
from backend.web.language import current_language
from backend.web.mail_messages import mail_text
from backend.web.security import current_session
from backend.web.sending_tasks import sending_tasks
from backend.web.services import can_enter_training, services
from backend.web.setup_steps import setup_steps
from backend.web.waiting_mails import waiting_mails

blueprint = Blueprint("home", __name__)
_LATEST = 5
_DAYS = 14


@blueprint.get("/")
@require(Role.CASHIER)
def index() -> str:
    """Show the day: what is left to set up, mails that wait, the latest tickets, the figures."""
    today = services().clock.now().date()
    company = services().settings.company()
    steps = setup_steps(current_user())
    return render_page(
        "home/index.html",
        today=today,
        now=services().clock.now(),
        company_name=company.name if company else "",
        notes=folder_place_notes(services().folder_place) if current_user().is_administrator else [],
        restore_waits=services().restoring.prepared() is not None,
        steps=steps,
        done=sum(step.state == "done" for step in steps),
        mails=waiting_mails(current_user()),
        latest=services().tickets.search(TicketQuery(limit=_LATEST)),
        figures=day_figures(today),
        yesterday=day_totals(today - timedelta(days=1)),
        shown=None,
    )


@blueprint.get("/history")
@require(Role.CASHIER)
def history() -> str | Response:
    """Show the last days' sendings, once the page itself is there."""
    if not is_htmx():
        return go_to(url_for("home.index"))
    now = services().clock.now()
    first = datetime.combine(now.date() - timedelta(days=_DAYS - 1), time(), now.tzinfo)
    figures = sending_figures(services().journal.since(first), now.date(), _DAYS)
    failures = [(mail_text(cause, detail="", reply="")[0], count) for cause, count in figures.causes]
    return render_block("home/index.html", "history", shown=figures, failures=failures)


@blueprint.get("/first-start")
def first_start() -> str | Response:
    """Ask for the administrator and the company, once in the life of a shop."""
    if not needs_start(services()):
        return go_to(url_for("home.index"))
    return render_page(
        "home/first_start.html", form=Form(), here=url_for("home.first_start"), can_train=can_enter_training()
    )


@blueprint.post("/first-start")
def begin() -> Response:
    """Make the shop and sign its administrator in."""
    if not needs_start(services()):
        return go_to(url_for("home.index"))
    form = Form.sent()
    company = read_company(form, services().settings.company())
    administrator = _start(form, company)
    if administrator is None:
        context = {"form": form, "here": url_for("home.first_start"), "can_train": can_enter_training()}
        return refuse_form("home/first_start.html", "shop", **context)
    shop = services()
    sending_tasks().start("pdf-test", "", lambda _task: try_settings_in_force(shop))  # PRODUCT C0: without a question
    security.sign_in(administrator.name, current_language())
    current_session().toasts.append(_("Welcome, %(name)s. Your shop is ready.", name=administrator.name))
    return go_to(url_for("home.index"))


@blueprint.post("/training")
def enter_training() -> Response:
    """Go into the training mode, as the first of its administrators."""
    if not can_enter_training():
        abort(404)
    security.change_shop(training=True)
    trainee = next(user for user in services().users.users() if user.is_administrator)
    security.sign_in(trainee.name, current_language())
    current_session().is_touring = True
    return go_to(url_for("home.index"))


@blueprint.post("/leave-training")
def leave_training() -> Response:
    """Go back to the shop itself."""
    security.change_shop(training=False)
    return go_to(url_for("home.index"))


def _start(form: Form, company: Company) -> User | None:
    if not PASSWORD_MIN <= len(form["password"]) <= PASSWORD_MAX:
        form.refuse_error(InvalidInputError("password", "password_length"))
    elif form["password"] != form["password_again"]:
        form.refuse("password_again", _("This is not what stands in the field before. Type both again."))
    form.need("name", _("Type your name: it stands on the sign-in page."))
    if not form.is_valid:
        return None
    try:
        return start_shop(form["name"], form["password"], company, services())
    except InvalidInputError as error:
        form.refuse_error(error)
        return None
