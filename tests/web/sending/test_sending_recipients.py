"""Recipients in the assistant: slips that one click corrects, and what a person says is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.web.sending_parts import REFUSED, form, mail_of, send, start

if TYPE_CHECKING:
    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor

SLIP = "duval@gmial.com"


def test_a_likely_slip_is_a_warning_with_its_correction(cashier: Visitor) -> None:
    answer = cashier.post(start(cashier), form("", SLIP))
    assert 'class="chip warn"' in answer.text
    assert "<strong>duval@gmail.com</strong>" in answer.text
    assert "<mark>@gmial.com</mark>" in answer.text, "on the envelope too"


def test_a_slip_is_said_while_it_is_typed(cashier: Visitor) -> None:
    assert "<strong>duval@orange.fr</strong>" in cashier.post(start(cashier), form("duval@orange.f")).text


def test_one_click_corrects_a_slip(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    answer = cashier.post(url, form("", "a@x.fr", SLIP, correct=SLIP))
    assert mail_of(shop, url).recipients == ("a@x.fr", "duval@gmail.com")
    assert "slip-note" not in answer.text


def test_an_address_that_a_person_keeps_is_not_doubted_again(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    answer = cashier.post(url, form("", SLIP, keep=SLIP))
    assert "slip-note" not in answer.text
    assert f'name="kept" value="{SLIP}"' in answer.text
    assert "HX-Redirect" in send(cashier, url, form("", SLIP, kept=SLIP)).headers
    assert shop.transport.sent[0].recipients == (SLIP,)


def test_a_slip_nobody_saw_is_shown_before_it_leaves_and_the_second_press_sends(
    cashier: Visitor, shop: FakeServices
) -> None:
    url = start(cashier)
    answer = send(cashier, url, form(SLIP))
    assert answer.status_code == 422
    assert f'name="seen" value="{SLIP}"' in answer.text
    assert shop.transport.tried == []
    assert "HX-Redirect" in send(cashier, url, form(SLIP, seen=SLIP)).headers
    assert shop.transport.sent[0].recipients == (SLIP,)


def test_who_has_the_mail_already_is_no_slip_any_more(cashier: Visitor, shop: FakeServices) -> None:
    shop.transport.answers = {"b@x.fr": REFUSED}
    url = start(cashier)
    send(cashier, url, form("", SLIP, "b@x.fr", kept=SLIP))
    assert "slip-note" not in cashier.get(url).text
