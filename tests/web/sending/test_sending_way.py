"""What the assistant says where it is not the user's own server that sends: what happens, and from which address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from backend.domain.mail_client import HandOverWay, MailClient, MailClientOffer
from backend.domain.relay import Relay
from backend.domain.sender_profile import ConnectionSecurity, SendingMode
from tests.builders import a_tested_sender
from tests.web.sending_parts import start

if TYPE_CHECKING:
    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor

RELAY = Relay("smtp.relais.example", 587, ConnectionSecurity.STARTTLS, "boutique-42", "{shop}@tickets.example")
OUTLOOK = MailClient(HandOverWay.SIMPLE_MAPI, "Microsoft Outlook")
THUNDERBIRD = MailClient(HandOverWay.THUNDERBIRD, "Thunderbird")


def said(visitor: Visitor, shop: FakeServices, **changes: Any) -> tuple[str, str]:  # noqa: ANN401 - fields of a profile
    """Return what the assistant says of the way, and the sender on its envelope."""
    shop.settings.save_sender_profile(a_tested_sender("DUPOND", **changes))
    page = visitor.get(start(visitor)).text
    way = re.search(r'id="sending-way">.*?</svg>([^<]*)<', page, re.DOTALL)
    sender = re.search(r'<p class="from">(.*?)</p>', page, re.DOTALL)
    assert sender
    return (way[1].strip() if way else ""), re.sub(r"<[^>]+>", " ", sender[1])


def test_the_relay_is_named_with_the_address_it_assigns_and_where_answers_go(
    cashier: Visitor, shop: FakeServices
) -> None:
    shop.relay_in_force = RELAY
    way, sender = said(cashier, shop, mode=SendingMode.RELAY)
    assert way == (
        "The relay of this installation sends the mail from brico@tickets.example. "
        "Answers come to caisse@brico.example."
    )
    assert "brico@tickets.example" in sender
    assert "caisse@brico.example" not in sender


@pytest.mark.parametrize(
    ("client", "show_message", "words"),
    [
        (OUTLOOK, True, "Microsoft Outlook opens the mail with its PDF."),
        (OUTLOOK, False, "Microsoft Outlook sends the mail, from the account set up in that program."),
        (THUNDERBIRD, False, "Thunderbird opens the mail with its PDF."),
        (None, False, "Your mail program sends the mail"),
    ],
)
def test_the_mail_program_is_named_with_what_it_will_do(
    cashier: Visitor, shop: FakeServices, client: MailClient | None, show_message: bool, words: str
) -> None:
    shop.client_offer = MailClientOffer(client)
    way, _sender = said(cashier, shop, mode=SendingMode.MAIL_CLIENT, show_message=show_message)
    assert way.startswith(words)


def test_with_a_server_of_ones_own_there_is_nothing_to_say(cashier: Visitor, shop: FakeServices) -> None:
    way, sender = said(cashier, shop)
    assert way == ""
    assert "caisse@brico.example" in sender
