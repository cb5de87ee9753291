"""An address is erased from the real files of a shop: nothing of it is found in any of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from backend.bootstrap import open_services
from backend.domain.errors import InvalidInputError
from backend.usecases.erase_address import erase_address, find_address
from tests.builders import a_company, a_contact, a_customer, a_ticket, a_till, an_address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from backend.ports import Services

ADDRESS = "zoe.martin@example.org"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with open_services(tmp_path / "shop", training=False) as opened:
        opened.settings.save_company(a_company())
        opened.shop.save([a_till()])
        people = [a_customer(f"K{n}", f"Client {n}", main_contact="") for n in range(30)]
        held = replace(people[3], billing_address=an_address("Zoe.Martin@Example.ORG"), main_contact="P1")
        opened.customers.save([*people[:3], held, *people[4:]], [a_contact("P1", email=ADDRESS, name="Zoé")])
        for _ in range(3):
            opened.tickets.record(a_ticket(customer_code="K3", customer_name="Client 3"))
        yield opened


def holds_it(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and ADDRESS.encode() in path.read_bytes().lower()]


def test_the_address_alone_goes_and_the_chain_stays(services: Services) -> None:
    assert holds_it(services.data_dir)
    before = services.tickets.check_chain()
    traces = find_address(ADDRESS, services)
    assert ([each.code for each in traces.customers], [each.code for each in traces.contacts]) == (["K3"], ["P1"])
    proof = erase_address(ADDRESS, "Martin", services, whole_customers=False)
    assert (proof.customers_changed, proof.customers_erased, proof.contacts_erased) == (("K3",), (), ("P1",))
    assert (proof.is_left_in_records, proof.files_with_it, proof.chain_is_sound) == (False, (), True)
    assert proof.files_searched > 1
    assert ADDRESS not in repr(proof).casefold()
    assert holds_it(services.data_dir) == []
    kept = services.customers.find("K3")
    assert (kept.name, kept.billing_address.email, kept.main_contact) == ("Client 3", "", "")
    assert services.tickets.check_chain() == before
    assert find_address(ADDRESS, services).is_empty


def test_the_whole_customer_goes_and_his_tickets_stay(services: Services) -> None:
    proof = erase_address(ADDRESS, "Martin", services, whole_customers=True)
    assert (proof.customers_erased, proof.tickets_before, proof.tickets_after) == (("K3",), 3, 3)
    assert proof.chain_is_sound
    assert services.customers.search("client 3 k3") == []
    assert holds_it(services.data_dir) == []


def test_a_file_that_still_holds_it_is_named(services: Services) -> None:
    (services.data_dir / "note.txt").write_text(f"x {ADDRESS.upper()} y")
    proof = erase_address(ADDRESS, "Martin", services, whole_customers=True)
    assert proof.files_with_it == ("note.txt",)


def test_what_is_no_address_is_refused(services: Services) -> None:
    with pytest.raises(InvalidInputError):
        find_address("zoe", services)
