"""The pickers: what they list, what they do to the recipients, and what they say of a missing address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from backend.domain.customer import PostalAddress
from tests.builders import a_contact, a_customer, an_address
from tests.web.sending_parts import WALK_IN, form, mail_of, start
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask

    from tests.fakes import FakeServices

BILLING, DELIVERY, CONTACT = "facturation@example.org", "livraison@example.org", "paul@example.org"


def picker(url: str, name: str = "customers") -> str:
    return url.replace("/sending/", "/addresses/") + f"/{name}"


def pick(visitor: Visitor, url: str, action: str = "add", kind: str = "billing", **more: str) -> str:
    answer = visitor.post(picker(url), form("", WALK_IN, action=action, kind=kind, **{"customer": "MARTIN", **more}))
    assert answer.headers["HX-Retarget"] == "#dialogs"
    return answer.text


def test_customers_show_their_three_addresses_and_those_that_are_missing(cashier: Visitor, shop: FakeServices) -> None:
    shop.customers.save([a_customer("DUPRE", "Dupré", billing_address=PostalAddress(), main_contact="")])
    text = cashier.htmx(picker(start(cashier)), "dialogs").text
    for address in (BILLING, DELIVERY, CONTACT):
        assert address.replace("@", "<wbr>@") in text
    assert text.count("missing</span>") == 2, "billing and contact of DUPRE"
    assert "Paul Martin" in text
    assert "DIVERS" not in text


def test_the_picker_is_a_page_of_its_own_too(cashier: Visitor) -> None:
    url = start(cashier)
    page = cashier.get(picker(url)).text
    assert "<title>Addresses of customers" in page
    assert f'href="{url}"' in page


@pytest.mark.parametrize("text", ["hel", "martin", "MART", "beau", "nuits"])
def test_customers_are_found_by_name_code_and_town(cashier: Visitor, shop: FakeServices, text: str) -> None:
    shop.customers.save(
        [a_customer("X9", "Autre", billing_address=an_address(city="Lyon"), delivery_address=an_address(city="Lyon"))]
    )
    rows = cashier.htmx(f"{picker(start(cashier))}?text={text}", "addresses-rows").text
    assert re.findall(r'name="customer" value="(\w+)"', rows) == ["MARTIN"]
    assert "dialog" not in rows.partition(">")[2], "the rows alone"


def test_the_chosen_row_stays_chosen_while_one_searches(cashier: Visitor, shop: FakeServices) -> None:
    shop.customers.save([a_customer("A1", "Abel Martin")])
    url = picker(start(cashier))
    first = cashier.htmx(f"{url}?text=martin", "addresses-rows").text
    assert 'value="A1" checked' in first
    assert 'value="MARTIN" checked' in cashier.htmx(f"{url}?text=martin&customer=MARTIN", "addresses-rows").text


def test_after_thirty_customers_the_list_says_that_there_are_more(cashier: Visitor, shop: FakeServices) -> None:
    shop.customers.save([a_customer(f"K{number}") for number in range(60)])
    rows = cashier.htmx(picker(start(cashier)), "addresses-rows").text
    assert rows.count('name="customer"') == 30
    assert "There are more" in rows


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("billing", (BILLING,)),
        ("delivery", (DELIVERY,)),
        ("contact", (CONTACT,)),
        ("all", (BILLING, DELIVERY, CONTACT)),
    ],
)
def test_the_address_of_the_chosen_kind_is_added(
    cashier: Visitor, shop: FakeServices, kind: str, expected: tuple[str, ...]
) -> None:
    url = start(cashier)
    text = pick(cashier, url, kind=kind)
    assert mail_of(shop, url).recipients == (WALK_IN, *expected)
    assert f'name="recipient" value="{expected[-1]}"' in text, "the chips under the dialog"
    assert "<dialog" not in text


def test_replace_puts_it_in_place_of_the_others_and_clear_leaves_nobody(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    pick(cashier, url, "replace")
    assert mail_of(shop, url).recipients == (BILLING,)
    pick(cashier, url, "clear")
    assert mail_of(shop, url).recipients == ()


def test_what_was_typed_beside_the_picker_is_kept(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    pick(cashier, url, subject="S", body="B")
    mail = mail_of(shop, url)
    assert (mail.subject, mail.body) == ("S", "B")


def test_a_missing_address_is_said_and_changes_nothing(cashier: Visitor, shop: FakeServices) -> None:
    shop.customers.save([a_customer("DUPRE", "Dupré", billing_address=PostalAddress())])
    url = start(cashier)
    answer = cashier.post(picker(url), form("", action="replace", kind="billing", customer="DUPRE"))
    assert answer.status_code == 422
    assert "Dupré has no such address." in answer.text
    assert cashier.post(picker(url), form("", action="add")).status_code == 422
    assert mail_of(shop, url).recipients == ()


def test_a_contact_is_picked(cashier: Visitor, shop: FakeServices) -> None:
    shop.customers.save([], [a_contact("SEUL", name="Ana Seul", email="", customer_code="")])
    url = start(cashier)
    rows = cashier.htmx(picker(url, "contacts"), "addresses-rows").text
    assert re.findall(r'name="contact" value="([\w-]+)"', rows) == ["SEUL", "MARTIN-P"]
    assert cashier.post(picker(url, "contacts"), form("", contact="SEUL", action="add")).status_code == 422
    cashier.post(picker(url, "contacts"), form("", contact="MARTIN-P", action="add"))
    assert mail_of(shop, url).recipients == (CONTACT,)
    cashier.post(picker(url, "contacts"), form("", CONTACT, action="clear"))
    assert mail_of(shop, url).recipients == ()


def test_nobody_picks_for_the_mail_of_somebody_else(app: Flask, cashier: Visitor) -> None:
    url = start(cashier)
    other = Visitor(app).sign_in("MARTIN")
    for name in ("customers", "contacts"):
        assert other.get(picker(url, name)).status_code == 404
        assert other.post(picker(url, name), form("", action="clear")).status_code == 404
