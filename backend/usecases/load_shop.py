"""Load company, tills, cashiers, customers, contacts and products from one JSON file (`shop load`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from backend.domain.customer import WALK_IN, Contact, Customer, PostalAddress
from backend.domain.email_address import parse_address
from backend.domain.errors import InvalidInputError
from backend.domain.money import parse_amount, parse_decimal
from backend.domain.shop import Cashier, Company, PrinterKind, Product, Till, TillKind
from backend.ports import Services
from backend.usecases.located_json import LocatedJson, check_schema, plain_text, read_json

Place = tuple[str | int, ...]


def load_shop(path: Path, services: Services) -> dict[str, int]:
    """Load a file whole or not at all; return how many records of each kind it held.

    Raises ImportFileError with line and reason; TillKindError when a till with tickets would change its kind.
    """
    document = read_json(path)
    check_schema(document, "shop")
    value = document.value
    customers = [_customer(document, index, given) for index, given in enumerate(value.get("customers", ()))]
    contacts = [_contact(document, index, given) for index, given in enumerate(value.get("contacts", ()))]
    products = [_product(document, index, given) for index, given in enumerate(value.get("products", ()))]
    tills = [
        Till(
            given["code"],
            given.get("label", ""),
            TillKind(given.get("kind", "own")),
            PrinterKind(given.get("printer", "page")),
        )
        for given in value.get("tills", ())
    ]
    cashiers = [
        Cashier(given["code"], given["name"], given.get("first_name", "")) for given in value.get("cashiers", ())
    ]
    company = value.get("company")
    if company and not company["name"].strip():
        raise document.error(("company", "name"), "missing")
    services.shop.save(tills, cashiers, products)
    services.customers.save(customers, contacts)
    if company:
        known = services.settings.company()
        loaded = Company(**{**company, "address": tuple(company.get("address", ()))})
        services.settings.save_company(replace(loaded, logo_sha256=known.logo_sha256 if known else ""))
    return {name: len(given) if isinstance(given, list) else 1 for name, given in value.items()}


def _customer(document: LocatedJson, index: int, given: Mapping[str, Any]) -> Customer:
    place: Place = ("customers", index)
    if given["code"] == WALK_IN:
        raise document.error((*place, "code"), "walk_in_address", WALK_IN)
    billing, delivery = (
        PostalAddress(
            tuple(address.get("lines", ())),
            address.get("postal_code", ""),
            address.get("city", ""),
            _email(document, (*place, name, "email"), address.get("email", "")),
        )
        for name in ("billing_address", "delivery_address")
        for address in (given.get(name, {}),)
    )
    return Customer(given["code"], given["name"], billing, delivery, given.get("main_contact", ""))


def _contact(document: LocatedJson, index: int, given: Mapping[str, Any]) -> Contact:
    email = _email(document, ("contacts", index, "email"), given.get("email", ""))
    return Contact(given["code"], given["name"], email, given.get("phone", ""), given.get("customer_code", ""))


def _product(document: LocatedJson, index: int, given: Mapping[str, Any]) -> Product:
    place: Place = ("products", index)
    try:
        gross_price = parse_amount(plain_text(given["gross_price"]))
    except InvalidInputError:
        raise document.error((*place, "gross_price"), "wrong_value", given["gross_price"]) from None
    return Product(
        given["code"],
        given["label"],
        gross_price,
        _vat_rate(document, (*place, "vat_rate"), given["vat_rate"]),
        given.get("family", ""),
        given.get("barcode", ""),
    )


def _vat_rate(document: LocatedJson, place: Place, given: Decimal | int | str) -> Decimal:
    try:
        rate = parse_decimal(plain_text(given), "vat_rate")
    except InvalidInputError:
        rate = Decimal(-1)
    if not 0 <= rate < 100:
        raise document.error(place, "wrong_value", given)
    return rate


def _email(document: LocatedJson, place: Place, text: str) -> str:
    try:
        return parse_address(text) if text else ""
    except InvalidInputError:
        raise document.error(place, "email", text) from None
