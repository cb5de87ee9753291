from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from backend.domain.customer import WALK_IN
from backend.domain.errors import NotFoundError
from backend.domain.record_kind import KINDS
from backend.domain.shop import Family, PaymentKind, PaymentMethod, VatRate
from tests.builders import a_cashier, a_contact, a_customer, a_line, a_product, a_ticket, a_till

if TYPE_CHECKING:
    from backend.domain.record_kind import Record
    from tests.contract.conftest import Stores

SAMPLES: dict[str, Record] = {
    "customers": a_customer(),
    "contacts": a_contact(),
    "products": a_product(),
    "cashiers": a_cashier(),
    "tills": a_till("C9"),
    "families": Family("Quincaillerie", 3),
    "vat-rates": VatRate(Decimal("8.5"), "DOM"),
    "payment-methods": PaymentMethod("Ticket restaurant", PaymentKind.OTHER, 9),
}


def test_there_is_a_sample_of_every_kind() -> None:
    assert SAMPLES.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_is_found_as_saved_and_gone_when_removed(stores: Stores, kind: str) -> None:
    record = SAMPLES[kind]
    stores.records.save(kind, [record])
    assert stores.records.find(kind, record.code) == record
    assert stores.records.find_many(kind, [record.code, "?"]) == {record.code: record}
    assert record in stores.records.search(kind)
    assert stores.records.remove(kind, record.code) is True
    assert record not in stores.records.search(kind)
    for call in (stores.records.find, stores.records.is_archived, stores.records.remove):
        with pytest.raises(NotFoundError):
            call(kind, record.code)


def test_what_a_ticket_names_is_archived_and_comes_back_when_saved_again(stores: Stores) -> None:
    stores.shop.save([a_till()], [a_cashier()], [a_product()])
    stores.customers.save([a_customer()])
    stores.tickets.record(
        a_ticket(
            cashier_code=a_cashier().code,
            customer_code="MARTIN",
            lines=(a_line(product_code="VIS", vat_rate=Decimal(20)),),
        )
    )
    used = {
        "tills": "C1",
        "cashiers": a_cashier().code,
        "products": "VIS",
        "customers": "MARTIN",
        "payment-methods": a_ticket().payments[0].method,
        "vat-rates": "20",
    }
    for kind, code in used.items():
        record = stores.records.find(kind, code)
        assert stores.records.remove(kind, code) is False
        assert stores.records.find(kind, code) == record
        assert stores.records.is_archived(kind, code)
        assert record not in stores.records.search(kind)
        assert stores.records.search(kind, archived=True) == [record]
    assert (stores.shop.tills(), stores.shop.cashiers(), stores.shop.products()) == ([], [], [])
    assert [till.code for till in stores.shop.tills(archived=True)] == ["C1"]
    assert "MARTIN" not in [customer.code for customer in stores.customers.search("")]
    assert stores.customers.find("MARTIN") == a_customer()
    for kind, code in used.items():
        stores.records.save(kind, [stores.records.find(kind, code)])
        assert not stores.records.is_archived(kind, code)
        assert stores.records.search(kind, archived=True) == []
    assert stores.tickets.check_chain().faults == ()


def test_imported_tickets_use_records_too(stores: Stores) -> None:
    stores.shop.save([a_till()], products=[a_product()])
    stores.tickets.add_imported([a_ticket(reference=f"R{n}", lines=(a_line(product_code="VIS"),)) for n in range(3)])
    assert stores.records.remove("products", "VIS") is False


def test_every_shop_begins_with_ways_of_paying_and_vat_rates(stores: Stores) -> None:
    assert [each.code for each in stores.records.search("payment-methods")] == ["Carte bancaire", "Espèces", "Chèque"]
    assert [each.code for each in stores.records.search("vat-rates")] == ["20", "10", "5.5", "2.1", "0"]
    assert [each.code for each in stores.records.search("customers")] == [WALK_IN]


def test_a_product_brings_its_family_along(stores: Stores) -> None:
    stores.records.save("families", [Family("Outils", 1)])
    stores.shop.save(products=[a_product(), a_product("CLOU", label="Clou", family="Outils")])
    assert stores.records.search("families") == [Family(a_product().family), Family("Outils", 1)]
    assert [each.code for each in stores.shop.products(family="Outils")] == ["CLOU"]
    assert stores.shop.products("vis", family="Outils") == []


def test_small_lists_are_searched_and_paged(stores: Stores) -> None:
    stores.records.save("cashiers", [a_cashier(code=f"K{n}", name=f"Nom {n}", first_name="") for n in range(5)])
    assert [each.code for each in stores.records.search("cashiers", "nom", limit=2, offset=2)] == ["K2", "K3"]
    assert [each.code for each in stores.records.search("cashiers", "k4")] == ["K4"]


def test_who_holds_an_address_is_found_whatever_its_case_and_erased(stores: Stores) -> None:
    stores.customers.save([a_customer()], [a_contact(email="Zoe@Example.org")])
    billing = a_customer().billing_address.email
    assert stores.records.with_email(billing.upper()) == ([a_customer()], [])
    assert stores.records.with_email("zoe@example.org") == ([], [a_contact(email="Zoe@Example.org")])
    stores.records.erase("customers", ["MARTIN"])
    assert stores.records.with_email(billing) == ([], [])
    assert stores.customers.search("martin") == []
