from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from backend.domain.record_kind import KINDS
from backend.web.create_app import create_app
from tests.builders import a_cashier, a_contact, a_customer, a_line, a_product, a_ticket, a_till
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask

    from backend.web.launch import LaunchTokens
    from tests.fakes import FakeServices

SHOP_ONLY = [name for name, kind in KINDS.items() if not kind.is_for_cashiers]


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    shop.shop.save([a_till()], [a_cashier()], [a_product()])
    shop.customers.save([a_customer()], [a_contact()])
    return create_app(shop, launch=launch, language="en")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_list_a_form_and_a_file(administrator: Visitor, shop: FakeServices, kind: str) -> None:
    codes = [record.code for record in shop.records.search(kind)]
    page = administrator.get(f"/records/{kind}/").text
    assert codes
    for code in codes:
        assert code in page
        if code != "DIVERS":
            shown = code.replace(".", ",")
            assert f'value="{shown}"' in administrator.get(f"/records/{kind}/record/{code}").text
    assert administrator.get(f"/records/{kind}/new").status_code == 200
    assert administrator.get(f"/record-files/{kind}/").status_code == 200
    assert codes[0].replace(".", ",") in administrator.get(f"/record-files/{kind}/file").text


@pytest.mark.parametrize("kind", KINDS)
def test_cashiers_reach_customers_and_contacts_only(cashier: Visitor, shop: FakeServices, kind: str) -> None:
    code = shop.records.search(kind)[0].code
    ways = [
        ("GET", f"/records/{kind}/"),
        ("GET", f"/records/{kind}/new"),
        ("POST", f"/records/{kind}/new"),
        ("GET", f"/records/{kind}/record/{code}"),
        ("POST", f"/records/{kind}/record/{code}"),
        ("POST", f"/records/{kind}/restore/{code}"),
        ("DELETE", f"/records/{kind}/record/{code}"),
    ]
    for method, path in ways:
        answer = cashier.get(path) if method == "GET" else cashier.write(method, path)
        assert (answer.status_code == 403) == (kind in SHOP_ONLY), (method, path)
    assert cashier.get(f"/record-files/{kind}/file").status_code == 403


def test_the_menu_leads_to_the_records(administrator: Visitor, cashier: Visitor) -> None:
    assert 'href="/records/customers/"' in cashier.get("/").text
    settings = administrator.get("/settings/").text
    for kind in SHOP_ONLY:
        assert f'href="/records/{kind}/"' in settings
        assert f'href="/records/{kind}/"' not in cashier.get("/settings/").text
    assert 'aria-current="page"' in administrator.get("/records/products/").text


def test_a_customer_is_created_found_and_changed(cashier: Visitor, shop: FakeServices) -> None:
    form = {
        "code": "DUVAL",
        "name": "Atelier Duval",
        "billing_city": "Dijon",
        "billing_email": "a@duval.example",
        "handover": "mail",
        "exempt": "yes",
    }
    assert cashier.post("/records/customers/new", form).headers["HX-Redirect"] == "/records/customers/"
    saved = shop.customers.find("DUVAL")
    assert (saved.billing_address.email, saved.handover.value, saved.is_exempt) == ("a@duval.example", "mail", True)
    found = cashier.htmx("/records/customers/?text=dij", "records-list").text
    assert "Atelier Duval" in found
    assert "Martin" not in found
    assert "<html" not in found
    cashier.post("/records/customers/record/DUVAL", {"name": "Duval SARL", "handover": "ask"})
    assert (shop.customers.find("DUVAL").name, shop.customers.find("DUVAL").is_exempt) == ("Duval SARL", False)


def test_a_bad_form_answers_422_with_what_was_typed_and_every_note(cashier: Visitor, shop: FakeServices) -> None:
    answer = cashier.post("/records/customers/new", {"code": "X1", "billing_email": "no body", "billing_city": "Dijon"})
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 2
    assert 'value="no body"' in answer.text
    assert 'value="Dijon"' in answer.text
    assert not shop.records.find_many("customers", ["X1"])


