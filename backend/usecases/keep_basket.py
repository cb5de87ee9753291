"""Keep what a cashier rings up, so that F5, a crash or a restart lose nothing, and record it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from backend.domain.basket import Basket, BasketLine, Discount
from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.money import plain_number
from backend.domain.shop import TillKind
from backend.domain.ticket import Payment, RecordedTicket
from backend.domain.user import User
from backend.ports import Services
from backend.usecases.record_ticket import record_ticket


def basket_of(user: User, services: Services) -> Basket | None:
    """Return the user's ticket under work, an empty one at first; None where there is no till to work at."""
    tills = [till.code for till in services.shop.tills() if till.kind is TillKind.OWN]
    if not tills:
        return None
    kept = services.settings.preference(_name(user))
    basket = _read(json.loads(kept)) if kept else Basket("", user.cashier_code)
    if basket.id and services.tickets.find_reference(basket.till_code, basket.id):
        basket = basket.emptied()  # a crash came between its recording and its emptying
    cashiers = {cashier.code for cashier in services.shop.cashiers()}
    return replace(
        basket,
        till_code=basket.till_code if basket.till_code in tills else tills[0],
        cashier_code=basket.cashier_code if basket.cashier_code in cashiers else "",
    )


def keep_basket(user: User, basket: Basket, services: Services) -> Basket:
    """Keep a basket durably, for this user alone, and return it as it is kept."""
    if basket.lines and not basket.id:
        basket = replace(basket, id=secrets.token_hex(16))
    services.settings.save_preference(_name(user), json.dumps(_plain(basket), ensure_ascii=False))
    return basket


def held_baskets(user: User, services: Services) -> list[Basket]:
    """Return the user's tickets that wait, oldest first, without those recorded meanwhile."""
    kept = services.settings.preference(_held_name(user))
    baskets = [_read(value) for value in json.loads(kept)] if kept else []
    return [each for each in baskets if not services.tickets.find_reference(each.till_code, each.id)]


def hold_basket(user: User, basket: Basket, services: Services) -> Basket:
    """Put a ticket aside for a while and return an empty one; raises InvalidInputError where it is empty."""
    if not basket.lines:
        raise InvalidInputError("lines", "line_count", "0")
    basket = keep_basket(user, basket, services)
    _keep_held(user, [*held_baskets(user, services), basket], services)
    return keep_basket(user, basket.emptied(), services)


def recall_basket(user: User, basket_id: str, basket: Basket, services: Services) -> Basket:
    """Take a waiting ticket up again; the one under work waits in its place where it holds anything."""
    held = held_baskets(user, services)
    found = next((each for each in held if each.id == basket_id), None)
    if found is None:
        raise NotFoundError("basket", basket_id)
    keep_basket(user, found, services)  # first: a crash leaves it twice, never lost, and it is recorded once
    others = [each for each in held if each.id != basket_id]
    _keep_held(user, [*others, basket] if basket.lines else others, services)
    return found


def cancel_basket(user: User, basket: Basket, services: Services) -> Basket:
    """Drop the ticket under work; nothing of it was recorded."""
    return keep_basket(user, basket.emptied(), services)


def record_basket(user: User, basket: Basket, services: Services) -> RecordedTicket:
    """Record the ticket, once, and keep an empty basket for the next one; raises what record_ticket raises."""
    if not basket.id:
        basket = keep_basket(user, basket, services)
    recorded = record_ticket(basket.entry(), services)
    keep_basket(user, basket.emptied(), services)
    return recorded


def _keep_held(user: User, baskets: Sequence[Basket], services: Services) -> None:
    value = json.dumps([_plain(basket) for basket in baskets], ensure_ascii=False)
    services.settings.save_preference(_held_name(user), value)


def _held_name(user: User) -> str:
    return f"held-baskets:{user.name.casefold()}"


def _name(user: User) -> str:
    return f"basket:{user.name.casefold()}"


def _plain(basket: Basket) -> dict[str, Any]:
    return {
        "id": basket.id,
        "till": basket.till_code,
        "cashier": basket.cashier_code,
        "customer": basket.customer_code,
        "lines": [
            {
                "label": line.label,
                "quantity": plain_number(line.quantity),
                "unit_price": line.unit_price,
                "vat_rate": plain_number(line.vat_rate),
                "discount_percent": plain_number(line.discount.percent),
                "discount_amount": line.discount.amount,
                "product": line.product_code,
            }
            for line in basket.lines
        ],
        "exempt": basket.is_exempt,
        "payments": [[payment.method, payment.amount] for payment in basket.payments],
    }


def _read(value: Mapping[str, Any]) -> Basket:
    return Basket(
        value["till"],
        value["cashier"],
        value["customer"],
        tuple(
            BasketLine(
                line["label"],
                Decimal(line["quantity"]),
                line["unit_price"],
                Decimal(line["vat_rate"]),
                Discount(Decimal(line["discount_percent"]), line["discount_amount"]),
                line["product"],
            )
            for line in value["lines"]
        ),
        tuple(Payment(method, amount) for method, amount in value["payments"]),
        value.get("id", ""),  # none in what version 0.1 kept
        is_exempt=value.get("exempt", False),
    )
