"""What each answer of the server, and each loss, does to a mail and to the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.outgoing_mail import MailState, SendingPhase
from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from tests.fake_mail import FakeMailTransport
from tests.web.sending_parts import REFUSED, WALK_IN, form, mail_of, send, start
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from backend.domain.outgoing_mail import Delivery, OutgoingMail
    from backend.domain.sender_profile import SenderProfile
    from backend.ports import SendingWatch
    from tests.fakes import FakeServices


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
