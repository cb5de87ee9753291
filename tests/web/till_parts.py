"""What the tests of the till share: articles, a cashier, and a ticket rung up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.domain.basket import Basket
from backend.domain.shop import Product
from backend.domain.user import Role, User
from backend.usecases.keep_basket import basket_of
from tests.builders import VAT_5_5, VAT_20
from tests.fakes import FakeServices
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

DRILL = Product("P01", "Perceuse 18 V", 8990, VAT_20, "Outillage", "3700000000011")
SCREWS = Product("P02", "Vis 4 × 40", 650, VAT_20, "Visserie", "3700000000028")
BOOK = Product("P03", "Guide <du> bricolage", 1490, VAT_5_5, "Livres", "3700000000035")
DUPOND = User("DUPOND", Role.CASHIER, "DUPOND")


def basket(shop: FakeServices) -> Basket:
    kept = basket_of(DUPOND, shop)
    assert kept is not None
    return kept


def ring_up(cashier: Visitor, *codes: str) -> TestResponse:
    answers = [cashier.post("/till/products", {"product": code}) for code in codes]
    assert {answer.status_code for answer in answers} == {200}
    return answers[-1]
