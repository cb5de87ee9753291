"""The page of sendings and the ways on after a failure: later, by the mail program, in the background."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import MailState, OutgoingMail, SendingPhase
from backend.domain.ticket import TicketNumber
from backend.usecases.prepare_sending import prepare_sending
from backend.usecases.queue_mail import queue_mail
from backend.usecases.send_mail import send_mail
from backend.usecases.tidy_outbox import expire_old_mails
from backend.usecases.work_outbox import OutboxWork
from backend.web.create_app import create_app
from tests.builders import a_company, a_tested_sender, a_ticket, a_till
from tests.fakes import FakeServices
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask

    from backend.web.launch import LaunchTokens

WALK_IN = "camille.roussel@courriel.example"


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    shop.settings.save_company(a_company())
    shop.shop.save([a_till("C1")])
    shop.settings.save_sender_profile(a_tested_sender("DUPOND"))
    shop.tickets.record(a_ticket())
    return create_app(shop, launch=launch, language="en")


def a_draft(shop: FakeServices) -> OutgoingMail:
    draft = replace(prepare_sending(TicketNumber("C1", 1), "", "DUPOND", shop), recipients=(WALK_IN,))
    shop.outbox.save(draft)
    return draft


def a_failed_mail(shop: FakeServices, cause: MailCause = MailCause.NO_ANSWER) -> OutgoingMail:
    shop.transport.refuse(cause)
    failed = send_mail(a_draft(shop).id, shop).mail
    shop.transport.failure = None
    return failed


def test_the_dialog_of_an_outage_offers_all_four_ways_on(cashier: Visitor, shop: FakeServices) -> None:
    page = cashier.get(f"/sending/{a_failed_mail(shop).id}").text
    for words in ("Try again", "Give up", "Send later", "Open in my mail program", "Open the folder", "Check my"):
        assert words in page
    assert "C1-1-BRICO.pdf" in page
    assert str(shop.pdf_folder) in page


@pytest.mark.parametrize("cause", [MailCause.MESSAGE_TOO_BIG, MailCause.REFUSED_AS_SPAM])
def test_later_is_not_offered_where_it_would_not_help(cashier: Visitor, shop: FakeServices, cause: MailCause) -> None:
    page = cashier.get(f"/sending/{a_failed_mail(shop, cause).id}").text
    assert "Send later" not in page
    assert "Open in my mail program" in page


def test_in_training_nothing_is_handed_to_a_mail_program(shop: FakeServices, cashier: Visitor) -> None:
    failed = a_failed_mail(shop)
    shop.training = True
    assert "Open in my mail program" not in cashier.get(f"/sending/{failed.id}").text


def test_send_later_leads_back_and_the_outbox_sends_it(cashier: Visitor, shop: FakeServices) -> None:
    failed = a_failed_mail(shop)
    answer = cashier.post(f"/sending/{failed.id}/later", {"back": "till"})
    assert answer.headers["HX-Redirect"] == "/till/"
    page = cashier.get("/outbox/").text
    assert "leaves by itself, as soon as it can" in page
    assert "next try today at 12:01" in page
    assert "doesn&#39;t answer" in page
    assert WALK_IN not in page
    shop.clock.advance(minutes=1)
    OutboxWork(shop).turn()
    assert [mail.recipients for mail in shop.transport.sent] == [(WALK_IN,)]
    assert "No mail waits" in cashier.get("/outbox/").text


def test_a_waiting_mail_shows_in_the_navigation_and_a_draft_does_not(cashier: Visitor, shop: FakeServices) -> None:
    draft = a_draft(shop)
    assert 'class="count"' not in cashier.get("/").text
    queue_mail(draft.id, shop)
    assert '<span class="count">1<span class="visually-hidden"> waiting</span></span>' in cashier.get("/").text


def test_the_assistant_of_a_waiting_mail_says_that_it_leaves_by_itself(cashier: Visitor, shop: FakeServices) -> None:
    mail = queue_mail(a_draft(shop).id, shop)
    assert "This mail leaves by itself" in cashier.get(f"/sending/{mail.id}").text
    cashier.post(f"/sending/{mail.id}", {"to": WALK_IN, "subject": "Autre", "body": "Bonjour"})
    assert shop.outbox.find(mail.id).state is MailState.DRAFT
    assert "This mail leaves by itself" not in cashier.get(f"/sending/{mail.id}").text


def test_a_closed_gate_is_said_on_the_page_with_its_way_out(cashier: Visitor, shop: FakeServices) -> None:
    queue_mail(a_draft(shop).id, shop)
    shop.settings.save_sender_profile(a_tested_sender("DUPOND").not_working())
    page = cashier.get("/outbox/").text
    assert "Nothing leaves at the moment" in page
    assert "/sender-settings/?after=/outbox/" in page


def test_a_retry_from_the_page_answers_with_the_list(cashier: Visitor, shop: FakeServices) -> None:
    mail = queue_mail(a_failed_mail(shop).id, shop)
    answer = cashier.post(f"/outbox/{mail.id}/retry", headers={"HX-Target": "outbox-list"})
    assert answer.text.lstrip().startswith('<div class="stack" id="outbox-list"')
    assert OutboxWork(shop).turn() == 1
    assert shop.outbox.find(mail.id).state is MailState.SENT


def test_cancelling_asks_first_and_then_forgets_address_and_pdf(cashier: Visitor, shop: FakeServices) -> None:
    mail = queue_mail(a_draft(shop).id, shop)
    assert (
        "The mail is erased with its addresses and its PDF" in cashier.htmx(f"/outbox/{mail.id}/drop", "dialogs").text
    )
    assert shop.outbox.find(mail.id).state is MailState.QUEUED
    assert cashier.post(f"/outbox/{mail.id}/cancel").headers["HX-Redirect"] == "/outbox/"
    assert WALK_IN not in repr(shop.outbox.find(mail.id))
    assert list(shop.pdf_folder.iterdir()) == []


def test_cancelling_what_has_left_meanwhile_changes_nothing(cashier: Visitor, shop: FakeServices) -> None:
    mail = queue_mail(a_draft(shop).id, shop)
    OutboxWork(shop).turn()
    cashier.post(f"/outbox/{mail.id}/cancel")
    assert shop.outbox.find(mail.id).state is MailState.SENT
    assert [entry.event for entry in shop.journal.all] == ["queued", "mailed"]


def test_what_waited_in_vain_is_named_by_its_ticket_for_a_week(cashier: Visitor, shop: FakeServices) -> None:
    queue_mail(a_draft(shop).id, shop)
    shop.clock.advance(days=8)
    expire_old_mails(shop)
    page = cashier.get("/outbox/").text
    assert "C1-1" in page
    assert "could not leave within 7 days" in page
    assert 'href="/tickets/C1-1"' in page
    shop.clock.advance(days=7)
    assert "could not leave" not in cashier.get("/outbox/").text


def test_an_uncertain_mail_is_decided_on_in_its_dialog_only(cashier: Visitor, shop: FakeServices) -> None:
    shop.transport.refuse(MailCause.ANSWER_LOST, SendingPhase.FINAL_DOT)
    mail = send_mail(a_draft(shop).id, shop).mail
    page = cashier.get("/outbox/").text
    assert "Decide" in page
    assert f"/outbox/{mail.id}/" not in page
    assert cashier.post(f"/outbox/{mail.id}/retry").headers["HX-Redirect"] == f"/sending/{mail.id}"


def test_the_mail_program_gets_the_mail_and_the_person_is_asked(cashier: Visitor, shop: FakeServices) -> None:
    mail = a_failed_mail(shop)
    answer = cashier.post(f"/sending/{mail.id}/mail-client")
    assert "Has the mail left?" in answer.text
    assert [sent.recipients for sent in shop.client.sent] == [(WALK_IN,)]
    assert "Has the mail left?" in cashier.get(f"/sending/{mail.id}").text, "also after F5"
    cashier.post(f"/sending/{mail.id}/received")
    assert shop.outbox.find(mail.id).state is MailState.SENT


def test_a_mail_program_that_does_not_take_it_says_why_and_the_other_ways_stay(
    cashier: Visitor, shop: FakeServices
) -> None:
    mail = a_failed_mail(shop)
    shop.client.refuse(MailCause.CLIENT_MISSING)
    page = cashier.post(f"/sending/{mail.id}/mail-client").text
    assert "This PC has no mail program" in page
    assert "Open in my mail program" not in page
    assert "Send later" in page
    assert shop.outbox.find(mail.id) == mail


def test_nobody_touches_the_mails_of_others(administrator: Visitor, shop: FakeServices, app: Flask) -> None:
    mail = a_failed_mail(shop)
    for path in ("outbox/{}/retry", "outbox/{}/cancel", "sending/{}/later", "sending/{}/mail-client"):
        assert administrator.post("/" + path.format(mail.id)).status_code == 404
    assert shop.outbox.find(mail.id) == mail
    assert "C1-1" not in administrator.get("/outbox/").text
