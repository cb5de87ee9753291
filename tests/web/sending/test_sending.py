"""The way to the assistant, and a mail that leaves from it."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from backend.domain.errors import SecretsUnavailableError
from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import MailState
from backend.domain.pdf_settings import PdfFailure
from backend.domain.shop import PrinterKind
from backend.web.desktop_port import SENDING_THREADS
from tests.builders import a_till
from tests.web.sending_parts import WALK_IN, SlowEngine, SlowTransport, form, mail_of, send, start

if TYPE_CHECKING:
    from flask import Flask

    from backend.domain.outgoing_mail import JournalEntry, OutgoingMail
    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor


def test_the_layout_is_asked_for_as_for_paper(cashier: Visitor) -> None:
    answer = cashier.post("/sending/tickets/C1-1")
    assert answer.headers["HX-Retarget"] == "#dialogs"
    assert re.findall(r'name="layout" value="(\w+)"', answer.text) == ["80mm", "58mm", "a4"]
    assert 'value="80mm" autofocus' in answer.text


def test_a_serial_printers_till_is_offered_small_formats_only(cashier: Visitor, shop: FakeServices) -> None:
    shop.shop.save([replace(a_till("C1"), printer=PrinterKind.SERIAL)])
    answer = cashier.post("/sending/tickets/C1-1")
    assert re.findall(r'name="layout" value="(\w+)"', answer.text) == ["80mm", "58mm"]


def test_always_this_layout_skips_the_question(cashier: Visitor, shop: FakeServices) -> None:
    start(cashier, layout="58mm", always="yes")
    assert "layout" not in cashier.post("/sending/tickets/C1-2").text
    assert {mail.layout_id for mail in shop.outbox.waiting([MailState.DRAFT])} == {"58mm"}


def test_a_ticket_that_is_under_work_is_taken_up_again(cashier: Visitor, shop: FakeServices) -> None:
    first = start(cashier)
    assert start(cashier) == first
    assert len(shop.outbox.waiting(MailState)) == 1


def test_a_pdf_that_fails_says_why_and_offers_another_try(cashier: Visitor, shop: FakeServices) -> None:
    shop.pdf_engine.failure = PdfFailure("hung")
    answer = cashier.post("/sending/tickets/C1-1", {"layout": "a4"})
    assert "C1-1-BRICO.pdf could not be made" in answer.text
    assert "hung" in answer.text
    assert 'name="layout" value="a4"' in answer.text
    assert shop.outbox.waiting(MailState) == []


def test_without_sender_settings_the_way_to_them_is_shown(cashier: Visitor, shop: FakeServices) -> None:
    shop.settings._senders.clear()
    answer = cashier.post("/sending/tickets/C1-1", {"layout": "80mm"})
    assert "Sending is closed" in answer.text
    assert 'href="/sender-settings/?after=/tickets/C1-1"' in answer.text


def test_an_unknown_ticket_is_not_found(cashier: Visitor) -> None:
    assert cashier.post("/sending/tickets/C1-99", {"layout": "80mm"}).status_code == 404


def test_a_preparation_that_is_over_leads_to_the_assistant(cashier: Visitor) -> None:
    url = start(cashier)
    assert cashier.get(f"{url}/preparation/C1-1/80mm").headers["Location"] == url


def test_a_stopped_preparation_leaves_nothing(cashier: Visitor, shop: FakeServices) -> None:
    slow = shop.pdf_engine = SlowEngine()
    answer = cashier.post("/sending/tickets/C1-1", {"layout": "80mm"})
    assert "Making C1-1-BRICO.pdf" in answer.text
    url = answer.text.partition('hx-delete="')[2].partition('"')[0]
    page = cashier.get(f"{url}/C1-1/80mm").text
    assert "Making C1-1-BRICO.pdf" in page, "F5 shows it too"
    assert cashier.write("DELETE", url).text == ""
    slow.may_go_on.set()
    for thread in threading.enumerate():
        if thread.name.startswith(SENDING_THREADS):
            thread.join(10)
    assert shop.outbox.waiting([MailState.DRAFT]) == []
    assert list(shop.pdf_folder.iterdir()) == []


def test_without_a_keyring_the_warning_can_be_accepted(cashier: Visitor, shop: FakeServices) -> None:
    def no_keyring(mail: OutgoingMail, entry: JournalEntry | None = None) -> None:
        raise SecretsUnavailableError("none")

    kept = shop.outbox.save
    shop.outbox.save = no_keyring  # type: ignore[method-assign]  # the fault, put in from behind
    answer = cashier.post("/sending/tickets/C1-1", {"layout": "80mm"})
    assert "This PC has no keyring" in answer.text
    assert 'name="layout" value="80mm"' in answer.text
    refused = cashier.post("/sending/tickets/C1-1", {"layout": "80mm", "protect": "yes", "passphrase": "court"})
    assert (refused.status_code, refused.headers["HX-Retarget"]) == (422, "#dialogs")
    shop.outbox.save = kept  # type: ignore[method-assign]
    assert start(cashier, accept_unprotected="yes").startswith("/sending/")


def test_a_passphrase_that_nobody_has_entered_yet_is_asked_for_over_the_ticket(
    cashier: Visitor, shop: FakeServices
) -> None:
    shop.secrets.unavailable = "passphrase_needed"
    answer = cashier.post("/sending/tickets/C1-1", {"layout": "80mm"})
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (409, "#dialogs")
    assert 'hx-post="/passphrase/"' in answer.text
    assert "HX-Redirect" not in answer.headers


def test_a_sent_mail_leads_back_with_a_confirmation(cashier: Visitor, shop: FakeServices) -> None:
    answer = send(cashier, start(cashier))
    assert answer.headers["HX-Redirect"] == "/tickets/C1-1"
    assert "C1-1 sent to 1 recipient" in cashier.get("/outbox/").text
    assert [mail.recipients for mail in shop.transport.sent] == [(WALK_IN,)]
    assert shop.transport.sent[0].subject == "Votre ticket"


def test_what_was_typed_just_before_it_left_changes_nothing(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    send(cashier, url)
    assert cashier.post(url, form("other@x.fr")).status_code == 204
    assert mail_of(shop, url).recipients == ()


def test_from_the_till_one_goes_on_with_a_new_ticket(cashier: Visitor) -> None:
    answer = send(cashier, start(cashier, back="till"), form(back="till"))
    assert answer.headers["HX-Redirect"] == "/till/"


@pytest.mark.parametrize("to", ["", "x@", ";".join(f"a{n}@x.fr" for n in range(21))])
def test_a_mail_that_can_not_be_sent_is_refused_with_its_block(cashier: Visitor, shop: FakeServices, to: str) -> None:
    url = start(cashier)
    answer = send(cashier, url, form("", *filter(None, to.split(";")), body="Typed"))
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#sending-chips"
    assert 'class="field-note bad"' in answer.text
    assert mail_of(shop, url).body == "Typed", "nothing typed is lost"
    assert shop.transport.tried == []


def test_the_steps_are_shown_while_it_goes(cashier: Visitor, shop: FakeServices) -> None:
    slow = shop.transport = SlowTransport()
    url = start(cashier)
    answer = cashier.post(f"{url}/send", form())
    assert "Sending C1-1-BRICO.pdf" in answer.text
    assert 'id="sending-steps"' in cashier.get(url).text, "F5 shows them too"
    assert cashier.post(url, form("other@x.fr")).status_code == 204, "what is typed meanwhile changes nothing"
    again = cashier.post(f"{url}/send", form())
    assert 'id="sending-steps"' in again.text
    slow.may_go_on.set()
    polled = cashier.htmx(f"{url}/steps?known=1", "sending-steps")
    assert polled.headers["HX-Redirect"] == "/tickets/C1-1"
    assert [mail.recipients for mail in slow.sent] == [(WALK_IN,)]


def test_after_twenty_seconds_one_may_go_on_and_the_outbox_tries_again_what_is_put_off(
    app: Flask, cashier: Visitor, shop: FakeServices
) -> None:
    slow = shop.transport = SlowTransport()
    slow.refuse(MailCause.SERVER_BUSY)
    url = start(cashier, back="till")
    page, _, query = url.partition("?")
    assert "Go on in the background" not in cashier.post(f"{page}/send?{query}", form()).text
    task = app.extensions["facteur.sending_tasks"].find(f"send-{mail_of(shop, url).id}")
    task._begun -= 21
    polled = cashier.htmx(f"{page}/steps?known=0&{query}", "sending-steps").text
    assert "Go on in the background" in polled
    assert cashier.post(f"{page}/background?{query}").headers["HX-Redirect"] == "/till/"
    slow.may_go_on.set()
    assert task.wait_until_done(10)
    assert mail_of(shop, url).state is MailState.QUEUED
    assert "C1-1 goes on leaving" in cashier.get("/till/").text
