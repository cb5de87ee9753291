"""Remember how a known customer wants his tickets (French law: no systematic paper since 1 August 2023)."""

from __future__ import annotations

from dataclasses import replace

from backend.domain.customer import Handover
from backend.domain.errors import InvalidInputError
from backend.domain.ticket import TicketNumber
from backend.ports import Services


def remember_wish(key: TicketNumber, wish: str, services: Services) -> None:
    """Note the wish at the customer of a ticket; of a walk-in nothing is kept.

    Raises NotFoundError, InvalidInputError("handover", ...).
    """
    if wish not in set(Handover):
        raise InvalidInputError("handover", "record_choice", wish)
    customer = services.customers.find(services.tickets.find(key).ticket.customer_code)
    if not customer.is_walk_in and customer.handover != wish:
        services.customers.save([replace(customer, handover=Handover(wish))])
