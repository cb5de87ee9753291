"""The sending assistant: layout, PDF, recipients and texts, sending, and what is done when it fails (PRODUCT E)."""

from __future__ import annotations

import time

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext as _

from backend.domain.errors import SecretsUnavailableError
from backend.domain.mail_failure import MailFailure, SenderNotSetError
from backend.domain.outgoing_mail import ForbiddenMoveError, MailState, OutgoingMail
from backend.domain.ticket import TicketNumber
from backend.domain.ticket_layout import ticket_pdf_name
from backend.domain.user import Role, User
from backend.usecases.change_layout import change_layout
from backend.usecases.confirm_received import confirm_received
from backend.usecases.edit_draft import edit_draft
from backend.usecases.open_in_mail_client import open_in_mail_client
from backend.usecases.prepare_sending import new_mail_id, sender_of
from backend.usecases.queue_mail import queue_mail
from backend.usecases.send_mail import cancel_mail
from backend.usecases.tidy_outbox import recover_after_restart
from backend.web.auth import current_user, require
from backend.web.dialogs import show_dialog
from backend.web.forms import Form
from backend.web.htmx import go_to, is_htmx, render_page
from backend.web.launch import LinkToast
from backend.web.layout_choice import ask_for_layout, chosen_layout
from backend.web.messages import explain
from backend.web.outbox_list import UNFINISHED
from backend.web.passphrase import settle_secrets
from backend.web.security import current_session
from backend.web.sending_answers import (
    QUICK_S,
    PdfWish,
    ask_where_secrets_go,
    client_failed_dialog,
    done_answer,
    elsewhere_answer,
    preparation_answer,
    preparation_context,
    recipient_blocks,
    refused_draft,
    sending_answer,
    standing_context,
    unknown_dialog,
)
from backend.web.sending_draft import (
    addressed_context,
    back_url,
    came_from,
    draft_context,
    edit_url,
    first_fault,
    own_mail,
    typed_texts,
)
from backend.web.sending_recipients import unseen_slips
from backend.web.sending_tasks import sending_tasks
from backend.web.sending_work import start_preparing, start_sending
from backend.web.services import desktop, services

blueprint = Blueprint("sending", __name__, url_prefix="/sending")

_ENDED = frozenset({MailState.SENT, MailState.CANCELLED})
_NEWS_S = 0.5  # so long a poll waits for something new


@blueprint.post("/tickets/<number>")
@require(Role.CASHIER)
def start(number: str) -> Response:
    """Begin a sending: the layout is asked for where it must be, then the PDF is made.

    A ticket whose mail is under work already is taken up there, so that nothing is sent twice by mistake.
    """
    key, user, form = TicketNumber.parse(number), current_user(), Form.sent()
    recorded = services().tickets.find(key)
    if open_mail := _unfinished_mail(key, user):
        return go_to(edit_url(open_mail.id))
    if refused := settle_secrets(form):
        return ask_where_secrets_go(key, form["layout"], refused)
    if services().needs_passphrase:
        raise SecretsUnavailableError("passphrase_needed")
    try:
        sender_of(user.name, services())
    except SenderNotSetError as error:
        return show_dialog(render_template("sending/_closed.html", explained=explain(error), after=back_url(number)))
    layout_id = chosen_layout(key.till_code, form)
    if not layout_id:
        return ask_for_layout(key.till_code, url_for("sending.start", number=number), came_from())
    wish = PdfWish(new_mail_id(), key, layout_id)
    task = start_preparing(wish.mail_id, key, layout_id, user.name, ticket_pdf_name(recorded.ticket))
    task.wait_until_done(QUICK_S)
    return preparation_answer(wish, task)


@blueprint.get("/<mail_id>/preparation/<number>/<layout_id>")
@require(Role.CASHIER)
def preparation(mail_id: str, number: str, layout_id: str) -> str | Response:
    """Show how the making of the PDF goes on; once it is made, go on to the assistant."""
    wish, task = PdfWish(mail_id, TicketNumber.parse(number), layout_id), sending_tasks().find(f"pdf-{mail_id}")
    if task is None:
        return go_to(edit_url(mail_id))
    if is_htmx():
        task.wait_until_done(_NEWS_S)
    if not task.is_done:
        return render_page("sending/preparation.html", **preparation_context(wish, task))
    return preparation_answer(wish, task)


