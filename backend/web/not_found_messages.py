"""What is not there, by the kind of thing, as in failure_messages."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from backend.web.message_text import Text

TEXTS: Mapping[str, Text] = {
    "not_found": (_l("“%(key)s” was not found."), _l("Check what was typed, or look for it in the list.")),
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
}
