from __future__ import annotations

from decimal import Decimal

import pytest

from backend.domain.errors import NotFoundError
from backend.domain.shop import PrinterKind, TillKind, TillKindError
from backend.domain.ticket import TicketNumber
from tests.builders import a_cashier, a_foreign_till, a_product, a_ticket, a_till
from tests.contract.conftest import Stores


def test_a_new_shop_has_no_till_cashier_or_product(stores: Stores) -> None:
    assert (stores.shop.tills(), stores.shop.cashiers(), stores.shop.products()) == ([], [], [])


def test_tills_are_found_as_saved_and_come_by_code(stores: Stores) -> None:
    tills = [a_till("C2", printer=PrinterKind.SERIAL), a_foreign_till("F1"), a_till("C1", label="Entrée")]
    stores.shop.save(tills)
    assert stores.shop.till("C2") == tills[0]
    assert stores.shop.tills() == [tills[2], tills[0], tills[1]]


def test_an_unknown_till_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFoundError) as caught:
        stores.shop.till("C9")
    assert (caught.value.kind, caught.value.key) == ("till", "C9")


def test_saving_a_till_again_keeps_its_numbers(stores: Stores) -> None:
    stores.shop.save([a_till()])
    stores.tickets.record(a_ticket())
    stores.shop.save([a_till(label="Entrée", printer=PrinterKind.SERIAL)])
    assert stores.shop.till("C1").label == "Entrée"
    assert stores.tickets.record(a_ticket()).ticket.key == TicketNumber("C1", 2)
    assert stores.tickets.check_chain().faults == ()


def test_a_till_without_tickets_may_change_its_kind(stores: Stores) -> None:
    stores.shop.save([a_till()])
    stores.shop.save([a_till(kind=TillKind.FOREIGN)])
    assert stores.shop.till("C1").kind is TillKind.FOREIGN


def test_a_till_with_tickets_keeps_its_kind_and_nothing_of_the_saving_stays(stores: Stores) -> None:
    stores.shop.save([a_till()])
    stores.tickets.record(a_ticket())
    with pytest.raises(TillKindError) as caught:
        stores.shop.save([a_till("C2"), a_till(kind=TillKind.FOREIGN)], [a_cashier()])
    assert caught.value.till == "C1"
    assert stores.shop.tills() == [a_till()]
    assert stores.shop.cashiers() == []


def test_cashiers_are_replaced_and_come_by_code(stores: Stores) -> None:
    stores.shop.save(cashiers=[a_cashier(), a_cashier(code="ANNE")])
    stores.shop.save(cashiers=[a_cashier(first_name="Zoé-Anne")])
    assert stores.shop.cashiers() == [a_cashier(code="ANNE"), a_cashier(first_name="Zoé-Anne")]


def test_products_are_found_as_saved(stores: Stores) -> None:
    product = a_product(vat_rate=Decimal("5.5"))
    stores.shop.save(products=[product])
    assert stores.shop.products("vis") == [product]


@pytest.mark.parametrize("text", ["vis", "bois vis", "3250001", "quinc", "VIS"])
def test_products_are_found_by_label_code_bar_code_and_family(stores: Stores, text: str) -> None:
    stores.shop.save(products=[a_product(), a_product("CLOU", label="Clou", family="Divers", barcode="99")])
    assert [product.code for product in stores.shop.products(text)] == ["VIS"]


def test_products_come_by_label_and_no_more_than_asked(stores: Stores) -> None:
    labels = {"1": "Zinc", "2": "écrou", "3": "Clou"}
    stores.shop.save(products=[a_product(code, label=label) for code, label in labels.items()])
    assert [product.code for product in stores.shop.products()] == ["3", "2", "1"]
    assert [product.code for product in stores.shop.products(limit=2)] == ["3", "2"]
