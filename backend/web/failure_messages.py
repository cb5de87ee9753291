"""Sentence and remedy of each failure that is neither the mail's nor a typed value's, by cause code (and reason)."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from backend.web import oauth_messages

Text = tuple[LazyString, LazyString]

_TRY_AGAIN = _l("Try again. If it happens again, run the test in the PDF settings.")
_OTHER_ENGINE = _l("Correct the arguments of the program, or choose another PDF printer.")

UNFORESEEN: Text = (
    _l("Something unforeseen went wrong in Facteur."),
    _l("Try again. If it happens again, tell the person who looks after Facteur."),
)
TEXTS: Mapping[str, Text] = {
    **oauth_messages.TEXTS,
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
    "backup_file": (
        _l("“%(path)s” can't be restored."),
        _l("Choose another backup."),
    ),
    "backup_file.changed": (
        _l("Another backup has been looked into meanwhile."),
        _l("Look into the backup once more, then restore it."),
    ),
    "backup_file.damaged": (
        _l("The backup “%(path)s” is damaged: it does not hold what was written."),
        _l("Choose another backup, an older one for instance. Your shop is as it was."),
    ),
    "backup_file.journal": (
        _l("The tickets in “%(path)s” don't prove each other: one was changed, or is missing."),
        _l("Choose an older backup. Your shop is as it was."),
    ),
    "backup_file.no_room": (
        _l("There is not enough room on the disk to unpack “%(path)s”."),
        _l("Make room on the disk, then try again."),
    ),
    "backup_file.not_a_backup": (
        _l("“%(path)s” is not a backup of Facteur."),
        _l("Choose a file that Facteur has made: its name begins with “facteur”."),
    ),
    "backup_file.too_new": (
        _l("“%(path)s” was made by a newer version of Facteur."),
        _l("Install the newest version of Facteur on this PC, then restore the backup."),
    ),
    "backup_file.waiting": (
        _l("A backup waits already to be restored at the next start."),
        _l("Close Facteur and open it again, or drop that restore first."),
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
    "not_found": (_l("“%(key)s” was not found."), _l("Check what was typed, or look for it in the list.")),
    "not_credited": (
        _l("%(number)s is a credit note: it can't be credited."),
        _l("Record a new ticket instead."),
    ),
    "not_found.attachment": (_l("There is no file “%(key)s”."), _l("Choose the file again.")),
    "not_found.backup": (_l("There is no backup “%(key)s”."), _l("Choose one of the list.")),
    "not_found.basket": (_l("This ticket does not wait any more."), _l("Look at the waiting tickets once more.")),
    "not_found.cashier": (_l("There is no cashier “%(key)s”."), _l("Choose a cashier from the list.")),
    "not_found.closing": (_l("There is no closing “%(key)s”."), _l("Look for it in the list of closings.")),
    "not_found.company": (
        _l("The shop has no name and address yet, which every ticket needs."),
        _l("Enter the company first, or load it with the command “shop load”."),
    ),
    "not_found.contact": (_l("There is no contact “%(key)s”."), _l("Look for the contact in the list.")),
    "not_found.customer": (_l("There is no customer “%(key)s”."), _l("Look for the customer in the list.")),
    "not_found.file": (_l("There is no file “%(key)s”."), _l("Look at the list once more.")),
    "not_found.layout": (_l("There is no ticket layout “%(key)s”."), _l("Choose a layout from the list.")),
    "not_found.logo": (_l("This logo is no longer there."), _l("Choose its file again on the page of the company.")),
    "not_found.mail": (_l("There is no mail “%(key)s”."), _l("Look for it in the list of mails.")),
    "not_found.mail_template": (
        _l("There is no mail setting “%(key)s”."),
        _l("Create it in the list of mail settings."),
    ),
    "not_found.mailbox": (
        _l("There is a mailbox in the training mode only."),
        _l("Start Facteur with --training to see one."),
    ),
    "not_found.page": (_l("There is no page %(key)s."), _l("Look at the first page.")),
    "not_found.product": (_l("There is no product “%(key)s”."), _l("Look for the product in the list.")),
    "not_found.ticket": (_l("There is no ticket “%(key)s”."), _l("Check till and number, as in C1-4.")),
    "not_found.till": (_l("There is no till “%(key)s”."), _l("Choose a till from the list, or load it first.")),
    "not_found.variable": (_l("There is no variable [%(key)s]."), _l("Look for it in the list of variables.")),
    "not_found.user": (_l("There is no user “%(key)s”."), _l("Choose a user from the list.")),
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
    "pdf_died": (_l("The program that makes the PDF (%(engine)s) has broken off."), _TRY_AGAIN),
    "pdf_disk_full": (
        _l("The disk is full: the PDF could not be written."),
        _l("Make room on the disk, then try again."),
    ),
    "pdf_engine_missing": (
        _l("The program that makes PDFs (%(engine)s) is missing on this PC, or does not start."),
        _l("Install it, or choose another one in the PDF settings."),
    ),
    "pdf_engine_missing.any": (
        _l("Nothing on this PC makes PDFs: there is neither a browser (Edge, Chrome, Chromium) nor wkhtmltopdf."),
        _l("Install one of them: without it no ticket can be sent."),
    ),
    "pdf_engine_missing.browser": (
        _l("No browser that could make PDFs (Edge, Chrome or Chromium) was found on this PC."),
        _l("Install one, or choose another way in the PDF settings."),
    ),
    "pdf_engine_missing.program": (
        _l("No other program that makes PDFs is set."),
        _l("Name one in the PDF settings, or choose another way there."),
    ),
    "pdf_hung": (_l("The PDF was not ready in time: the program that makes it (%(engine)s) hung."), _TRY_AGAIN),
    "pdf_incomplete": (_l("The PDF was not complete, so it was thrown away."), _TRY_AGAIN),
    "pdf_refused": (_l("The PDF does not hold the whole ticket, so it was thrown away."), _TRY_AGAIN),
    "pdf_folder": (
        _l("PDFs can't be made in “%(path)s”."),
        _l("Check that the disk is there, or choose another folder."),
    ),
    "pdf_folder.absent": (
        _l("“%(path)s” is not there, and can't be made."),
        _l("Check that the disk is there, or choose another folder."),
    ),
    "pdf_folder.file": (_l("“%(path)s” is a file, not a folder."), _l("Choose a folder.")),
    "pdf_folder.full": (
        _l("The disk of “%(path)s” is full."),
        _l("Make room on the disk, or choose a folder on another one."),
    ),
    "pdf_folder.read_only": (
        _l("Facteur may not write to “%(path)s”."),
        _l("Ask the person who looks after this PC to allow it, or choose another folder."),
    ),
    "pdf_folder.relative": (
        _l("“%(path)s” is not the full path of a folder."),
        _l("Type it from the disk on, or leave the field empty for the folder that is proposed."),
    ),
    "pdf_not_tested": (
        _l("These PDF settings have not passed their test yet."),
        _l("Make the test PDF: once it is right, the settings can be put in force."),
    ),
    "pdf_test": (_l("The test PDF is not as it should be."), _OTHER_ENGINE),
    "pdf_test.cut": (_l("The test page is cut: of its 80 mm only %(detail)s mm are on the paper."), _OTHER_ENGINE),
    "pdf_test.font": (
        _l("The test PDF doesn't hold its font (%(detail)s): on other PCs and phones it would look different."),
        _OTHER_ENGINE,
    ),
    "pdf_test.pages": (_l("The test page came out on %(detail)s pages instead of one."), _OTHER_ENGINE),
    "pdf_test.ruler": (_l("The ruler is missing on the test page."), _OTHER_ENGINE),
    "pdf_test.scale": (
        _l("The scale is wrong: the ruler of 50 mm is %(detail)s mm long."),
        _OTHER_ENGINE,
    ),
    "pdf_test.text": (_l("“%(detail)s” can't be read in the test PDF as text."), _OTHER_ENGINE),
    "pdf_test.width": (_l("The test page is %(detail)s mm wide instead of 80 mm."), _OTHER_ENGINE),
    "pdf_too_big": (
        _l("The ticket is too big for a PDF."),
        _l("Make it shorter: fewer articles, shorter texts or a smaller logo."),
    ),
    "pdf_unwritable": (
        _l("The PDF could not be written into its folder."),
        _l("Check in the PDF settings that the folder is there and may be written to."),
    ),
    "port_unavailable": (
        _l("Port %(port)s is used by another program, or kept for the system."),
        _l("Choose another port, or leave it out: then Facteur takes a free one."),
    ),
    "program_not_confirmed": (
        _l("The file names a program that would make the PDFs on this PC: %(programs)s. Nothing was taken over."),
        _l("If you know it and trust it, confirm it; else leave out the part about PDFs."),
    ),
    "role_needed": (
        _l("Only an administrator may do this."),
        _l("Ask an administrator of Facteur to do it, or sign in as one."),
    ),
    "secrets_unavailable": (
        _l("Facteur can't reach the place where passwords are kept on this PC."),
        _l("Sign in to this PC again, then try again."),
    ),
    "secrets_unavailable.chosen_already": (
        _l("Where the passwords are kept has been chosen already for this shop."),
        _l("Go on with the way that was chosen."),
    ),
    "secrets_unavailable.locked": (
        _l("The keyring of this PC, which holds the passwords, is locked."),
        _l("Unlock it (usually by signing in to this PC again), then try again."),
    ),
    "secrets_unavailable.none": (
        _l("This PC has no keyring in which Facteur could keep passwords."),
        _l("Give Facteur a passphrase, or accept that passwords are kept without protection."),
    ),
    "secrets_unavailable.other_key": (
        _l("This was locked with another key: by another user of this PC, or before its keyring was emptied."),
        _l("Let that user open it. If the key is lost, enter the password anew, and prepare waiting mails again."),
    ),
    "secrets_unavailable.passphrase_needed": (
        _l("The passwords are protected by a passphrase, which Facteur needs now."),
        _l("Enter the passphrase of Facteur."),
    ),
    "secrets_unavailable.passphrase_wrong": (
        _l("This is not the passphrase of Facteur."),
        _l("Type it again, and mind capital letters."),
    ),
    "secrets_unavailable.timeout": (
        _l("The keyring of this PC, which holds the passwords, doesn't answer."),
        _l("Sign in to this PC again or restart it, then try again."),
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
    "storage": (
        _l("“%(path)s” can't be read or written."),
        _l("Check that the disk or the folder is there, then try again."),
    ),
    "storage.damaged": (
        _l("The file “%(path)s” is damaged."),
        _l("Restore the last backup, or ask the person who looks after Facteur."),
    ),
    "storage.disk_full": (
        _l("The disk is full: “%(path)s” could not be written."),
        _l("Make room on the disk, then try again."),
    ),
    "storage.exists": (
        _l("There is a file “%(path)s” already."),
        _l("Choose another name: Facteur replaces no file that is there."),
    ),
    "storage.in_use": (
        _l("Another Facteur is open on “%(path)s”."),
        _l("Close every window of Facteur, and each “serve”, then try again."),
    ),
    "storage.locked": (
        _l("Another window or program is using “%(path)s” at this moment."),
        _l("Wait a moment, then try again."),
    ),
    "storage.read_only": (
        _l("Facteur may not write to “%(path)s”."),
        _l("Ask the person who looks after this PC to allow it, or choose another folder."),
    ),
    "storage.too_new": (
        _l("“%(path)s” was written by a newer version of Facteur."),
        _l("Install the newest version of Facteur on this PC."),
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
