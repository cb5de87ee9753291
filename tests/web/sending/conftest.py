"""A shop that can send: company, till, customer with contact, two tickets, and a tested sender for DUPOND."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.web.create_app import create_app
from tests.builders import a_company, a_contact, a_customer, a_tested_sender, a_ticket, a_till
from tests.web.sending_parts import RecordingDesktop

if TYPE_CHECKING:
    from flask import Flask

    from backend.web.launch import LaunchTokens
    from tests.fakes import FakeServices


@pytest.fixture
def desktop() -> RecordingDesktop:
    return RecordingDesktop()


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens, desktop: RecordingDesktop) -> Flask:
    shop.settings.save_company(a_company())
    shop.shop.save([a_till("C1")])
    shop.customers.save([a_customer()], [a_contact()])
    shop.settings.save_sender_profile(a_tested_sender("DUPOND"))
    shop.tickets.record(a_ticket())
    shop.tickets.record(a_ticket(customer_code="MARTIN", customer_name="Hélène Martin"))
    return create_app(shop, launch=launch, language="en", desktop=desktop)
