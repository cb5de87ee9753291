"""Keep what a cashier rings up, so that F5, a crash or a restart lose nothing, and record it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from backend.domain.basket import Basket, BasketLine, Discount
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


def record_basket(user: User, basket: Basket, services: Services) -> RecordedTicket:
    """Record the ticket, once, and keep an empty basket for the next one; raises what record_ticket raises."""
    if not basket.id:
        basket = keep_basket(user, basket, services)
    recorded = record_ticket(basket.entry(), services)
    keep_basket(user, basket.emptied(), services)
    return recorded


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
    )
