"""Customers and contacts (CustomerStore), found by the beginnings of their words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.adapters.stores.records.by_code import row_of
from backend.adapters.stores.records.database import RecordsDatabase
from backend.adapters.stores.records.found_by_words import FoundByWords
from backend.adapters.stores.records.schema import contact_words, contacts, customer_words, customers
from backend.adapters.stores.records.words import words_of
from backend.domain.customer import Contact, Customer, Handover, PostalAddress
from backend.domain.errors import NotFoundError

if TYPE_CHECKING:
    from sqlalchemy import Row

CUSTOMERS = FoundByWords(customers, customer_words)
CONTACTS = FoundByWords(contacts, contact_words)


class SqlCustomerStore:
    """Customers and contacts in SQL; every method raises StorageError where the database can't be used."""

    def __init__(self, database: RecordsDatabase) -> None:
        self._database = database

    def find(self, code: str) -> Customer:
        """Return a customer; raises NotFoundError."""
        with self._database.read() as connection:
            row = row_of(connection, customers, code)
        if row is None:
            raise NotFoundError("customer", code)
        return customer_from_row(row)

    def contact(self, code: str) -> Contact:
        """Return a contact; raises NotFoundError."""
        with self._database.read() as connection:
            row = row_of(connection, contacts, code)
        if row is None:
            raise NotFoundError("contact", code)
        return contact_from_row(row)

    def contacts(self, codes: Collection[str]) -> dict[str, Contact]:
        """Return the contacts of these codes (a page of customers) that exist, by code."""
        with self._database.read() as connection:
            rows = connection.execute(select(contacts).where(contacts.c.code.in_(set(codes)))).all()
        return {row.code: contact_from_row(row) for row in rows}

    def search(self, text: str, *, limit: int = 50, offset: int = 0) -> list[Customer]:
        """Return customers by name; every word of the text begins one of name, code, address or town."""
        with self._database.read() as connection:
            return [customer_from_row(row) for row in CUSTOMERS.search(connection, text, limit=limit, offset=offset)]

    def search_contacts(self, text: str, *, limit: int = 50, offset: int = 0) -> list[Contact]:
        """Return contacts by name; every word of the text begins one of name, code or the customer's code."""
        with self._database.read() as connection:
            return [contact_from_row(row) for row in CONTACTS.search(connection, text, limit=limit, offset=offset)]

    def save(self, customers: Iterable[Customer], contacts: Iterable[Contact] = ()) -> None:
        """Insert or replace, all or none."""
        customer_rows = {customer.code: customer_row(customer) for customer in customers}
        contact_rows = {contact.code: contact_row(contact) for contact in contacts}
        with self._database.write() as connection:
            CUSTOMERS.replace(connection, list(customer_rows.values()))
            CONTACTS.replace(connection, list(contact_rows.values()))


def customer_row(customer: Customer) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the row of a customer, and the words that find it."""
    row: dict[str, Any] = {
        "code": customer.code,
        "name": customer.name,
        "main_contact": customer.main_contact,
        "is_exempt": customer.is_exempt,
        "handover": customer.handover.value,
    }
    texts = [customer.name, customer.code]
    for kind, address in (("billing", customer.billing_address), ("delivery", customer.delivery_address)):
        row[f"{kind}_lines"] = "\n".join(address.lines)
        row[f"{kind}_postal_code"] = address.postal_code
        row[f"{kind}_city"] = address.city
        row[f"{kind}_email"] = address.email
        texts += [*address.lines, address.postal_code, address.city]
    return row, words_of(*texts)


def customer_from_row(row: Row[Any]) -> Customer:
    """Rebuild a customer."""
    return Customer(
        row.code,
        row.name,
        _address(row, "billing"),
        _address(row, "delivery"),
        row.main_contact,
        is_exempt=row.is_exempt,
        handover=Handover(row.handover),
    )


def _address(row: Row[Any], kind: str) -> PostalAddress:
    lines, postal_code, city, email = (
        getattr(row, f"{kind}_{part}") for part in ("lines", "postal_code", "city", "email")
    )
    return PostalAddress(tuple(lines.split("\n")) if lines else (), postal_code, city, email)


def contact_row(contact: Contact) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the row of a contact, and the words that find it."""
    row = {
        "code": contact.code,
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "customer_code": contact.customer_code,
    }
    return row, words_of(contact.name, contact.code, contact.customer_code)


def contact_from_row(row: Row[Any]) -> Contact:
    """Rebuild a contact."""
    return Contact(row.code, row.name, row.email, row.phone, row.customer_code)
