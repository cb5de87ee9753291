"""Fill the training mode (mode école) with its sample shop: BRICO, till C1, cashier DUPOND, ticket C1-4."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from backend.domain.customer import WALK_IN
from backend.domain.document_type import DocumentType
from backend.domain.money import parse_amount
from backend.domain.sender_profile import ConnectionSecurity, SenderProfile
from backend.domain.shop import Cashier, Company, Product
from backend.domain.ticket import (
    NOT_NUMBERED,
    Payment,
    Ticket,
    TicketLine,
    TicketQuery,
    change_due,
    make_line,
    vat_totals,
)
from backend.domain.user import Role, User
from backend.ports import Services
from backend.usecases.load_shop import load_shop
from backend.usecases.located_json import read_json

SAMPLES = Path(__file__).parent / "formats" / "examples"
_EVERYTHING = TicketQuery(limit=1)


def open_training(services: Services) -> bool:
    """Make what is missing of the sample shop; tell whether anything was. Safe to call again after a crash."""
    if services.settings.sender_profile("DUPOND") is not None:
        return False
    load_shop(SAMPLES / "sample-shop.json", services)
    company = services.settings.company()
    if company is None:
        raise LookupError("sample-shop.json holds a company")
    _record_sales(company, services)
    for name, role, code in (("DUPOND", Role.ADMINISTRATOR, "DUP"), ("MOREAU", Role.CASHIER, "MOR")):
        services.users.save(User(name, role, code))
    for name in ("MOREAU", "DUPOND"):  # DUPOND last: the mark that all is there
        services.settings.save_sender_profile(_sender(name).tested(services.clock.now()))
    return True


def _record_sales(company: Company, services: Services) -> None:
    sales = read_json(SAMPLES / "sample-sales.json").value
    products = {product.code: product for product in services.shop.products()}
    cashiers = {cashier.code: cashier for cashier in services.shop.cashiers()}
    for sale in sales[services.tickets.count(_EVERYTHING) :]:
        lines = tuple(_line(products[line["product"]], line) for line in sale["lines"])
        services.tickets.record(_ticket(sale, lines, company, cashiers[sale["cashier"]], services))


def _ticket(
    sale: Mapping[str, Any], lines: tuple[TicketLine, ...], company: Company, cashier: Cashier, services: Services
) -> Ticket:
    total = sum(line.gross_total for line in lines)
    payments = tuple(
        Payment(payment["method"], parse_amount(payment["amount"]) if "amount" in payment else total)
        for payment in sale["payments"]
    )
    customer = services.customers.find(sale["customer"])
    return Ticket(
        sale["till"],
        NOT_NUMBERED,
        _issued_at(sale, services.clock.now()),
        lines,
        vat_totals(lines),
        payments,
        total,
        company,
        change_due=change_due(payments, total),
        kind=DocumentType.CREDIT if "credit_of" in sale else DocumentType.TICKET,
        cashier_code=cashier.code,
        cashier_name=cashier.name,
        customer_code=customer.code,
        customer_name=WALK_IN if customer.is_walk_in else customer.name,
        credit_of=sale.get("credit_of", ""),
        training=True,
    )


def _line(product: Product, line: Mapping[str, Any]) -> TicketLine:
    return make_line(
        product.label,
        Decimal(line["quantity"]),
        product.gross_price,
        product.vat_rate,
        discount=parse_amount(line.get("discount", "0")),
        product_code=product.code,
    )


def _issued_at(sale: Mapping[str, Any], now: datetime) -> datetime:
    """Return the time of a sale some days before the first start; today's are yesterday's before noon."""
    today = now.date() if now.hour >= 12 else now.date() - timedelta(days=1)
    day = today - timedelta(days=sale["days_ago"])
    return datetime.combine(day, time.fromisoformat(sale["time"]), now.tzinfo)


def _sender(user: str) -> SenderProfile:
    return SenderProfile(
        user,
        "caisse@brico.example",
        name="BRICO",
        host="smtp.brico.example",
        port=587,
        security=ConnectionSecurity.STARTTLS,
    )
