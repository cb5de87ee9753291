"""What the assistant shows of a mail: chips, read-back, file, warnings; and what it sends back of them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.outgoing_mail import JournalEntry, MailState, OutgoingMail
from backend.domain.retry_plan import waits_by_itself
from backend.domain.sender_profile import Priority, SendingMode
from backend.domain.ticket import RecordedTicket, Ticket, TicketNumber
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


def came_from() -> str:
    """Return where the sending began: the till, or "" for the ticket."""
    return FROM_TILL if request.values.get("back") == FROM_TILL else ""


def back_url(ticket_key: str) -> str:
    """Return where the cashier goes on: a new ticket, or the one that was consulted."""
    return url_for("till.index") if came_from() else url_for("tickets.detail", number=ticket_key)


def edit_url(mail_id: str) -> str:
    """Return the address of a mail's assistant, which remembers where one came from."""
    return url_for("sending.edit", mail_id=mail_id, back=came_from() or None)


def draft_context(mail: OutgoingMail) -> dict[str, object]:
    """Return what the assistant's page needs."""
    recorded = services().tickets.find(TicketNumber.parse(mail.ticket_key))
    entries = services().journal.entries(mail.ticket_key)
    ticket = recorded.ticket
    sender = services().settings.sender_profile(mail.user)
    return {
        "ticket": ticket,
        "back": came_from(),
        "back_url": back_url(mail.ticket_key),
        "summary": _summary(ticket, entries),
        "is_open": sender is not None and sender.gate_is_open,
        "is_smtp": sender is not None and sender.mode is SendingMode.SMTP,
        "way": lambda: way_of_sending(sender),
        "shown_from": shown_from(sender),
        "waits_until": _waits_until(mail),
        "already_sent": _already_sent(mail, entries),
        "boxes": _boxes(mail, recorded),
        "empty_labels": empty_labels(template_of(mail.document_type, services()), ticket, services()),
        "priorities": [
            (Priority.LOW.value, _("Low")),
            (Priority.NORMAL.value, _("Normal")),
            (Priority.HIGH.value, _("High")),
        ],
        **addressed_context(mail),
        **attached_context(mail),
    }


def addressed_context(
    mail: OutgoingMail, *, being_typed: str = "", error: InvalidInputError | None = None
) -> dict[str, object]:
    """Return what the blocks of the recipients need, which are shown again at each pause of who types."""
    form = _form(mail)
    if error is not None:
        form.refuse_error(error)
    elif bad := [address for address in chip_addresses(mail, being_typed) if not is_address(address)]:
        form.refuse_error(InvalidInputError("recipients", "email", bad[0]))
    return {
        "mail": mail,
        "form": form,
        "is_frozen": mail.state is MailState.UNKNOWN,
        "oob": False,
        "chips_oob": False,
        **recipients_context(mail, being_typed),
    }


def attached_context(mail: OutgoingMail) -> dict[str, object]:
    """Return what the block of the files needs."""
    return {
        "mail": mail,
        "is_frozen": mail.state is MailState.UNKNOWN,
        "layout": _layout_label(mail),
        "pdf_bytes": mail.pdf.path.stat().st_size if mail.pdf.path.is_file() else 0,
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


def _summary(ticket: Ticket, entries: Sequence[JournalEntry]) -> str:
    story = mail_story(entries, services().clock.now())
    return f"{money(ticket.gross_total)} · {ticket.customer_name} · {story}"


def _boxes(mail: OutgoingMail, recorded: RecordedTicket) -> str:
    """Return what to say of characters that the PDF shows as boxes."""
    layout = next((layout for layout in services().settings.layouts() if layout.id == mail.layout_id), None)
    return glyph_warning(find_unprintable(recorded, layout, services())) if layout else ""


def _already_sent(mail: OutgoingMail, entries: Sequence[JournalEntry]) -> str:
    """Return when and to how many the ticket was mailed before, "" for never (PRODUCT E7)."""
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


def _layout_label(mail: OutgoingMail) -> str:
    """Return the name of the layout where there is another one to choose, else ""."""
    till_code = TicketNumber.parse(mail.ticket_key).till_code
    layouts = {layout.id: layout_name(layout) for layout in layouts_for(till_code, services())}
    return layouts.get(mail.layout_id, "") if len(layouts) > 1 else ""
