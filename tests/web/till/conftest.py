"""The app of a shop with two tills, cashiers, articles and a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from tests.builders import a_cashier, a_company, a_customer, a_till
from tests.fakes import FakeServices
from tests.web.till_parts import BOOK, DRILL, DUPOND, SCREWS

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    shop.settings.save_company(a_company())
    shop.users.save(DUPOND)
    cashiers = [a_cashier(), a_cashier(code="MOR", name="MOREAU")]
    shop.shop.save([a_till("C1"), a_till("C2")], cashiers, [DRILL, SCREWS, BOOK])
    shop.customers.save([a_customer()])
    return create_app(shop, launch=launch, language="en")
