"""Sentence and remedy of each failure that is neither the mail's nor a typed value's, by cause code (and reason)."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from backend.web import not_found_messages, oauth_messages, pdf_messages, storage_messages
from backend.web.message_text import Text

UNFORESEEN: Text = (
    _l("Something unforeseen went wrong in Facteur."),
    _l("Try again. If it happens again, tell the person who looks after Facteur."),
)
TEXTS: Mapping[str, Text] = {
    **not_found_messages.TEXTS,
    **oauth_messages.TEXTS,
    **pdf_messages.TEXTS,
    **storage_messages.TEXTS,
    "attachments_too_big": (
        _l("With “%(name)s” the mail would have %(size)s: up to %(limit)s can leave."),
        _l("Send it as a smaller file, or give the customer a link to it."),
    ),
    "too_many_attachments": (
        _l("A mail takes up to %(most)s added files."),
        _l("Take some out, or put several into one PDF."),
    ),
    "attachment_gone": (
        _l("The file “%(name)s”, which was to go with the mail, is no longer there."),
        _l("Take it out of the attachments or add it again; if it is the ticket, send the ticket anew."),
    ),
    "closing_not_due": (
        _l("“%(span)s” can't be closed at till %(till)s now."),
        _l("Look at the closings page: it shows what can be closed next."),
    ),
    "closing_not_due.closed_already": (
        _l("“%(span)s” is closed already at till %(till)s."),
        _l("Look at it in the list of closings."),
    ),
    "closing_not_due.earlier_first": (
        _l("Till %(till)s has tickets of an earlier day that is still open."),
        _l("Close the earlier day first."),
    ),
    "closing_not_due.empty": (
        _l("Till %(till)s has no ticket that is still to be closed."),
        _l("There is nothing to do: close the day after its first ticket."),
    ),
    "closing_not_due.foreign": (
        _l("The tickets of till %(till)s come from another till software."),
        _l("Close the till there."),
    ),
    "closing_not_due.not_over": (
        _l("“%(span)s” is not over yet, or has days that are still open."),
        _l("Close its days first; a month or a year is closed after its last day."),
    ),
    "day_closed": (
        _l("The day %(day)s is closed at till %(till)s: it takes no further ticket."),
        _l("Check the date of this PC. If it is right, sell at another till, or tomorrow: the ticket stays as it is."),
    ),
    "forbidden_move": (
        _l("This can't be done with the mail any more: it is “%(from_state)s”."),
        _l("Look at the mail again before you go on."),
    ),
    "last_administrator": (
        _l("“%(user)s” is the last administrator: without one nobody could change the settings."),
        _l("Make another user administrator first."),
    ),
    "layout_in_use": (
        _l("The layout “%(layout)s” is always taken at till %(tills)s: it stays."),
        _l("Choose another layout for that till first, then delete this one."),
    ),
    "no_program": (
        _l("This PC has no program that opens “%(path)s”."),
        _l("Install one that shows such files (a PDF viewer for tickets), or open the file on another PC."),
    ),
    "not_credited": (
        _l("%(number)s is a credit note: it can't be credited."),
        _l("Record a new ticket instead."),
    ),
    "part_absent.no_screen": (_l("Facteur opens no window: there is no screen."), _l("Start it where there is one.")),
    "part_absent.no_library": (
        _l("Facteur opens no window of its own: a part of it is missing (pywebview)."),
        _l("Install it anew to have one."),
    ),
    "part_absent.no_runtime": (
        _l("Facteur opens no window of its own: Microsoft Edge WebView2 is missing on this PC."),
        _l("Install the WebView2 Runtime from Microsoft to have one."),
    ),
    "part_absent.failed": (
        _l("Facteur could not open a window of its own."),
        _l("Restart this PC. If it happens again, tell the person who looks after Facteur."),
    ),
    "record_kept.walk_in": (
        _l("The walk-in customer DIVERS stays."),
        _l("Tickets of customers who give no name are recorded under it."),
    ),
    "record_kept.last_till": (
        _l("%(code)s is the only till that Facteur numbers."),
        _l("Create another one first."),
    ),
    "record_kept.last_payment_method": (
        _l("“%(code)s” is the only means of payment."),
        _l("Create another one first."),
    ),
    "port_unavailable": (
        _l("Port %(port)s is used by another program, or kept for the system."),
        _l("Choose another port, or leave it out: then Facteur takes a free one."),
    ),
    "role_needed": (
        _l("Only an administrator may do this."),
        _l("Ask an administrator of Facteur to do it, or sign in as one."),
    ),
    "self_test": (
        _l("This does not work as it should on this PC: %(kind)s %(detail)s."),
        _l("Install Facteur anew. If it happens again, send this report to the person who looks after Facteur."),
    ),
    "self_test.pdf": (
        _l("This program does not make PDFs as it should: %(detail)s."),
        _l("Install it anew, or choose another one in the PDF settings."),
    ),
    "sender_not_set": (
        _l("“%(user)s” has no sender settings yet, so no mail can leave."),
        _l("Fill in the sender settings, then send the test mail."),
    ),
    "sender_not_tested": (
        _l("The sender settings of “%(user)s” have not sent a test mail yet."),
        _l("Send the test mail in the sender settings: once it has left, tickets can be sent."),
    ),
    "ticket_conflict": (
        _l("Ticket %(number)s is recorded already, with other content."),
        _l("A recorded ticket never changes: check the number in the other till software."),
    ),
    "till_kind": (
        _l("Till “%(till)s” can't be used like that: its tickets are numbered elsewhere, or it has tickets already."),
        _l("Choose another till, or add one under a new code."),
    ),
    "mail_template_exists": (
        _l("This type of document has a mail setting already."),
        _l("Change the one that is in the list."),
    ),
    "variable_in_use": (
        _l("The variable [%(code)s] stands in the subject or message."),
        _l("Take it out of the text too, or keep the variable."),
    ),
    "unknown_code": (
        _l("There is no variable [%(code)s] (line %(line)s, character %(position)s)."),
        _l("These can be used: %(known)s. For brackets that are text, write small letters."),
    ),
    "unknown_code.likely": (
        _l("There is no variable [%(code)s] (line %(line)s, character %(position)s)."),
        _l("Is [%(meant)s] meant? These can be used: %(known)s."),
    ),
}
