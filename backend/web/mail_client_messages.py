"""Why a mail program took no mail, and what is wrong with a managed relay: a sentence and a remedy per MailCause."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from backend.domain.mail_failure import MailCause

_ASK_RESELLER = _l("Tell the person who set Facteur up for you: the relay's settings are in their hands.")
_OWN_SERVER = _l("In the sender settings, choose your own mail server instead.")

TEXTS: Mapping[MailCause, tuple[LazyString, LazyString]] = {
    MailCause.CLIENT_MISSING: (
        _l("This PC has no mail program that could take the mail."),
        _l("Install and set one up (Thunderbird for instance), or choose your own mail server in the sender settings."),
    ),
    MailCause.CLIENT_UNSUPPORTED: (
        _l("The mail program of this PC takes no mails from other programs, as the new Outlook doesn't."),
        _OWN_SERVER,
    ),
    MailCause.CLIENT_NO_SCREEN: (
        _l("The mail program can't open its window: Facteur runs without a screen here."),
        _l("Start Facteur on the desktop of this PC, or choose your own mail server in the sender settings."),
    ),
    MailCause.CLIENT_CANCELLED: (
        _l("The message was closed in the mail program without being sent."),
        _l("Send it again, and click on Send in the window of the mail program."),
    ),
    MailCause.CLIENT_FAILED: (
        _l("The mail program could not take the mail, and doesn't say why."),
        _l(
            "Start the mail program and send a mail from there. If that works, restart the PC and try again; else set "
            "its account up first."
        ),
    ),
    MailCause.CLIENT_SIGN_IN: (
        _l("The mail program could not open its account."),
        _l("Start the mail program, choose the account and enter its password there; then try again."),
    ),
    MailCause.CLIENT_NO_ROOM: (
        _l("The mail program has no room left: the disk or the memory of this PC is full."),
        _l("Close programs that you don't need, make room on the disk, and try again."),
    ),
    MailCause.CLIENT_DENIED: (
        _l("The mail program doesn't allow other programs to send."),
        _l(
            "Answer yes when it asks whether Facteur may send. If it doesn't ask, look in its security settings, or "
            "choose your own mail server in the sender settings."
        ),
    ),
    MailCause.CLIENT_LIMIT: (
        _l("The mail has too many recipients or files for the mail program, or is too big for it."),
        _l("Take out attachments or recipients, and send again."),
    ),
    MailCause.CLIENT_FILE_UNREADABLE: (
        _l("The mail program could not read an attached file."),
        _l("Send again. If it happens again, look whether the antivirus holds the file back."),
    ),
    MailCause.CLIENT_RECIPIENT_REFUSED: (
        _l("The mail program doesn't accept the address of a recipient."),
        _l("Check the addresses letter by letter, and whether its address book has the same one twice."),
    ),
    MailCause.CLIENT_OFFLINE: (
        _l("The mail program can't reach its server."),
        _l("Check the Internet connection of this PC, then try again."),
    ),
    MailCause.CLIENT_SILENT: (
        _l("The mail program didn't answer in time: the mail has perhaps been sent."),
        _l("Look in its sent mails and its outbox before you send it again."),
    ),
    MailCause.RELAY_MISSING: (
        _l("This installation has no managed relay: there is no file relay.toml."),
        _OWN_SERVER,
    ),
    MailCause.RELAY_FILE_WRONG: (
        _l("The file relay.toml of this installation can't be used as it is."),
        _ASK_RESELLER,
    ),
    MailCause.RELAY_PASSWORD_MISSING: (
        _l("The password of the managed relay is not known to this account of the PC."),
        _l("Have the person who set Facteur up write it into relay.toml once more; Facteur takes it from there."),
    ),
}

WITH_DETAIL: Mapping[MailCause, LazyString] = {
    MailCause.RELAY_FILE_WRONG: _l("The file relay.toml of this installation is wrong or incomplete at “%(detail)s”."),
}
