from __future__ import annotations

from typing import TYPE_CHECKING

from tests.builders import a_contact, a_customer, an_address

if TYPE_CHECKING:
    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor

ADDRESS = "zoe@example.org"


def test_an_address_is_found_erased_and_proved(administrator: Visitor, shop: FakeServices) -> None:
    shop.customers.save([a_customer("K1", billing_address=an_address(ADDRESS))], [a_contact("P1", email=ADDRESS)])
    found = administrator.post("/erase-address/find", {"email": "Zoe@example.org"}).text
    assert "K1" in found
    assert "P1" in found
    assert shop.customers.find("K1").billing_address.email == ADDRESS
    proof = administrator.post("/erase-address/", {"email": ADDRESS, "extent": "address"}).text
    assert ADDRESS not in proof
    assert "K1" in proof
    assert shop.customers.find("K1").billing_address.email == ""
    assert shop.customers.search_contacts("zoe") == []


def test_an_address_that_stands_nowhere_says_so_and_a_bad_one_is_refused(administrator: Visitor) -> None:
    assert administrator.post("/erase-address/find", {"email": "nobody@example.org"}).status_code == 200
    answer = administrator.post("/erase-address/find", {"email": "nobody"})
    assert answer.status_code == 422
    assert 'value="nobody"' in answer.text


def test_cashiers_erase_nothing(cashier: Visitor) -> None:
    assert cashier.post("/erase-address/", {"email": ADDRESS}).status_code == 403
