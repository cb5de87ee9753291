"""What the assistant shows of a mail: chips, read-back, file, warnings; and what it sends back of them."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.outgoing_mail import MailState, OutgoingMail
from backend.domain.retry_plan import waits_by_itself
from backend.domain.sender_profile import Priority, SendingMode
from backend.domain.ticket import Ticket, TicketNumber
from backend.usecases.edit_draft import DraftTexts, check_draft, is_address
from backend.usecases.fill_mail_text import empty_labels
from backend.usecases.find_unprintable import find_unprintable
from backend.usecases.make_ticket_pdf import layouts_for
from backend.usecases.prepare_sending import template_of
from backend.web.auth import current_user
from backend.web.format import moment, money
from backend.web.forms import Form
from backend.web.glyph_words import glyph_warning
from backend.web.mail_status import mail_story
from backend.web.sending_files import files_context
from backend.web.sending_recipients import chip_addresses, recipients_context, typed_recipients
from backend.web.sending_way import shown_from, way_of_sending
from backend.web.services import services
from backend.web.tickets import layout_name

FROM_TILL = "till"


def typed_texts() -> DraftTexts:
    """Return what stands in the assistant that was sent in: chips, what is still being typed, texts."""
    form = request.form
    return DraftTexts(
        typed_recipients(),
        form.get("subject", ""),
        form.get("body", ""),
        Priority(form["priority"]) if form.get("priority") in set(Priority) else Priority.NORMAL,
        delivery_notification="delivery_notification" in form,
        read_receipt="read_receipt" in form,
    )


def own_mail(mail_id: str) -> OutgoingMail:
    """Return a mail of the signed-in user; raises NotFoundError for anybody else's."""
    mail = services().outbox.find(mail_id)
    if mail.user.casefold() != current_user().name.casefold():
        raise NotFoundError("mail", mail_id)
    return mail


def ticket_of(mail: OutgoingMail) -> Ticket:
    """Return the ticket that the mail is about."""
    return services().tickets.find(TicketNumber.parse(mail.ticket_key)).ticket


def came_from() -> str:
    """Return where the sending began: the till, or "" for the ticket."""
    return FROM_TILL if request.values.get("back") == FROM_TILL else ""


def back_url(ticket_key: str) -> str:
    """Return where the cashier goes on: a new ticket, or the one that was consulted."""
    return url_for("till.index") if came_from() else url_for("tickets.detail", number=ticket_key)


def edit_url(mail_id: str) -> str:
    """Return the address of a mail's assistant, which remembers where one came from."""
    return url_for("sending.edit", mail_id=mail_id, back=came_from() or None)


def draft_context(
    mail: OutgoingMail, *, being_typed: str = "", error: InvalidInputError | None = None
) -> dict[str, object]:
    """Return what the assistant's page and each block of it need."""
    form = _form(mail)
    if error is not None:
        form.refuse_error(error)
    elif bad := [address for address in chip_addresses(mail, being_typed) if not is_address(address)]:
        form.refuse_error(InvalidInputError("recipients", "email", bad[0]))
    ticket = ticket_of(mail)
    sender = services().settings.sender_profile(mail.user)
    return {
        "mail": mail,
        "ticket": ticket,
        "form": form,
        "back": came_from(),
        "back_url": back_url(mail.ticket_key),
        "summary": _summary(mail, ticket),
        "sender": sender,
        "is_open": sender is not None and sender.gate_is_open,
        "is_smtp": sender is not None and sender.mode is SendingMode.SMTP,
        "way": lambda: way_of_sending(sender),
        "shown_from": shown_from(sender),
        "is_frozen": mail.state is MailState.UNKNOWN,
        "waits_until": _waits_until(mail),
        "already_sent": _already_sent(mail),
        "boxes": _boxes(mail),
        "empty_labels": empty_labels(template_of(mail.document_type, services()), ticket, services()),
        "layout": _layout_label(mail, ticket),
        "pdf_bytes": mail.pdf.path.stat().st_size if mail.pdf.path.is_file() else 0,
        "priorities": [
            (Priority.LOW.value, _("Low")),
            (Priority.NORMAL.value, _("Normal")),
            (Priority.HIGH.value, _("High")),
        ],
        "oob": False,
        "chips_oob": False,
        **recipients_context(mail, being_typed),
        **files_context(mail),
    }


def first_fault(mail: OutgoingMail) -> InvalidInputError | None:
    """Return what must be mended before the mail can be sent."""
    try:
        check_draft(mail)
    except InvalidInputError as error:
        return error
    return None


def _form(mail: OutgoingMail) -> Form:
    return Form(
        {
            "subject": mail.subject,
            "body": mail.body,
            "priority": mail.priority.value,
            "delivery_notification": "yes" if mail.delivery_notification else "",
            "read_receipt": "yes" if mail.read_receipt else "",
        }
    )


def _summary(mail: OutgoingMail, ticket: Ticket) -> str:
    story = mail_story(services().journal.entries(mail.ticket_key), services().clock.now())
    return f"{money(ticket.gross_total)} · {ticket.customer_name} · {story}"


def _boxes(mail: OutgoingMail) -> str:
    """Return what to say of characters that the PDF shows as boxes."""
    recorded = services().tickets.find(TicketNumber.parse(mail.ticket_key))
    layout = next((layout for layout in services().settings.layouts() if layout.id == mail.layout_id), None)
    return glyph_warning(find_unprintable(recorded, layout, services())) if layout else ""


def _already_sent(mail: OutgoingMail) -> str:
    """Return when and to how many the ticket was mailed before, "" for never (PRODUCT E7)."""
    entries = services().journal.entries(mail.ticket_key)
    last = next((entry for entry in reversed(entries) if entry.event == "mailed" and entry.mail_id != mail.id), None)
    if last is None:
        return ""
    when = moment(last.at, services().clock.now())
    return str(
        ngettext(
            "This ticket was already sent %(when)s, to %(num)s recipient.",
            "This ticket was already sent %(when)s, to %(num)s recipients.",
            last.recipient_count,
            when=when,
        )
    )


def _waits_until(mail: OutgoingMail) -> str:
    """Return when the outbox tries a waiting mail next, "" where it does not wait."""
    if not waits_by_itself(mail):
        return ""
    now = services().clock.now()
    if mail.next_try_at is None or mail.next_try_at <= now:
        return str(_("It is tried within some seconds."))
    return str(_("Its next try is %(when)s.", when=moment(mail.next_try_at, now)))


def _layout_label(mail: OutgoingMail, ticket: Ticket) -> str:
    """Return the name of the layout where there is another one to choose, else ""."""
    layouts = {layout.id: layout_name(layout) for layout in layouts_for(ticket.till_code, services())}
    return layouts.get(mail.layout_id, "") if len(layouts) > 1 else ""
