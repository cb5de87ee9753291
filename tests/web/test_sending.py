"""The assistant: what each answer of the server does to a mail and to the page."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backend.domain.errors import SecretsUnavailableError
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.outgoing_mail import (
    JournalEntry,
    MailState,
    OutgoingMail,
    RecipientResult,
    RecipientStatus,
    SendingPhase,
)
from backend.domain.pdf_settings import PdfFailure
from backend.domain.shop import PrinterKind
from backend.web.create_app import create_app
from backend.web.desktop_port import SENDING_THREADS, NoProgramError
from backend.web.launch import LaunchTokens
from tests.builders import (
    a_company,
    a_contact,
    a_customer,
    a_journal_entry,
    a_sender,
    a_tested_sender,
    a_ticket,
    a_till,
)
from tests.fakes import FakeMailTransport, FakePdfEngine, FakeServices
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from backend.domain.outgoing_mail import Delivery
    from backend.domain.pdf_settings import PageFormat
    from backend.domain.sender_profile import SenderProfile
    from backend.ports import SendingWatch

WALK_IN = "camille.roussel@courriel.example"
REFUSED = RecipientResult(RecipientStatus.REJECTED, "550 5.1.1 unknown", MailCause.RECIPIENT_UNKNOWN)


class RecordingDesktop:
    """Keeps what it was asked to show; `fails` says that no program does."""

    has_dialogs = False

    def __init__(self) -> None:
        self.shown: list[Path] = []
        self.fails = False

    def open_file(self, path: Path) -> None:
        if self.fails:
            raise NoProgramError(str(path))
        self.shown.append(path)

    open_folder = open_file

    def choose_files(self) -> list[Path]:
        return []

    def choose_folder(self, start: Path) -> Path | None:
        return None

    def choose_target(self, name: str) -> Path | None:
        return None


class SlowTransport(FakeMailTransport):
    """Waits in the middle of a sending until it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go_on = threading.Event()
        self.has_begun = threading.Event()

    def send(self, mail: OutgoingMail, sender: SenderProfile, watch: SendingWatch) -> Delivery:
        watch.step("name_found")
        self.has_begun.set()
        assert self.may_go_on.wait(10)
        return super().send(mail, sender, watch)


