"""The two long things that the assistant begins: making the PDF, and sending."""

from __future__ import annotations

from backend.domain.outgoing_mail import MailState, OutgoingMail
from backend.domain.ticket import TicketNumber
from backend.ports import Services
from backend.usecases.change_layout import change_layout
from backend.usecases.prepare_sending import prepare_sending
from backend.usecases.queue_mail import queue_mail
from backend.usecases.send_mail import SendingOutcome, cancel_mail, send_mail
from backend.web.sending_tasks import Task, sending_tasks
from backend.web.services import services


def start_preparing(mail_id: str, key: TicketNumber, layout_id: str, user: str, pdf_name: str) -> Task:
    """Begin to make the PDF and the draft of a ticket; a task that was stopped meanwhile leaves nothing behind."""
    shop: Services = services()

    def prepare(task: Task) -> OutgoingMail:
        mail = prepare_sending(key, layout_id, user, shop, mail_id=mail_id)
        return cancel_mail(mail.id, shop, keep_pdf=False) if task.is_cancelled else mail

    return sending_tasks().start(f"pdf-{mail_id}", pdf_name, prepare)


def start_sending(mail: OutgoingMail) -> Task:
    """Begin to send a mail; one that is being sent already is returned as it goes on."""
    shop: Services = services()

    def send_it(task: Task) -> SendingOutcome:
        if mail.state is not MailState.UNKNOWN and not mail.pdf.path.is_file():
            change_layout(mail.id, mail.layout_id, shop)  # somebody took it away: made again from the record
        outcome = send_mail(mail.id, shop, task)
        if task.is_in_background and outcome.mail.state is MailState.DEFERRED:
            queue_mail(mail.id, shop)
        return outcome

    return sending_tasks().start(f"send-{mail.id}", mail.pdf.name, send_it)
