from __future__ import annotations

from dataclasses import replace

import pytest

from backend.domain.customer import WALK_IN, WALK_IN_CUSTOMER, PostalAddress
from backend.domain.errors import NotFoundError
from tests.builders import a_contact, a_customer, an_address
from tests.contract.conftest import Stores


def found(stores: Stores, text: str) -> list[str]:
    return [customer.code for customer in stores.customers.search(text)]


def test_the_walk_in_customer_is_there_from_the_start(stores: Stores) -> None:
    assert stores.customers.find(WALK_IN) == WALK_IN_CUSTOMER
    assert found(stores, "div") == [WALK_IN]


def test_a_customer_is_found_as_saved(stores: Stores) -> None:
    stores.customers.save([a_customer()])
    assert stores.customers.find("MARTIN") == a_customer()


def test_a_customer_without_any_address_is_found_as_saved(stores: Stores) -> None:
    bare = a_customer(billing_address=PostalAddress(), delivery_address=PostalAddress(), main_contact="")
    stores.customers.save([bare])
    assert stores.customers.find("MARTIN") == bare


def test_an_unknown_customer_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFoundError) as caught:
        stores.customers.find("X")
    assert (caught.value.kind, caught.value.key) == ("customer", "X")


def test_a_contact_is_found_as_saved(stores: Stores) -> None:
    stores.customers.save([], [a_contact()])
    assert stores.customers.contact("MARTIN-P") == a_contact()


def test_several_contacts_are_found_at_once_by_code(stores: Stores) -> None:
    stores.customers.save([], [a_contact(), a_contact("DURAND-Z")])
    assert stores.customers.contacts(["MARTIN-P", "X", ""]) == {"MARTIN-P": a_contact()}
    assert stores.customers.contacts([]) == {}


def test_an_unknown_contact_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFoundError) as caught:
        stores.customers.contact("X")
    assert (caught.value.kind, caught.value.key) == ("contact", "X")


def test_saving_again_replaces_the_customer_and_what_finds_him(stores: Stores) -> None:
    stores.customers.save([a_customer()])
    stores.customers.save([a_customer(name="Hélène Durand")])
    assert stores.customers.find("MARTIN").name == "Hélène Durand"
    assert found(stores, "hélène martin") == ["MARTIN"]  # his code is still MARTIN
    assert found(stores, "durand") == ["MARTIN"]
    stores.customers.save([a_customer(billing_address=an_address(city="Lyon"))])
    assert found(stores, "durand") == []
    assert found(stores, "lyon") == ["MARTIN"]
    assert found(stores, "beaune") == []


def test_a_code_given_twice_in_one_saving_keeps_the_last(stores: Stores) -> None:
    stores.customers.save([a_customer(name="A"), a_customer(name="B")], [a_contact(name="A"), a_contact(name="B")])
    assert stores.customers.find("MARTIN").name == "B"
    assert stores.customers.contact("MARTIN-P").name == "B"


@pytest.mark.parametrize("text", ["helene", "HÉL mar", "MARTIN", "beaune", "nuits saint", "21200", "oeillets", "3 all"])
def test_customers_are_found_by_name_code_town_and_address(stores: Stores, text: str) -> None:
    stores.customers.save([a_customer()])
    assert found(stores, text) == ["MARTIN"]


@pytest.mark.parametrize("text", ["artin", "martin durand", "facturation", "example"])
def test_customers_are_not_found_by_the_middle_of_a_word_or_by_an_email(stores: Stores, text: str) -> None:
    stores.customers.save([a_customer()])
    assert found(stores, text) == []


def test_customers_come_by_name_without_regard_to_case_and_accents(stores: Stores) -> None:
    names = {"1": "Zoé", "2": "émile", "3": "Eric", "4": "ANNE"}
    stores.customers.save([a_customer(code, name) for code, name in names.items()])
    assert found(stores, "") == ["4", WALK_IN, "2", "3", "1"]


def test_customers_come_in_pages(stores: Stores) -> None:
    stores.customers.save([a_customer(f"K{number}", f"Martin {number}") for number in range(5)])
    page = stores.customers.search("martin", limit=2, offset=2)
    assert [customer.code for customer in page] == ["K2", "K3"]


def test_contacts_are_found_by_name_code_and_customer(stores: Stores) -> None:
    other = a_contact("DURAND-Z", name="Zoé Durand", customer_code="DURAND")
    stores.customers.save([], [a_contact(), other])
    assert stores.customers.search_contacts("zoe") == [other]
    assert stores.customers.search_contacts("martin-p") == [a_contact()]
    assert stores.customers.search_contacts("durand z") == [other]
    assert stores.customers.search_contacts("") == [a_contact(), other]
    assert stores.customers.search_contacts("", limit=1, offset=1) == [other]


def test_saving_many_at_once_replaces_those_that_are_there(stores: Stores) -> None:
    many = [a_customer(f"K{number:04}", f"Client {number}") for number in range(1200)]
    stores.customers.save(many)
    stores.customers.save([replace(customer, name=f"{customer.name} bis") for customer in many])
    assert [customer.name for customer in stores.customers.search("bis k0007")] == ["Client 7 bis"]
    assert len(stores.customers.search("client", limit=5000)) == 1200
