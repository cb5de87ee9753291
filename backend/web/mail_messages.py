"""Why a mail did not leave, in words of the shop: a sentence and a remedy per MailCause (MailFailure, recipients).

Those that may stand beside one recipient name no server: at that place none is known.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from backend.domain.mail_failure import MailCause
from backend.domain.oauth import ACCOUNT_REFUSED
from backend.web import mail_client_messages
from backend.web.message_text import Text

_ASK_PROVIDER = _l("If it happens again, show this answer to your mail provider.")
_ANOTHER_ADDRESS = _l("Ask the customer for another address, or print the ticket.")

TEXTS: Mapping[MailCause, Text] = {
    MailCause.NAME_NOT_FOUND: (
        _l("The server “%(host)s” was not found: its name is mistyped, or this PC has no Internet."),
        _l("Check the server's name in the sender settings, and the Internet connection of this PC."),
    ),
    MailCause.CONNECTION_REFUSED: (
        _l("The server “%(host)s” takes no mail on port %(port)s."),
        _l("Check the port in the sender settings: usually 465 with SSL/TLS, or 587 with STARTTLS."),
    ),
    MailCause.NO_ANSWER: (
        _l(
            "The server “%(host)s” doesn't answer on port %(port)s: no Internet, a firewall, or a port that is blocked."
        ),
        _l("Check the Internet connection of this PC, then try port 465 with SSL/TLS or 587 with STARTTLS."),
    ),
    MailCause.TLS_EXPECTED: (
        _l("Port %(port)s of “%(host)s” wants encryption from the very start."),
        _l("Choose SSL/TLS as security in the sender settings."),
    ),
    MailCause.TLS_NOT_SPOKEN: (
        _l("Port %(port)s of “%(host)s” doesn't begin with encryption."),
        _l("Choose STARTTLS as security (usually with port 587), or change the port to 465."),
    ),
    MailCause.ENCRYPTION_NOT_OFFERED: (
        _l("The server “%(host)s” offers no safe encryption: neither the mail nor the password was sent."),
        _l("Choose SSL/TLS with port 465. If that fails too, ask your mail provider which server to use."),
    ),
    MailCause.ENCRYPTION_REQUIRED: (
        _l("Without encryption the mail and the password could be read on the way: nothing was sent."),
        _l("Choose SSL/TLS (port 465) or STARTTLS (port 587) as security in the sender settings."),
    ),
    MailCause.CERTIFICATE_EXPIRED: (
        _l("The certificate of “%(host)s” has expired, or the clock of this PC is wrong: nothing was sent."),
        _l("Check the date and time of this PC. If they are right, tell your mail provider."),
    ),
    MailCause.CERTIFICATE_WRONG_NAME: (
        _l("The certificate that “%(host)s” shows is for another name: nothing was sent."),
        _l("Enter the server's name exactly as your mail provider gives it (for example ssl0.ovh.net)."),
    ),
    MailCause.CERTIFICATE_UNTRUSTED: (
        _l("Nobody whom this PC trusts vouches for the server “%(host)s”: nothing was sent."),
        _l(
            "Check the server's name. If it is right, it may be a server of your own company, or a program that reads "
            "mail on the way: ask the person who looks after this PC."
        ),
    ),
    MailCause.LOGIN_NOT_OFFERED: (
        _l("The server “%(host)s” doesn't ask for a password here, or in a way that Facteur doesn't know."),
        _l(
            "Check the server's name and the port (465 or 587). If your provider wants no password, leave the user "
            "name empty."
        ),
    ),
    MailCause.LOGIN_REFUSED: (
        _l("The server “%(host)s” refuses the user name or the password."),
        _l(
            "Type both again. Gmail, Yahoo and iCloud want an application password; at Free the user name is the part "
            "before the @."
        ),
    ),
    MailCause.PASSWORD_LOGIN_RETIRED: (
        _l("Your mail provider no longer accepts the ordinary password of this account."),
        _l(
            "Make an application password at your mail provider and enter it here. At Microsoft 365, the administrator "
            "of the account must allow authenticated SMTP."
        ),
    ),
    MailCause.LOGIN_UNAVAILABLE: (
        _l("The server “%(host)s” can't check passwords at the moment."),
        _l("Your password is not at fault: try again in a few minutes."),
    ),
    MailCause.AUTHORIZATION_EXPIRED: (
        _l("The permission to send for this account has expired or was withdrawn."),
        _l("Sign in to the account again, in the sender settings."),
    ),
    MailCause.LOGIN_REQUIRED: (
        _l("Your mail server wants a user name and a password."),
        _l("Fill in both in the sender settings."),
    ),
    MailCause.RELAY_DENIED: (
        _l("This mail server sends only for its own addresses."),
        _l("In the sender settings, use the server of your own e-mail address, with its user name and password."),
    ),
    MailCause.SENDER_REFUSED: (
        _l("Your mail server refuses the sender's address: it does not belong to this account."),
        _l("In the sender settings, enter the e-mail address of the account that you sign in with."),
    ),
    MailCause.RECIPIENT_UNKNOWN: (
        _l("The recipient's address does not exist."),
        _l("Have the customer read the address back, and correct it."),
    ),
    MailCause.RECIPIENT_REFUSED: (_l("The recipient's mail server refuses this mail."), _ANOTHER_ADDRESS),
    MailCause.MAILBOX_FULL: (_l("The recipient's mailbox is full."), _ANOTHER_ADDRESS),
    MailCause.RECIPIENT_DEFERRED: (
        _l("The recipient's mail server asks to try again later (a protection against unwanted mail)."),
        _l("Nothing is wrong with the address: try again in five minutes or more."),
    ),
    MailCause.MESSAGE_TOO_BIG: (
        _l("The mail is too big for your mail server."),
        _l("Remove attachments, or make them smaller."),
    ),
    MailCause.REFUSED_AS_SPAM: (
        _l("The mail was refused as unwanted advertising."),
        _l("Shorten the text and take links out of it. If it happens again, ask your mail provider."),
    ),
    MailCause.SERVER_BUSY: (
        _l("Your mail server is busy, or limits how many mails may be sent."),
        _l("Try again in a few minutes."),
    ),
    MailCause.CONNECTION_LOST: (
        _l("The connection to “%(host)s” was cut: nothing was sent."),
        _l("Try again. If it happens again, check the Internet connection of this PC."),
    ),
    MailCause.ANSWER_LOST: (
        _l("The connection was cut at the last moment: the mail has perhaps been sent."),
        _l("Ask the customer whether it has arrived before you send it again."),
    ),
    MailCause.ACCENTED_ADDRESS: (
        _l("An address has an accent before the @, and your mail server can't deal with that."),
        _l("Use an address without accents."),
    ),
    MailCause.UNEXPECTED_ANSWER: (
        _l("The mail server gave an answer that Facteur doesn't understand."),
        _l("Check the server's name and the port: perhaps it is no mail server."),
    ),
    MailCause.ATTACHMENT_GONE: (
        _l("A file that was to go with the mail isn't there any more."),
        _l("Open the mail, take the file out or add it again, then send it."),
    ),
    MailCause.EXPIRED: (
        _l("The mail could not leave within 7 days: it was erased with its address."),
        _l("Open the ticket to send it again."),
    ),
    MailCause.HANDED_OVER: (
        _l("The mail is open in your mail program, which doesn't tell Facteur whether it was sent."),
        _l("Send it there, then say here whether it has left."),
    ),
    MailCause.CANCELLED: (_l("The sending was stopped before it was done."), _l("Send the mail again when you like.")),
    **mail_client_messages.TEXTS,
}

# Where `detail` holds the fact that makes it clear.
WITH_DETAIL: Mapping[MailCause, LazyString] = {
    MailCause.CERTIFICATE_EXPIRED: _l(
        "The certificate of “%(host)s” is good for %(detail)s only, or the clock of this PC is wrong: nothing was sent."
    ),
    MailCause.CERTIFICATE_WRONG_NAME: _l(
        "The certificate that “%(host)s” shows is for “%(detail)s”, and not for “%(host)s”: nothing was sent."
    ),
    MailCause.CERTIFICATE_UNTRUSTED: _l(
        "Nobody whom this PC trusts vouches for the server “%(host)s”: nothing was sent. Its certificate was issued by "
        "%(detail)s."
    ),
    MailCause.MESSAGE_TOO_BIG: _l("The mail is too big for your mail server, which takes %(limit)s at most."),
    **mail_client_messages.WITH_DETAIL,
}

# Where the server's own words are the best there is.
WITH_REPLY: Mapping[MailCause, Text] = {
    MailCause.REFUSED_AS_SPAM: (
        _l("The mail was refused as unwanted advertising: “%(reply)s”."),
        _l(
            "Shorten the text and take links out of it. If it happens again, show this answer to your mail provider: "
            "the settings of your domain (SPF, DKIM) may be at fault."
        ),
    ),
    MailCause.RECIPIENT_REFUSED: (
        _l("The recipient's mail server refuses this mail: “%(reply)s”."),
        _ANOTHER_ADDRESS,
    ),
    MailCause.SERVER_BUSY: (
        _l("Your mail server is busy, or limits how many mails may be sent: “%(reply)s”."),
        _l("Try again in a few minutes."),
    ),
    MailCause.UNEXPECTED_ANSWER: (
        _l("The mail server gave an answer that Facteur doesn't understand: “%(reply)s”."),
        _ASK_PROVIDER,
    ),
}

# A test mail has no customer, no file and no text to change: what helps there is something else.
OF_A_TEST: Mapping[MailCause, LazyString] = {
    MailCause.RECIPIENT_UNKNOWN: _l("Correct the address to which the test goes."),
    MailCause.RECIPIENT_REFUSED: _l("Send the test to another address: your own one, or that of a colleague."),
    MailCause.MAILBOX_FULL: _l("Make room in that mailbox, or send the test to another address."),
    MailCause.RECIPIENT_DEFERRED: _l("Test again in five minutes or more, or send the test to another address."),
    MailCause.MESSAGE_TOO_BIG: _l(
        "A test mail is small: ask your mail provider whether your mailbox is full, or whether its limit is right."
    ),
    MailCause.REFUSED_AS_SPAM: _l(
        "Show this answer to your mail provider: the settings of your domain (SPF, DKIM) may be at fault."
    ),
    MailCause.ANSWER_LOST: _l("Look whether the test mail has arrived, then test again."),
}

# Who has signed in at his provider instead has no password to type again.
OF_AN_ACCOUNT: Text = (
    _l("You are signed in, but the server “%(host)s” doesn't let this account send for your address."),
    _l(
        "Sign in with the account to which the sender's address belongs. At Microsoft 365, its administrator must also "
        "allow authenticated SMTP for this mailbox."
    ),
)


def mail_text(mail_cause: MailCause, *, detail: str, reply: str) -> Text:
    """Return sentence and remedy, the fullest that the known facts allow."""
    sentence, remedy = TEXTS[mail_cause]
    if mail_cause is MailCause.LOGIN_REFUSED and detail == ACCOUNT_REFUSED:
        return OF_AN_ACCOUNT
    if detail and mail_cause in WITH_DETAIL:
        return WITH_DETAIL[mail_cause], remedy
    if reply and mail_cause in WITH_REPLY:
        return WITH_REPLY[mail_cause]
    return sentence, remedy
