"""Signing in at a mail provider, in words of the shop: why not, what went wrong, and what the browser shows."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from backend.domain.oauth import AnswerTexts
from backend.web.message_text import Text

_SIGN_IN_AGAIN = _l("Start the sign-in again.")
# By cause code and reason, as in failure_messages.
TEXTS: Mapping[str, Text] = {
    "oauth_sign_in": (_l("The sign-in at %(provider)s did not succeed."), _SIGN_IN_AGAIN),
    "oauth_sign_in.no_client": (
        _l("This installation of Facteur is not registered at %(provider)s, so it can't sign in there."),
        _l("Use the password of the mailbox, or ask the person who looks after Facteur to register it (see README)."),
    ),
    "oauth_sign_in.no_client_google": (
        _l("This installation of Facteur is not registered at Google, so it can't sign in there."),
        _l(
            "Make an application password in your Google account (Security, two-step verification, application "
            "passwords) and enter it here as the password."
        ),
    ),
    "oauth_sign_in.no_client_microsoft": (
        _l("This installation of Facteur is not registered at Microsoft, so it can't sign in there."),
        _l(
            "At Microsoft 365, ask the administrator of the account to allow authenticated SMTP for this mailbox, then "
            "enter its password. For an outlook.com or hotmail address, ask the person who looks after Facteur to "
            "register it at Microsoft (see README)."
        ),
    ),
    "oauth_sign_in.client_file": (
        _l("The file that registers Facteur at mail providers has a mistake: %(detail)s."),
        _l("Show this to the person who looks after Facteur."),
    ),
    "oauth_sign_in.no_browser": (
        _l("No browser can be opened here, and %(provider)s gives no code to type elsewhere."),
        _l("Start Facteur on a PC with a screen and a browser, or use an application password."),
    ),
    "oauth_sign_in.training": (
        _l("In training mode nothing leaves this PC, so there is no sign-in at %(provider)s."),
        _l("Leave the training mode to set up the real mailbox."),
    ),
    "oauth_sign_in.denied": (
        _l("%(provider)s says that the permission was refused."),
        _l("Start the sign-in again and allow Facteur to send mail; a company account may need its administrator."),
    ),
    "oauth_sign_in.time_up": (
        _l("Nobody has finished the sign-in at %(provider)s in time."),
        _l("Start the sign-in again, and finish it in the browser within five minutes."),
    ),
    "oauth_sign_in.forged": (
        _l("The browser came back with an answer that does not belong to this sign-in."),
        _l("Close the other pages of %(provider)s, then start the sign-in again."),
    ),
    "oauth_sign_in.unreachable": (
        _l("%(provider)s (%(detail)s) can't be reached from this PC."),
        _l("Check the Internet connection and the clock of this PC, then start the sign-in again."),
    ),
    "oauth_sign_in.busy": (
        _l("%(provider)s can't answer at the moment."),
        _l("Start the sign-in again in a few minutes."),
    ),
    "oauth_sign_in.client_refused": (
        _l("%(provider)s doesn't accept this installation of Facteur (%(detail)s)."),
        _l("Show this to the person who looks after Facteur: the registration must be checked."),
    ),
    "oauth_sign_in.scope_missing": (
        _l("You have signed in, but not allowed Facteur to send mail."),
        _l("Start the sign-in again, and leave the box for sending mail ticked."),
    ),
    "oauth_sign_in.no_refresh_token": (
        _l("%(provider)s has given a permission for one hour only, which is of no use to a till."),
        _l("Show this to the person who looks after Facteur: the registration must allow lasting access."),
    ),
    "oauth_sign_in.refused": (
        _l("%(provider)s refuses the sign-in (%(detail)s)."),
        _l("Start the sign-in again. If it happens again, show this to the person who looks after Facteur."),
    ),
}


def answer_texts() -> AnswerTexts:
    """Return what the browser shows when the user comes back from the provider, in his language."""
    from backend.web.language import current_language  # which itself explains failures

    return AnswerTexts(
        language=current_language(),
        accepted_title=_("You are signed in"),
        accepted_text=_("You can close this page and go back to Facteur."),
        refused_title=_("You are not signed in"),
        refused_text=_("Close this page and go back to Facteur: it says what happened and what you can do."),
    )
