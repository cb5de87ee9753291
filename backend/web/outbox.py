"""The page of sendings: what waits, failed or is uncertain, why, when it is tried next (PRODUCT E5, F2)."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _

from backend.domain.outgoing_mail import ForbiddenMoveError, MailState
from backend.domain.user import Role
from backend.usecases.queue_mail import retry_mails
from backend.usecases.send_mail import cancel_mail
from backend.web.auth import current_user, require
from backend.web.dialogs import show_dialog
from backend.web.htmx import go_to, is_htmx, render_block, render_page
from backend.web.messages import explain
from backend.web.outbox_list import MAILS_SHOWN, expired_rows, mails_of, pause_of, sending_rows
from backend.web.security import current_session
from backend.web.sending_draft import own_mail
from backend.web.sending_tasks import sending_tasks
from backend.web.services import services

blueprint = Blueprint("outbox", __name__, url_prefix="/outbox")


@blueprint.get("/")
@require(Role.CASHIER)
def index() -> str:
    """Show the signed-in user's mails that have not left: drafts, waiting, failed, uncertain, expired."""
    mails = mails_of(current_user())
    pause = pause_of(current_user(), mails)
    return render_page(
        "outbox/index.html",
        rows=sending_rows(mails),
        more=max(0, len(mails) - MAILS_SHOWN),
        expired=expired_rows(current_user()),
        pause=explain(pause) if pause else None,
    )


@blueprint.post("/<mail_id>/retry")
@require(Role.CASHIER)
def retry(mail_id: str) -> Response | str:
    """Let a mail be tried at once; one that needs a person's look is opened instead."""
    mail = own_mail(mail_id)
    try:
        retry_mails([mail.id], services())
    except ForbiddenMoveError:
        return go_to(url_for("sending.edit", mail_id=mail_id))
    return index()


@blueprint.get("/<mail_id>/drop")
@require(Role.CASHIER)
def drop(mail_id: str) -> Response | str:
    """Ask whether a mail is to be erased."""
    mail = own_mail(mail_id)
    if is_htmx():
        return show_dialog(render_block("outbox/drop.html", "dialogs", mail=mail))
    return render_page("outbox/drop.html", mail=mail)


@blueprint.post("/<mail_id>/cancel")
@require(Role.CASHIER)
def cancel(mail_id: str) -> Response:
    """Erase a mail that was not sent, with its PDF; one that has left meanwhile is left alone."""
    mail = own_mail(mail_id)
    if mail.state not in {MailState.SENT, MailState.CANCELLED}:
        cancel_mail(mail_id, services(), keep_pdf=False)
        sending_tasks().forget(f"send-{mail_id}")
        current_session().toasts.append(_("The sending of %(number)s is cancelled", number=mail.ticket_key))
    return go_to(url_for("outbox.index"))
