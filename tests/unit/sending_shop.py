"""A shop that is ready to send: what every test of a sending begins with."""

from __future__ import annotations

from pathlib import Path

from tests.builders import a_cashier, a_company, a_contact, a_customer, a_tested_sender, a_ticket, a_till, a_user
from tests.fakes import FakeServices


def sending_shop(folder: Path) -> FakeServices:
    """Return a shop with a company, a till, a customer with a contact and a tested sender; C1-1 is a walk-in's."""
    services = FakeServices(folder)
    services.settings.save_company(a_company())
    services.shop.save([a_till("C1")], [a_cashier()])
    services.customers.save([a_customer()], [a_contact()])
    services.users.save(a_user())
    services.settings.save_sender_profile(a_tested_sender())
    services.tickets.record(a_ticket())
    return services