@blueprint.delete("/<mail_id>/preparation")
@require(Role.CASHIER)
def stop_preparation(mail_id: str) -> Response:
    """Give up a sending whose PDF is still being made."""
    task = sending_tasks().find(f"pdf-{mail_id}")
    if task is not None:
        task.is_cancelled = True
        if task.is_done and isinstance(task.result, OutgoingMail):
            cancel_mail(mail_id, services(), keep_pdf=False)
    return show_dialog("")


@blueprint.get("/<mail_id>")
@require(Role.CASHIER)
def edit(mail_id: str) -> str | Response:
    """Show the assistant, and over it what the mail waits for: its end, or a decision."""
    mail = _current(mail_id)
    if mail.state in _ENDED:
        return go_to(back_url(mail.ticket_key))
    return render_page("sending/edit.html", **draft_context(mail), **standing_context(mail))


@blueprint.post("/<mail_id>")
@require(Role.CASHIER)
def save(mail_id: str) -> Response | str:
    """Keep what was typed, and answer with the recipients as they now stand."""
    with sending_tasks().writing:
        if sending_tasks().is_running(f"send-{mail_id}") or own_mail(mail_id).state in _ENDED:
            return make_response("", 204)  # typed just before it left: the answer to the sending leads on
        try:
            mail = edit_draft(mail_id, typed_texts(), services())
        except ForbiddenMoveError:
            return go_to(edit_url(mail_id))
    return recipient_blocks(mail, being_typed=request.form.get("to", ""))


@blueprint.post("/<mail_id>/send")
@require(Role.CASHIER)
def send(mail_id: str) -> Response | str:
    """Send what stands in the assistant; an uncertain mail only by the word of a person (`again`)."""
    with sending_tasks().writing:
        mail = own_mail(mail_id)
        if mail.state is not MailState.UNKNOWN:
            if not sending_tasks().is_running(f"send-{mail_id}"):
                mail = edit_draft(mail_id, typed_texts(), services()) if "subject" in request.form else mail
            if (fault := first_fault(mail)) or unseen_slips(mail):
                return refused_draft(mail, fault, being_typed=request.form.get("to", ""))
        elif "again" not in request.form:
            return unknown_dialog(mail)
        task = start_sending(mail)
    task.wait_until_done(QUICK_S)
    return sending_answer(mail, task)


@blueprint.get("/<mail_id>/steps")
@require(Role.CASHIER)
def steps(mail_id: str) -> Response | str:
    """Show how the sending goes on; its end is a move back, or the dialog of what went wrong."""
    task = sending_tasks().find(f"send-{mail_id}")
    if not is_htmx():
        return go_to(edit_url(mail_id))
    if task is None:
        time.sleep(_NEWS_S)
        mail = _current(mail_id)
        return elsewhere_answer(mail) if mail.state is MailState.SENDING else go_to(edit_url(mail_id))
    task.wait_for_news(request.args.get("known", 0, int), _NEWS_S)
    return sending_answer(own_mail(mail_id), task, is_polled=True)


@blueprint.post("/<mail_id>/received")
@require(Role.CASHIER)
def received(mail_id: str) -> Response:
    """Take the customer's word that an uncertain mail has arrived."""
    mail = own_mail(mail_id)
    confirm_received(mail_id, services())
    return done_answer(mail, _("%(number)s counts as sent", number=mail.ticket_key))


@blueprint.post("/<mail_id>/abandon")
@require(Role.CASHIER)
def abandon(mail_id: str) -> Response:
    """Give a mail up; its PDF stays some days for a sending by hand."""
    mail = own_mail(mail_id)
    cancel_mail(mail_id, services(), keep_pdf=True)
    text = _("Given up. %(name)s stays 7 days in %(folder)s", name=mail.pdf.name, folder=mail.pdf.path.parent)
    return done_answer(mail, LinkToast(text, _("Check my settings"), url_for("sender_settings.index")))


