"""What *Envoyer* does where it is not the user's own server that sends: by which program, from which address."""

from __future__ import annotations

from flask_babel import gettext as _

from backend.domain.errors import FacteurError
from backend.domain.relay import Relay
from backend.domain.sender_profile import SenderProfile, SendingMode
from backend.web.services import services


def shown_from(sender: SenderProfile | None) -> tuple[str, str] | None:
    """Return name and address that the customer sees as sender, None without sender settings."""
    if sender is None:
        return None
    relay = _relay(sender)
    seen = relay.sender_for(sender, _shop()) if relay else sender
    return seen.name, seen.email


def way_of_sending(sender: SenderProfile | None) -> str:
    """Say what will happen, "" where the user's own server sends; may ask the system for its mail program."""
    if sender is None or services().training or sender.mode is SendingMode.SMTP:
        return ""
    if sender.mode is SendingMode.MAIL_CLIENT:
        return _by_mail_program(sender)
    relay = _relay(sender)
    if relay is None:
        return str(_("The relay of this installation sends the mail. Answers come to %(email)s.", email=sender.email))
    assigned = relay.address_for(_shop())
    return str(
        _(
            "The relay of this installation sends the mail from %(assigned)s. Answers come to %(email)s.",
            assigned=assigned,
            email=sender.email,
        )
    )


def _by_mail_program(sender: SenderProfile) -> str:
    client = services().mail_client_offer().client
    program = client.name if client else _("Your mail program")
    if sender.show_message or (client is not None and not client.may_send_unseen):
        return str(
            _(
                "%(program)s opens the mail with its PDF. Check it and send it there: it leaves from the account set "
                "up in that program.",
                program=program,
            )
        )
    return str(_("%(program)s sends the mail, from the account set up in that program.", program=program))


def _relay(sender: SenderProfile) -> Relay | None:
    if sender.mode is not SendingMode.RELAY:
        return None
    try:
        return services().relay()
    except FacteurError:
        return None  # its file is wrong: the sender settings say so, and the sending


def _shop() -> str:
    company = services().settings.company()
    return company.name if company else ""
