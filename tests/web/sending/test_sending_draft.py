"""The draft in the assistant: what is filled in, typed, kept and shown."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from backend.domain.document_type import DocumentType
from backend.domain.mail_failure import MailCause
from backend.domain.mail_template import default_template
from backend.domain.outgoing_mail import MailState
from backend.domain.placeholder import Placeholder
from tests.builders import a_journal_entry, a_sender
from tests.web.sending_parts import WALK_IN, form, mail_of, send, start
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask

    from tests.fakes import FakeServices
    from tests.web.sending_parts import RecordingDesktop


def test_a_known_customers_address_is_filled_in(cashier: Visitor) -> None:
    page = cashier.get(start(cashier, "C1-2")).text
    assert 'name="recipient" value="facturation@example.org"' in page
    assert "Hélène Martin · never sent" in page


def test_an_empty_variable_is_said_before_the_mail_leaves_without_its_code(
    cashier: Visitor, shop: FakeServices
) -> None:
    ticket_mail = default_template(DocumentType.TICKET)
    customer = Placeholder("NOM CLIENT", "Nom du client", "CLIENT.NOM")
    shop.settings.save_mail_template(replace(ticket_mail, body="Bonjour [NOM CLIENT],", placeholders=(customer,)))
    url = start(cashier)
    page = cashier.get(url).text
    assert "Empty on this ticket: Nom du client." in page
    assert mail_of(shop, url).body == "Bonjour,"
    assert "Empty on this ticket" not in cashier.get(start(cashier, "C1-2")).text


def test_what_is_typed_is_kept_and_the_page_shows_it_again(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    answer = cashier.post(url, form("b@", "a@x.fr", subject="S", body="B"))
    assert 'value="b@"' not in answer.text, "what is being typed is no chip yet"
    assert "<span>b</span><span>@</span>" in answer.text, "but stands on the envelope"
    assert mail_of(shop, url).recipients == ("a@x.fr", "b@")
    page = cashier.get(url).text
    assert 'name="recipient" value="a@x.fr"' in page
    assert 'value="S"' in page


def test_a_wrong_address_is_a_red_chip_with_a_note(cashier: Visitor) -> None:
    url = start(cashier)
    answer = cashier.post(url, form("", "x@"))
    assert 'class="chip bad"' in answer.text
    assert "is not an e-mail address" in answer.text


def test_a_chip_is_taken_out(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    cashier.post(url, form("", "a@x.fr", "b@x.fr", remove="a@x.fr"))
    assert mail_of(shop, url).recipients == ("b@x.fr",)


def test_nobody_else_sees_or_changes_a_mail(app: Flask, cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    other = Visitor(app).sign_in("MARTIN")
    for answer in (other.get(url), other.post(url, form()), other.post(f"{url}/send", form())):
        assert answer.status_code == 404
    assert other.write("DELETE", url).status_code == 404
    assert mail_of(shop, url).state is MailState.DRAFT
    assert WALK_IN not in other.get("/outbox/").text


def test_a_ticket_sent_before_says_when_and_to_how_many(cashier: Visitor, shop: FakeServices) -> None:
    shop.journal.append(a_journal_entry("C1-1", recipient_count=2))
    assert "already sent today at 12:00, to 2 recipients" in cashier.get(start(cashier)).text


def test_with_a_closed_gate_the_button_says_why_and_leads_to_the_settings(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    shop.settings.save_sender_profile(a_sender("DUPOND"))
    page = cashier.get(url).text
    assert "Sending closed: test first" in page
    assert f'href="/sender-settings/?after={url}"' in page
    assert f'hx-post="{url}/send"' not in page
    assert "have not sent a test mail yet" in send(cashier, url).text
    assert shop.transport.tried == []


def test_the_pdf_is_shown_by_the_pc(cashier: Visitor, shop: FakeServices, desktop: RecordingDesktop) -> None:
    url = start(cashier)
    assert cashier.post(f"{url}/consult").status_code == 204
    assert cashier.post(f"{url}/folder").status_code == 204
    pdf = mail_of(shop, url).pdf.path
    assert desktop.shown == [pdf, pdf.parent]


def test_a_pc_without_a_viewer_says_so(cashier: Visitor, desktop: RecordingDesktop) -> None:
    desktop.fails = True
    answer = cashier.post(f"{start(cashier)}/consult")
    assert answer.status_code == 409
    assert "no program that opens" in answer.text


def test_another_layout_keeps_what_was_typed(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    cashier.post(url, form())
    assert "layout" in cashier.post(f"{url}/layout").text
    assert cashier.post(f"{url}/layout", {"layout": "a4"}).headers["HX-Redirect"] == url
    mail = mail_of(shop, url)
    assert (mail.layout_id, mail.recipients) == ("a4", (WALK_IN,))


def test_the_addresses_are_read_back_large(cashier: Visitor) -> None:
    url = start(cashier)
    answer = cashier.post(f"{url}/read-back", form())
    assert "<span>camille.roussel</span><span>@courriel.example</span>" in answer.text


def test_cancel_erases_the_mail_and_its_pdf(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    cashier.post(url, form())
    answer = cashier.write("DELETE", url, form())
    assert answer.headers["HX-Redirect"] == "/tickets/C1-1"
    assert mail_of(shop, url).recipients == ()
    assert list(shop.pdf_folder.iterdir()) == []
    assert cashier.get(url).headers["Location"] == "/tickets/C1-1"


def test_no_address_of_the_page_holds_an_address_of_the_customer(cashier: Visitor) -> None:
    url = start(cashier)
    cashier.post(url, form())
    page = cashier.get(url).text
    assert not [address for address in re.findall(r'(?:href|action|hx-\w+)="([^"]*)"', page) if "courriel" in address]
    assert 'id="to" name="to" type="text" inputmode="email" autocomplete="off"' in page


def test_the_list_shows_tickets_states_and_ages_but_no_address(cashier: Visitor, shop: FakeServices) -> None:
    shop.transport.refuse(MailCause.SENDER_REFUSED)
    url = start(cashier)
    send(cashier, url)
    start(cashier, "C1-2")
    page = cashier.get("/outbox/").text
    assert "C1-1 · €24.50" in page
    assert "begun today at 12:00" in page
    assert "refuses the sender" in page
    assert "Draft" in page
    assert f'href="{url}"' in page
    assert WALK_IN not in page
    assert "facturation@example.org" not in page


def test_a_character_that_the_pdf_shows_as_a_box_is_said_before_sending(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    assert "be printed" not in cashier.get(url).text
    shop.without_glyph = "C"
    assert "This character can&#39;t be printed: C." in cashier.get(url).text