@blueprint.post("/<mail_id>/later")
@require(Role.CASHIER)
def later(mail_id: str) -> Response:
    """Leave a mail to the outbox, which tries by itself."""
    mail = own_mail(mail_id)
    queue_mail(mail_id, services())
    return done_answer(mail, _("%(number)s leaves by itself, as soon as it can", number=mail.ticket_key))


@blueprint.post("/<mail_id>/background")
@require(Role.CASHIER)
def background(mail_id: str) -> Response:
    """Go on elsewhere while a mail leaves; should it be put off, the outbox tries again."""
    mail = own_mail(mail_id)
    if (task := sending_tasks().find(f"send-{mail_id}")) and not task.is_done:
        task.is_in_background = True
        current_session().toasts.append(_("%(number)s goes on leaving", number=mail.ticket_key))
        return go_to(back_url(mail.ticket_key))
    return go_to(edit_url(mail_id))


@blueprint.post("/<mail_id>/mail-client")
@require(Role.CASHIER)
def mail_client(mail_id: str) -> Response:
    """Open a mail in the PC's mail program; whether it leaves there is asked for at once."""
    own_mail(mail_id)
    try:
        open_in_mail_client(mail_id, services())
    except MailFailure as failure:
        return client_failed_dialog(own_mail(mail_id), failure)
    sending_tasks().forget(f"send-{mail_id}")
    return unknown_dialog(own_mail(mail_id))


@blueprint.delete("/<mail_id>")
@require(Role.CASHIER)
def cancel(mail_id: str) -> Response:
    """Erase a mail that was not sent, with its PDF."""
    mail = own_mail(mail_id)
    cancel_mail(mail_id, services(), keep_pdf=False)
    return done_answer(mail)


@blueprint.post("/<mail_id>/layout")
@require(Role.CASHIER)
def layout(mail_id: str) -> Response:
    """Ask for another layout, or set the PDF on the one that was chosen."""
    mail, form = own_mail(mail_id), Form.sent()
    till_code = TicketNumber.parse(mail.ticket_key).till_code
    if not form["layout"]:
        return ask_for_layout(till_code, url_for("sending.layout", mail_id=mail_id), came_from())
    with sending_tasks().writing:
        change_layout(mail_id, chosen_layout(till_code, form), services())
    return go_to(edit_url(mail_id))


@blueprint.post("/<mail_id>/read-back")
@require(Role.CASHIER)
def read_back(mail_id: str) -> Response:
    """Show the addresses as large as the screen allows, for the customer to read."""
    mail = own_mail(mail_id)
    with sending_tasks().writing:
        if "subject" in request.form and mail.state is not MailState.UNKNOWN:
            mail = edit_draft(mail_id, typed_texts(), services())
    return show_dialog(render_template("sending/_read_back.html", **addressed_context(mail)))


@blueprint.post("/<mail_id>/consult")
@require(Role.CASHIER)
def consult(mail_id: str) -> Response:
    """Show the PDF with the PC's program; raises NoProgramError."""
    desktop().open_file(own_mail(mail_id).pdf.path)
    return make_response("", 204)


@blueprint.post("/<mail_id>/folder")
@require(Role.CASHIER)
def folder(mail_id: str) -> Response:
    """Show the folder of the PDF; raises NoProgramError."""
    desktop().open_folder(own_mail(mail_id).pdf.path.parent)
    return make_response("", 204)


def _unfinished_mail(key: TicketNumber, user: User) -> OutgoingMail | None:
    mails = services().outbox.waiting(UNFINISHED, user=user.name)
    return next((mail for mail in mails if mail.ticket_key == str(key) and mail.user == user.name), None)


def _current(mail_id: str) -> OutgoingMail:
    """Return the mail as it stands; one that a dead process left in SENDING is put right first."""
    mail = own_mail(mail_id)
    if mail.state is MailState.SENDING and not sending_tasks().is_running(f"send-{mail_id}"):
        recover_after_restart(services())
        mail = own_mail(mail_id)
    return mail