class SlowEngine(FakePdfEngine):
    """Makes no PDF until it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go_on = threading.Event()

    def make_pdf(self, html: str, page: PageFormat, target: Path) -> int:
        assert self.may_go_on.wait(10)
        return super().make_pdf(html, page, target)


@pytest.fixture
def desktop() -> RecordingDesktop:
    return RecordingDesktop()


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens, desktop: RecordingDesktop) -> Flask:
    shop.settings.save_company(a_company())
    shop.shop.save([a_till("C1")])
    shop.customers.save([a_customer()], [a_contact()])
    shop.settings.save_sender_profile(a_tested_sender("DUPOND"))
    shop.tickets.record(a_ticket())
    shop.tickets.record(a_ticket(customer_code="MARTIN", customer_name="Hélène Martin"))
    return create_app(shop, launch=launch, language="en", desktop=desktop)


def start(visitor: Visitor, number: str = "C1-1", **form: str) -> str:
    """Begin a sending and return the address of its assistant."""
    answer = visitor.post(f"/sending/tickets/{number}", {"layout": "80mm", **form})
    while "HX-Redirect" not in answer.headers:
        found = re.search(r'hx-get="([^"]+)"', answer.text)
        assert found, answer.text
        answer = visitor.htmx(found[1].replace("&amp;", "&"), "sending-progress")
    return answer.headers["HX-Redirect"]


def form(to: str = WALK_IN, *chips: str, **more: str) -> dict[str, object]:
    return {"recipient": list(chips), "to": to, "subject": "Votre ticket", "body": "Bonjour", **more}


def send(visitor: Visitor, url: str, typed: dict[str, object] | None = None) -> TestResponse:
    """Send and wait for the end of it."""
    page, _, query = url.partition("?")
    answer = visitor.post(f"{page}/send?{query}", form() if typed is None else typed)
    while 'id="sending-steps"' in answer.text:
        found = re.search(r'hx-get="([^"]+steps[^"]*)"', answer.text)
        assert found, answer.text
        answer = visitor.htmx(found[1].replace("&amp;", "&"), "sending-steps")
    return answer


def mail_of(shop: FakeServices, url: str) -> OutgoingMail:
    return shop.outbox.find(url.partition("?")[0].rsplit("/", 1)[1])


# Layout and PDF


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


# The draft


def test_a_known_customers_address_is_filled_in(cashier: Visitor) -> None:
    page = cashier.get(start(cashier, "C1-2")).text
    assert 'name="recipient" value="facturation@example.org"' in page
    assert "Hélène Martin · never sent" in page


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


# Sending


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


def test_a_failure_names_cause_remedy_and_where_the_pdf_is(cashier: Visitor, shop: FakeServices) -> None:
    shop.transport.failure = MailFailure(
        MailCause.LOGIN_REFUSED, "smtp.example", 587, reply="535 no", transcript="C: AUTH ••••"
    )
    url = start(cashier)
    answer = send(cashier, url)
    mail = mail_of(shop, url)
    assert "refuses the user name or the password" in answer.text
    assert str(mail.pdf.path.parent) in answer.text
    assert "C: AUTH ••••" in answer.text
    assert f'href="/sender-settings/?after={url}"' in answer.text
    assert mail.recipients == (WALK_IN,)
    assert "refuses the user name" in cashier.get(url).text, "F5 says it again"


def test_after_a_restart_a_failure_is_still_explained(shop: FakeServices, cashier: Visitor) -> None:
    shop.transport.failure = MailFailure(MailCause.CONNECTION_REFUSED, "smtp.brico.example", 587, reply="")
    url = start(cashier)
    send(cashier, url)
    restarted = Visitor(create_app(shop, launch=LaunchTokens(40_124), language="en")).sign_in("DUPOND")
    assert "smtp.brico.example” takes no mail on port 587" in restarted.get(url).text


def test_another_try_sends_the_same_mail(cashier: Visitor, shop: FakeServices) -> None:
    shop.transport.refuse(MailCause.SERVER_BUSY)
    url = start(cashier)
    send(cashier, url)
    shop.transport.failure = None
    assert send(cashier, url, {"back": ""}).headers["HX-Redirect"] == "/tickets/C1-1"
    assert {mail.message_id for mail in shop.transport.tried} == {shop.transport.sent[0].message_id}


def test_giving_up_forgets_the_address_and_says_where_the_pdf_stays(cashier: Visitor, shop: FakeServices) -> None:
    shop.transport.refuse(MailCause.SENDER_REFUSED)
    url = start(cashier)
    send(cashier, url)
    pdf = mail_of(shop, url).pdf.path
    cashier.post(f"{url}/abandon")
    page = cashier.get("/outbox/").text
    assert str(pdf.parent) in page
    assert 'href="/sender-settings/"' in page
    assert pdf.is_file()
    assert mail_of(shop, url).recipients == ()


def test_of_several_recipients_only_the_refused_one_is_tried_again(cashier: Visitor, shop: FakeServices) -> None:
    shop.transport.answers = {"b@x.fr": REFUSED}
    url = start(cashier)
    answer = send(cashier, url, form("", "a@x.fr", "b@x.fr"))
    assert "Sent to a@x.fr." in answer.text
    assert "Not taken for b@x.fr." in answer.text
    assert 'class="chip ok"' in answer.text, "the chips under the dialog say it too"
    shop.transport.answers = {}
    cashier.post(url, form("", "a@x.fr", "c@x.fr", remove="b@x.fr"))
    send(cashier, url, {"back": ""})
    assert [mail.remaining_recipients for mail in shop.transport.tried] == [("a@x.fr", "b@x.fr"), ("c@x.fr",)]


def test_a_corrected_mail_has_no_trouble_any_more(cashier: Visitor, shop: FakeServices) -> None:
    shop.transport.answers = {"b@x.fr": REFUSED}
    url = start(cashier)
    send(cashier, url, form("", "b@x.fr"))
    cashier.post(url, form("", "c@x.fr"))
    assert "sending-trouble" not in cashier.get(url).text


def test_an_uncertain_mail_is_never_sent_without_a_decision(cashier: Visitor, shop: FakeServices) -> None:
    shop.transport.refuse(MailCause.ANSWER_LOST, SendingPhase.FINAL_DOT)
    url = start(cashier)
    answer = send(cashier, url)
    assert "Perhaps the mail has left" in answer.text
    assert "Send it again all the same" in answer.text
    assert "Perhaps the mail has left" in send(cashier, url).text
    assert "Perhaps the mail has left" in send(cashier, url, {"back": ""}).text
    assert len(shop.transport.tried) == 1
    assert cashier.post(url, form("b@x.fr")).headers["HX-Redirect"] == url, "its addresses are those that may have it"


def test_an_uncertain_mail_is_sent_again_by_a_persons_word(cashier: Visitor, shop: FakeServices) -> None:
    shop.transport.refuse(MailCause.ANSWER_LOST, SendingPhase.FINAL_DOT)
    url = start(cashier)
    send(cashier, url)
    shop.transport.failure = None
    assert send(cashier, url, {"again": "yes"}).headers["HX-Redirect"] == "/tickets/C1-1"
    assert len(shop.transport.tried) == 2


def test_an_uncertain_mail_that_has_arrived_counts_as_sent(cashier: Visitor, shop: FakeServices) -> None:
    shop.transport.refuse(MailCause.ANSWER_LOST, SendingPhase.FINAL_DOT)
    url = start(cashier)
    send(cashier, url)
    assert cashier.post(f"{url}/received").headers["HX-Redirect"] == "/tickets/C1-1"
    assert mail_of(shop, url).state is MailState.SENT


def test_a_pdf_that_somebody_took_away_is_made_again(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    mail_of(shop, url).pdf.path.unlink()
    assert send(cashier, url).headers["HX-Redirect"] == "/tickets/C1-1"


def test_a_mail_that_a_dead_program_left_half_sent_is_put_right(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    cashier.post(url, form())
    shop.outbox.save(mail_of(shop, url).sending())
    page = cashier.get(url).text
    assert "This mail leaves by itself" in page
    assert mail_of(shop, url).state is MailState.QUEUED


def test_an_unforeseen_failure_is_explained_and_the_mail_stays(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)

    class BrokenTransport(FakeMailTransport):
        def send(self, mail: OutgoingMail, sender: SenderProfile, watch: SendingWatch) -> Delivery:
            raise RuntimeError("canary-7f3a")

    shop.transport = BrokenTransport()
    answer = send(cashier, url)
    assert "Something unforeseen went wrong" in answer.text
    assert "canary" not in answer.text


# The list


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


def test_no_address_of_the_page_holds_an_address_of_the_customer(cashier: Visitor) -> None:
    url = start(cashier)
    cashier.post(url, form())
    page = cashier.get(url).text
    assert not [address for address in re.findall(r'(?:href|action|hx-\w+)="([^"]*)"', page) if "courriel" in address]
    assert 'id="to" name="to" type="text" inputmode="email" autocomplete="off"' in page


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
