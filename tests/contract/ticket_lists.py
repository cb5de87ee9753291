"""Fill a ticket store, and read its list."""

from __future__ import annotations

from datetime import timedelta

from backend.domain.ticket import TicketQuery
from tests.builders import (
    NOON,
    a_ticket,
)
from tests.contract.conftest import Stores


def found(stores: Stores, text: str = "", *, from_day: str = "", to_day: str = "") -> list[str]:
    query = TicketQuery(text, from_day, to_day)
    numbers = [str(summary.key) for summary in stores.tickets.search(query)]
    assert stores.tickets.count(query) == len(numbers)
    return numbers


def record(stores: Stores, *names: str, minutes: int = 1) -> None:
    for count, name in enumerate(names):
        at = NOON + timedelta(minutes=count * minutes)
        stores.tickets.record(a_ticket(customer_name=name, issued_at=at))