def test_the_walk_in_customer_has_no_way_to_change_or_delete_it(cashier: Visitor, shop: FakeServices) -> None:
    page = cashier.get("/records/customers/").text
    assert "/records/customers/record/DIVERS" not in page
    answer = cashier.write("DELETE", "/records/customers/record/DIVERS")
    assert "The walk-in customer DIVERS stays." in answer.text
    assert cashier.post("/records/customers/record/DIVERS", {"name": "X"}).status_code == 422
    assert shop.customers.find("DIVERS").name == "DIVERS"


def test_what_is_deleted_can_be_put_back(cashier: Visitor, shop: FakeServices) -> None:
    answer = cashier.write("DELETE", "/records/contacts/record/MARTIN-P")
    assert "is deleted." in answer.text
    assert not shop.records.find_many("contacts", ["MARTIN-P"])
    cashier.post("/records/contacts/restore/MARTIN-P")
    assert shop.customers.contact("MARTIN-P") == a_contact()


def test_what_tickets_name_is_archived_and_brought_back(administrator: Visitor, shop: FakeServices) -> None:
    shop.tickets.record(a_ticket(lines=(a_line(product_code="VIS"),)))
    answer = administrator.write("DELETE", "/records/products/record/VIS")
    assert "is archived: tickets name it." in answer.text
    assert shop.shop.products() == []
    assert "Vis à bois" in administrator.get("/records/products/?archived=yes").text
    administrator.post("/records/products/restore/VIS")
    assert [product.code for product in shop.shop.products()] == ["VIS"]


def test_the_list_comes_in_pages(cashier: Visitor, shop: FakeServices) -> None:
    shop.customers.save([a_customer(f"K{n:03}", f"Client {n:03}") for n in range(120)])
    first = cashier.get("/records/customers/?text=client").text
    assert "Client 049" in first
    assert "Client 050" not in first
    assert "page=2" in first
    last = cashier.get("/records/customers/?text=client&page=3").text
    assert "Client 119" in last
    assert "page=4" not in last


def test_a_till_with_tickets_keeps_its_kind(administrator: Visitor, shop: FakeServices) -> None:
    shop.tickets.record(a_ticket())
    answer = administrator.post("/records/tills/record/C1", {"label": "Entrée", "kind": "foreign", "printer": "page"})
    assert answer.status_code == 422
    assert shop.shop.till("C1").kind.value == "own"


def _upload(visitor: Visitor, kind: str, content: bytes) -> str:
    given = {"file": (io.BytesIO(content), "records.csv")}
    answer = visitor.post(f"/record-files/{kind}/preview", given, content_type="multipart/form-data")
    assert answer.status_code in {200, 422}
    return answer.text


def test_a_file_is_looked_at_before_it_is_taken(administrator: Visitor, shop: FakeServices) -> None:
    content = "Code;Nom de l’article;Prix TTC;Taux de TVA\nVIS;Vis à bois 4×40;5,10;20\nCLOU;Clou;0,10;20\n".encode(
        "cp1252"
    )
    page = _upload(administrator, "products", content)
    assert "Take them in" in page
    assert [product.code for product in shop.shop.products()] == ["VIS"]
    answer = administrator.post("/record-files/products/take")
    assert answer.headers["HX-Redirect"] == "/records/products/"
    assert [(product.code, product.gross_price) for product in shop.shop.products()] == [("CLOU", 10), ("VIS", 510)]
    assert administrator.post("/record-files/products/take").status_code == 422  # once only


def test_a_faulty_file_shows_its_lines_and_is_not_taken(administrator: Visitor, shop: FakeServices) -> None:
    page = _upload(administrator, "products", b"code;label;gross_price;vat_rate\nCLOU;Clou;0,10;20\nX;;dear;20\n")
    assert "Nothing of this file is taken." in page
    assert page.count('<td class="num">3</td>') == 2
    assert administrator.post("/record-files/products/take").status_code == 422
    assert [product.code for product in shop.shop.products()] == ["VIS"]


def test_no_file_at_all_says_so(administrator: Visitor) -> None:
    assert "The file is empty." in _upload(administrator, "products", b"")


def test_an_exported_file_comes_back_in_either_language(administrator: Visitor, shop: FakeServices) -> None:
    content = administrator.get("/record-files/customers/file").data
    shop.records.erase("customers", ["MARTIN"])
    _upload(administrator, "customers", content)
    administrator.post("/record-files/customers/take")
    assert shop.customers.find("MARTIN") == a_customer()
