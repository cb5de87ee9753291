"""Customers and contacts in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from backend.adapters.stores.records.words import fold, word_terms, words_of
from backend.domain.customer import WALK_IN_CUSTOMER, Contact, Customer
from backend.domain.errors import NotFoundError
from tests.fake_shop import has_words


class MemoryCustomerStore:
    """Customers and contacts in dictionaries."""

    def __init__(self, *customers: Customer) -> None:
        self._customers = {customer.code: customer for customer in (WALK_IN_CUSTOMER, *customers)}
        self._contacts: dict[str, Contact] = {}
        self.lists: dict[str, dict[str, Any]] = {"customers": self._customers, "contacts": self._contacts}
        self.archived: set[tuple[str, str]] = set()

    def find(self, code: str) -> Customer:
        try:
            return self._customers[code]
        except KeyError:
            raise NotFoundError("customer", code) from None

    def contact(self, code: str) -> Contact:
        try:
            return self._contacts[code]
        except KeyError:
            raise NotFoundError("contact", code) from None

    def contacts(self, codes: Collection[str]) -> dict[str, Contact]:
        return {code: contact for code, contact in self._contacts.items() if code in codes}

    def search(self, text: str, *, limit: int = 50, offset: int = 0) -> list[Customer]:
        terms = word_terms(text)
        found = [
            customer
            for customer in self._customers.values()
            if has_words(_customer_words(customer), terms) and ("customers", customer.code) not in self.archived
        ]
        return sorted(found, key=lambda customer: (fold(customer.name), customer.code))[offset : offset + limit]

    def search_contacts(self, text: str, *, limit: int = 50, offset: int = 0) -> list[Contact]:
        terms = word_terms(text)
        found = [
            contact
            for contact in self._contacts.values()
            if has_words(words_of(contact.name, contact.code, contact.customer_code), terms)
            and ("contacts", contact.code) not in self.archived
        ]
        return sorted(found, key=lambda contact: (fold(contact.name), contact.code))[offset : offset + limit]

    def save(self, customers: Iterable[Customer], contacts: Iterable[Contact] = ()) -> None:
        self._customers.update({customer.code: customer for customer in customers})
        self._contacts.update({contact.code: contact for contact in contacts})


def _customer_words(customer: Customer) -> tuple[str, ...]:
    addresses = (customer.billing_address, customer.delivery_address)
    texts = [text for place in addresses for text in (*place.lines, place.postal_code, place.city)]
    return words_of(customer.name, customer.code, *texts)
