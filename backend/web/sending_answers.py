"""What the assistant answers while a PDF is made and a mail is sent: blocks, dialogs, moves."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Response, make_response, render_template, url_for
from flask_babel import ngettext

from backend.domain.errors import InvalidInputError, SecretsUnavailableError
from backend.domain.mail_failure import MailFailure
from backend.domain.outgoing_mail import MailState, OutgoingMail
from backend.domain.ticket import TicketNumber
from backend.usecases.send_mail import SendingOutcome
from backend.web.dialogs import show_dialog
from backend.web.forms import Form
from backend.web.htmx import go_to, render_block
from backend.web.launch import LinkToast
from backend.web.messages import explain
from backend.web.passphrase import SecretsChoice
from backend.web.security import current_session
from backend.web.sending_draft import addressed_context, attached_context, back_url, came_from, edit_url, own_mail
from backend.web.sending_steps import shown_steps
from backend.web.sending_tasks import Task, sending_tasks
from backend.web.sending_troubles import failed_trouble, trouble_of
from backend.web.services import services

QUICK_S = 0.3  # what is done by then is shown at once, without a progress view
_BACKGROUND_AFTER_S = 20
_PAGE = "sending/edit.html"


@dataclass(frozen=True, slots=True)
class PdfWish:
    """Which ticket is made into the PDF of which mail, and on which layout."""

    mail_id: str
    key: TicketNumber
    layout_id: str


def preparation_answer(wish: PdfWish, task: Task) -> Response:
    """Return the progress view, the move to the assistant, or why there is no PDF."""
    if not task.is_done:
        return show_dialog(render_block("sending/preparation.html", "dialogs", **preparation_context(wish, task)))
    sending_tasks().forget(f"pdf-{wish.mail_id}")
    if task.error is None:
        return go_to(edit_url(wish.mail_id))
    if isinstance(task.error, SecretsUnavailableError) and task.error.reason == "none":
        return ask_where_secrets_go(wish.key, wish.layout_id)
    return show_dialog(
        render_template(
            "sending/_no_pdf.html",
            explained=explain(task.error),
            pdf_name=task.subject,
            url=url_for("sending.start", number=wish.key),
            layout_id=wish.layout_id,
            back=came_from(),
        )
    )


def ask_where_secrets_go(key: TicketNumber, layout_id: str, refused: Form | None = None) -> Response:
    """Ask, on a PC without a keyring, where what names customers is to be kept until the mail has left."""
    hidden = {"layout": layout_id, "back": came_from()}
    choice = SecretsChoice(url_for("sending.start", number=key), "#dialogs", hidden=hidden, form=refused or Form())
    return show_dialog(render_template("passphrase/_choose.html", choice=choice), 422 if refused else 200)


def preparation_context(wish: PdfWish, task: Task) -> dict[str, object]:
    """Return what the progress view of a PDF needs."""
    url = url_for(
        "sending.preparation",
        mail_id=wish.mail_id,
        number=wish.key,
        layout_id=wish.layout_id,
        back=came_from() or None,
    )
    return {
        "pdf_name": task.subject,
        "number": wish.key,
        "url": url,
        "stop_url": url_for("sending.stop_preparation", mail_id=wish.mail_id),
    }


def recipient_blocks(mail: OutgoingMail, *, being_typed: str = "", error: InvalidInputError | None = None) -> str:
    """Return the chips, and beside them the note under the field and the envelope."""
    return _recipient_blocks(addressed_context(mail, being_typed=being_typed, error=error))


def refused_draft(mail: OutgoingMail, fault: InvalidInputError | None, *, being_typed: str) -> Response:
    """Return the recipients with what must be mended, or looked at once more, before the mail can leave."""
    response = make_response(recipient_blocks(mail, being_typed=being_typed, error=fault), 422)
    response.headers.update({"HX-Retarget": "#sending-chips", "HX-Reswap": "innerHTML"})
    return response


def picked_answer(mail: OutgoingMail) -> Response:
    """Close the dialog in which addresses were picked, and show the recipients as they now stand."""
    return show_dialog(_recipient_blocks(addressed_context(mail) | {"chips_oob": True}))


def files_answer(mail: OutgoingMail, note: str = "") -> Response:
    """Return the files of a mail, with a note where they could not be changed."""
    html = render_block(_PAGE, "files", **attached_context(mail) | {"files_note": note})
    return make_response(html, 422 if note else 200)


def standing_context(mail: OutgoingMail) -> dict[str, object]:
    """Return what lies over the assistant: the steps of a sending, what went wrong, or nothing."""
    task = sending_tasks().find(f"send-{mail.id}")
    if mail.state is MailState.SENDING or (task is not None and not task.is_done):
        return {"trouble": None, "is_sending": True} | _steps_context(mail, task)
    return {"trouble": trouble_of(mail, task), "is_sending": False}


def sending_answer(mail: OutgoingMail, task: Task, *, is_polled: bool = False) -> Response | str:
    """Return the steps, the move back after a success, or the dialog of what went wrong."""
    if not task.is_done:
        context = _steps_context(mail, task) | {
            "mail": mail,
            "back": came_from(),
            "back_url": back_url(mail.ticket_key),
        }
        if is_polled:
            return render_block(_PAGE, "steps", **context)
        return show_dialog(render_block(_PAGE, "progress", **context))
    outcome = task.result if isinstance(task.result, SendingOutcome) else None
    if outcome is not None and outcome.mail.state is MailState.SENT:
        return done_answer(mail, _sent_message(outcome.mail))
    return _trouble_dialog(own_mail(mail.id), task)


def done_answer(mail: OutgoingMail, toast: str | LinkToast = "") -> Response:
    """Forget what was done with a mail, and go back where one came from with a confirmation."""
    sending_tasks().forget(f"send-{mail.id}")
    if toast:
        current_session().toasts.append(toast)
    return go_to(back_url(mail.ticket_key))


def elsewhere_answer(mail: OutgoingMail) -> str:
    """Return the steps of a sending that another program goes on with."""
    return render_block(_PAGE, "steps", mail=mail, back_url=back_url(mail.ticket_key), **_steps_context(mail, None))


def unknown_dialog(mail: OutgoingMail) -> Response:
    """Return the dialog of an uncertain mail, which asks a person to decide."""
    return _trouble_dialog(mail, sending_tasks().find(f"send-{mail.id}"))


def client_failed_dialog(mail: OutgoingMail, failure: MailFailure) -> Response:
    """Return the dialog again, which now says why the mail program did not take the mail."""
    trouble = trouble_of(mail, sending_tasks().find(f"send-{mail.id}")) or failed_trouble(mail, failure)
    trouble = replace(trouble, mail_client=False, client_failure=explain(failure))
    return show_dialog(render_block(_PAGE, "trouble", mail=mail, trouble=trouble, back=came_from()))


def _recipient_blocks(context: dict[str, object]) -> str:
    return "".join(render_block(_PAGE, block, **context | {"oob": True}) for block in ("chips", "note", "envelope"))


def _trouble_dialog(mail: OutgoingMail, task: Task | None) -> Response:
    trouble = trouble_of(mail, task)
    if trouble is None:
        return go_to(edit_url(mail.id))
    dialog = render_block(_PAGE, "trouble", mail=mail, trouble=trouble, back=came_from())
    return show_dialog(dialog + _recipient_blocks(addressed_context(mail) | {"chips_oob": True}))


def _steps_context(mail: OutgoingMail, task: Task | None) -> dict[str, object]:
    finished = list(task.steps) if task else []
    sender = services().settings.sender_profile(mail.user)
    return {
        "steps": shown_steps(finished, sender, is_running=True),
        "steps_url": url_for("sending.steps", mail_id=mail.id, known=len(finished), back=came_from() or None),
        "background_url": url_for("sending.background", mail_id=mail.id, back=came_from() or None),
        "takes_long": task is not None and task.seconds > _BACKGROUND_AFTER_S,
    }


def _sent_message(mail: OutgoingMail) -> str:
    return str(
        ngettext(
            "%(number)s sent to %(num)s recipient",
            "%(number)s sent to %(num)s recipients",
            len(mail.recipients),
            number=mail.ticket_key,
        )
    )
