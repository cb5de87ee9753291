"""The till's page: what a cashier rings up is kept and recorded once."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from backend.domain.shop import PaymentKind, PaymentMethod
from backend.domain.ticket import Payment, TicketNumber, TicketQuery
from backend.usecases.keep_basket import held_baskets
from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from tests.builders import VAT_5_5, a_customer
from tests.fakes import FakeServices
from tests.web.till_parts import DUPOND, SCREWS, basket, ring_up
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask


def test_a_new_till_shows_its_articles_and_an_empty_ticket(cashier: Visitor) -> None:
    page = cashier.get("/till/").text
    assert "Till C1, DUPOND" in page
    assert re.findall(r'name="product" value="(\w+)"', page) == ["P03", "P01", "P02"]
    assert "Guide &lt;du&gt; bricolage" in page
    assert "Empty ticket" in page


def test_a_shop_without_a_till_says_what_is_missing(cashier: Visitor, shop: FakeServices) -> None:
    shop.shop._tills.clear()
    assert "No till yet" in cashier.get("/till/").text
    assert cashier.post("/till/products", {"product": "P01"}).status_code == 404


def test_families_and_words_choose_the_tiles(cashier: Visitor) -> None:
    for query, codes in {"family=Visserie": ["P02"], "text=perc": ["P01"], "text=zzz": []}.items():
        answer = cashier.htmx(f"/till/?{query}", "till-tiles")
        assert re.findall(r'name="product" value="(\w+)"', answer.text) == codes


def test_what_is_rung_up_survives_f5_and_a_restart(cashier: Visitor, shop: FakeServices) -> None:
    ring_up(cashier, "P01", "P02", "P02")
    assert "€102.90" in cashier.get("/till/").text
    restarted = Visitor(create_app(shop, launch=LaunchTokens(40_124), language="en")).sign_in("DUPOND")
    page = restarted.get("/till/").text
    assert "2 × 6.50" in page
    assert "€102.90" in page


def test_each_user_has_a_ticket_of_his_own(app: Flask, cashier: Visitor) -> None:
    ring_up(cashier, "P01")
    assert "Empty ticket" in Visitor(app).sign_in("MARTIN").get("/till/").text


@pytest.mark.parametrize("text", ["3700000000028", "P02", "vis"])
def test_a_bar_code_a_code_or_the_only_match_is_rung_up(cashier: Visitor, shop: FakeServices, text: str) -> None:
    answer = cashier.post("/till/scan", {"text": text})
    assert [line.product_code for line in basket(shop).lines] == ["P02"]
    assert 'id="till-text"' in answer.text, "the field comes back empty"


def test_an_unknown_bar_code_says_so(cashier: Visitor, shop: FakeServices) -> None:
    answer = cashier.post("/till/scan", {"text": "3999999999999"})
    assert "No article has the code “3999999999999”" in answer.text
    assert basket(shop).lines == ()


def test_quantity_price_and_discount_of_a_line_are_changed(cashier: Visitor, shop: FakeServices) -> None:
    ring_up(cashier, "P01", "P02")
    cashier.post("/till/lines/2", {"step": "1"})
    cashier.post("/till/lines/2", {"price": "6"})
    cashier.post("/till/lines/2", {"discount": "10 %"})
    assert (basket(shop).lines[1].quantity, basket(shop).total) == (Decimal(2), 8990 + 1080)
    cashier.post("/till/lines/2", {"step": "-1"})
    cashier.post("/till/ticket", {"line": "2", "quantity": "2,5"})
    assert basket(shop).lines[1].quantity == Decimal("2.5")
    cashier.write("DELETE", "/till/lines/1")
    assert [line.product_code for line in basket(shop).lines] == ["P02"]


@pytest.mark.parametrize(
    ("path", "form", "typed"),
    [
        ("/till/ticket", {"line": "1", "quantity": "0"}, "0"),
        ("/till/ticket", {"line": "1", "quantity": "drei"}, "drei"),
        ("/till/lines/1", {"discount": "200"}, "200"),
        ("/till/lines/1", {"discount": "120 %"}, "120 %"),
        ("/till/lines/1", {"price": "x"}, "x"),
        ("/till/lines", {"label": "", "price": "", "quantity": "0", "vat_rate": "20"}, "0"),
        ("/till/lines", {"label": "Clé", "price": "a", "quantity": "1", "vat_rate": "20"}, "Clé"),
    ],
)
def test_bad_input_answers_422_with_what_was_typed_and_a_note(
    cashier: Visitor, shop: FakeServices, path: str, form: dict[str, str], typed: str
) -> None:
    ring_up(cashier, "P01")
    answer = cashier.post(path, form)
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert 'class="field-note bad"' in answer.text
    assert basket(shop).total == 8990


def test_a_free_line_is_rung_up(cashier: Visitor, shop: FakeServices) -> None:
    cashier.post("/till/lines", {"label": "Double de clé", "price": "4,50", "quantity": "2", "vat_rate": "5.5"})
    (line,) = basket(shop).lines
    assert (line.label, line.unit_price, line.quantity, line.vat_rate) == ("Double de clé", 450, Decimal(2), VAT_5_5)


def test_a_line_that_is_gone_is_refused(cashier: Visitor) -> None:
    assert cashier.post("/till/lines/7", {"step": "1"}).status_code == 422


@pytest.mark.parametrize("ask", ["free", "place", "customer", "discount", "price"])
def test_every_dialog_works_when_opened_directly(cashier: Visitor, ask: str) -> None:
    ring_up(cashier, "P01")
    assert "<dialog" in cashier.get(f"/till/?ask={ask}&line=1").text
    alone = cashier.htmx(f"/till/?ask={ask}&line=1", "dialogs")
    assert alone.headers["HX-Retarget"] == "#dialogs"
    assert "<html" not in alone.text


def test_a_customer_is_found_and_chosen(cashier: Visitor, shop: FakeServices) -> None:
    found = cashier.htmx("/till/?ask=customer&who=beau", "till-customers")
    assert 'value="MARTIN"' in found.text
    assert "Hélène Martin" in cashier.post("/till/customer", {"customer": "MARTIN"}).text
    assert basket(shop).customer_code == "MARTIN"
    assert cashier.post("/till/customer", {"customer": "NOBODY"}).status_code == 404


def test_till_and_cashier_are_changed(cashier: Visitor, shop: FakeServices) -> None:
    answer = cashier.post("/till/place", {"till": "C2", "cashier": "MOR"})
    assert "Till C2, MOREAU" in answer.text
    assert cashier.post("/till/place", {"till": "ZZ", "cashier": ""}).status_code == 404


def test_payments_add_up_and_the_change_is_shown(cashier: Visitor, shop: FakeServices) -> None:
    ring_up(cashier, "P02")
    cashier.post("/till/payments", {"method": "Carte bancaire"})
    assert basket(shop).payments == (Payment("Carte bancaire", 650),)
    cashier.post("/till/ticket", {"paid": ["Carte bancaire"], "amount-1": "5"})
    answer = cashier.post("/till/payments", {"method": "Espèces", "paid": ["Carte bancaire"], "amount-1": "5"})
    assert 'name="amount-2"' in answer.text
    assert "autofocus" in answer.text
    answer = cashier.post("/till/ticket", {"paid": ["Carte bancaire", "Espèces"], "amount-1": "5", "amount-2": "10"})
    assert "To give back" in answer.text
    assert "€8.50" in answer.text
    cashier.write("DELETE", "/till/payments", {"method": "Espèces"})
    assert basket(shop).payments == (Payment("Carte bancaire", 500),)


def test_a_wrong_amount_keeps_its_note(cashier: Visitor) -> None:
    ring_up(cashier, "P02")
    cashier.post("/till/payments", {"method": "Espèces"})
    answer = cashier.post("/till/ticket", {"paid": ["Espèces"], "amount-1": "zehn"})
    assert answer.status_code == 422
    assert 'value="zehn"' in answer.text
    assert "is not an amount" in answer.text


def test_recording_takes_what_stands_in_the_fields_and_begins_anew(cashier: Visitor, shop: FakeServices) -> None:
    ring_up(cashier, "P02")
    form = {"line": "1", "quantity": "2", "paid": ["Espèces"], "amount-1": "20"}
    answer = cashier.post("/till/record", form)
    assert answer.headers["HX-Redirect"] == "/till/recorded/C1-1"
    ticket = shop.tickets.find(TicketNumber("C1", 1)).ticket
    assert (ticket.gross_total, ticket.change_due, ticket.cashier_name) == (1300, 700, "DUPOND")
    assert basket(shop).lines == ()


def test_recording_twice_makes_one_ticket(cashier: Visitor, shop: FakeServices) -> None:
    ring_up(cashier, "P02")
    cashier.post("/till/payments", {"method": "Carte bancaire"})
    cashier.post("/till/record")
    assert cashier.post("/till/record").status_code == 422
    assert shop.tickets.count(TicketQuery()) == 1


def test_an_unpaid_ticket_is_not_recorded_and_says_what_is_missing(cashier: Visitor, shop: FakeServices) -> None:
    ring_up(cashier, "P02")
    answer = cashier.post("/till/record")
    assert answer.status_code == 422
    assert "6.50 € are missing" in answer.text
    assert shop.tickets.count(TicketQuery()) == 0


def test_an_article_that_left_the_shop_is_not_found(cashier: Visitor) -> None:
    assert cashier.post("/till/products", {"product": "P99"}).status_code == 404


def test_a_customer_that_left_the_shop_becomes_the_walk_in(cashier: Visitor, shop: FakeServices) -> None:
    cashier.post("/till/customer", {"customer": "MARTIN"})
    shop.customers._customers.pop("MARTIN")
    assert "DIVERS" in cashier.get("/till/").text


def test_a_discount_shows_on_its_line(cashier: Visitor) -> None:
    ring_up(cashier, "P02")
    assert "discount −€1.00" in cashier.post("/till/lines/1", {"discount": "1"}).text
    assert "discount −10\u00a0%" in cashier.post("/till/lines/1", {"discount": "10%"}).text


def test_the_tiles_count_what_is_on_the_ticket(cashier: Visitor) -> None:
    answer = ring_up(cashier, "P02", "P02")
    assert re.search(r'id="count-P02" hx-swap-oob="true"><span class="count">.*?</span>2</span>', answer.text)


def test_prices_of_the_day_do_not_change_what_is_rung_up(cashier: Visitor, shop: FakeServices) -> None:
    ring_up(cashier, "P02")
    shop.shop.save(products=[replace(SCREWS, gross_price=700)])
    ring_up(cashier, "P02")
    assert [line.unit_price for line in basket(shop).lines] == [650, 700]


def test_a_ticket_waits_while_another_is_served_and_comes_back(cashier: Visitor, shop: FakeServices) -> None:
    cashier.post("/till/products", {"product": "P01"})
    assert "Empty ticket" in cashier.post("/till/hold").text
    cashier.post("/till/products", {"product": "P02"})
    (held,) = held_baskets(DUPOND, shop)
    assert held.id in cashier.get("/till/?ask=held").text
    cashier.post("/till/recall", {"basket": held.id})
    assert [line.product_code for line in basket(shop).lines] == ["P01"]
    (other,) = held_baskets(DUPOND, shop)
    assert [line.product_code for line in other.lines] == ["P02"]
    assert cashier.post("/till/recall", {"basket": "gone"}).status_code == 404


def test_a_ticket_is_cancelled_before_it_is_recorded(cashier: Visitor, shop: FakeServices) -> None:
    cashier.post("/till/products", {"product": "P01"})
    assert "Nothing of it is recorded." in cashier.get("/till/?ask=cancel").text
    cashier.post("/till/cancel")
    assert basket(shop).lines == ()
    assert shop.shop.chains["C1"] == []


def test_a_quick_amount_of_cash_gives_the_change(cashier: Visitor, shop: FakeServices) -> None:
    cashier.post("/till/products", {"product": "P01"})
    assert 'name="quick"' in cashier.post("/till/payments", {"method": "Espèces"}).text
    page = cashier.post("/till/payments", {"method": "Espèces", "quick": "500"}).text
    assert "To give back" in page


def test_only_the_means_of_payment_and_families_of_the_shop_are_offered(cashier: Visitor, shop: FakeServices) -> None:
    shop.records.save("payment-methods", [PaymentMethod("Chèque-cadeau", PaymentKind.OTHER, 4)])
    shop.records.remove("payment-methods", "Chèque")
    page = cashier.get("/till/").text
    assert "Chèque-cadeau" in page
    assert 'value="Chèque"' not in page
    cashier.post("/till/products", {"product": "P01"})
    assert cashier.post("/till/payments", {"method": "Chèque"}).status_code == 422
    cashier.post("/till/payments", {"method": "Chèque-cadeau"})
    cashier.post("/till/record")
    assert shop.shop.chains["C1"][0].ticket.payments[0].method == "Chèque-cadeau"


def test_an_exempt_customer_pays_net_prices(cashier: Visitor, shop: FakeServices) -> None:
    shop.customers.save([a_customer("EXO", "Mairie", is_exempt=True)])
    cashier.post("/till/products", {"product": "P01"})
    cashier.post("/till/customer", {"customer": "EXO"})
    cashier.post("/till/payments", {"method": "Carte bancaire"})
    cashier.post("/till/record")
    ticket = shop.shop.chains["C1"][0].ticket
    assert ticket.vat_amount == 0
    assert ticket.gross_total == 7492  # 89.90 less 89.90 x 20 / 120


def test_a_discount_on_the_total_and_its_refusal(cashier: Visitor, shop: FakeServices) -> None:
    cashier.post("/till/products", {"product": "P01"})
    cashier.post("/till/products", {"product": "P02"})
    cashier.post("/till/discount", {"discount": "10 %"})
    assert sum(line.ticket_line.discount for line in basket(shop).lines) > 0
    assert cashier.post("/till/discount", {"discount": "120 %"}).status_code == 422
