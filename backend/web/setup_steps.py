"""The three levels of set-up as the home page shows them, until all are done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flask import url_for
from flask_babel import gettext as _

from backend.domain.document_type import DocumentType
from backend.domain.errors import FacteurError
from backend.domain.user import User
from backend.usecases.confirm_mail_template import is_confirmed
from backend.usecases.test_pdf import is_test_failed
from backend.web.company_check import company_check
from backend.web.format import moment
from backend.web.messages import explain
from backend.web.navigation import has_page
from backend.web.pdf_wizard import engine_name
from backend.web.services import services


@dataclass(frozen=True, slots=True)
class SetupStep:
    """One level: `url` is where it is set up ("" where this user can't), `action` the word on its button."""

    title: str
    detail: str
    state: Literal["done", "open", "failed"]
    url: str
    action: str


def setup_steps(user: User) -> list[SetupStep]:
    """Return sender, PDF and mail settings as they stand for this user, and what the company lacks, if anything."""
    return [_sender_step(user), _pdf_step(user), _mail_step(user), *_company_step(user)]


def _company_step(user: User) -> list[SetupStep]:
    company = services().settings.company()
    gap = company_check(company) if company else None
    if gap is None or not user.is_administrator:
        return []
    return [SetupStep(_("Your company on the tickets"), gap.sentence, "open", url_for("company.index"), _("Complete"))]


def _sender_step(user: User) -> SetupStep:
    title, url = _("Your sender settings"), _url("sender_settings.index")
    profile = services().settings.sender_profile(user.name)
    if profile is None or not profile.email:
        return SetupStep(title, _("The address your tickets come from, and how they leave."), "open", url, _("Set up"))
    if not profile.gate_is_open:
        detail = _("%(email)s · not tested yet", email=profile.email)
        return SetupStep(title, detail, "open", url, _("Test"))
    tested = moment(profile.tested_at, services().clock.now()) if profile.tested_at else ""
    detail = _("%(email)s · test succeeded %(when)s", email=profile.email, when=tested)
    return SetupStep(title, detail, "done", url, _("Edit"))


def _pdf_step(user: User) -> SetupStep:
    title = _("The PDF printer")
    url = _url("pdf_settings.index") if user.is_administrator else ""
    try:
        engine = services().pdf_engine.describe()
    except FacteurError as error:
        explained = explain(error)
        return SetupStep(title, f"{explained.sentence} {explained.remedy}", "failed", url, _("Set up"))
    if is_test_failed(services()):
        return SetupStep(title, _("The test PDF could not be made, or is wrong."), "failed", url, _("Set up"))
    return SetupStep(
        title,
        f"{engine_name(engine.id)} · {engine.name or engine.id} {engine.version}".rstrip(),
        "done",
        url,
        _("Edit"),
    )


def _mail_step(user: User) -> SetupStep:
    title, url = _("The mail of the till tickets"), _ticket_mail_url()
    if is_confirmed(DocumentType.TICKET, services()):
        return SetupStep(title, _("Subject and message were read over."), "done", url, _("Read"))
    detail = _("Subject and message are ready: read them over once.")
    return SetupStep(title, detail, "open", url if user.is_administrator else "", _("Read the mail"))


def _ticket_mail_url() -> str:
    if services().settings.mail_template(DocumentType.TICKET) is None:
        return url_for("mail_templates.index")
    return url_for("mail_templates.edit", document_type=DocumentType.TICKET.value)


def _url(endpoint: str) -> str:
    return url_for(endpoint) if has_page(endpoint) else ""
