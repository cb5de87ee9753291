"""Every kind of record in the dictionaries of the shop and the customers (RecordStore)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from backend.adapters.stores.records.used_records import used_by
from backend.adapters.stores.records.words import fold, search_text, word_terms, words_of
from backend.domain.customer import Contact, Customer
from backend.domain.errors import NotFoundError
from backend.domain.record_kind import KINDS, Record, name_of
from tests.fake_customers import MemoryCustomerStore
from tests.fake_shop import MemoryShopStore

# What does not find a record, and how its list is sorted where not by name.
_UNSEARCHED = {"billing_email", "delivery_email", "email", "phone", "gross_price", "exempt", "handover", "main_contact"}
_BY_CODE = {"cashiers", "tills"}


class MemoryRecordStore:
    """Records by kind and code."""

    def __init__(self, shop: MemoryShopStore, customers: MemoryCustomerStore) -> None:
        self._shop = shop
        self._customers = customers

    def find(self, kind: str, code: str) -> Record:
        try:
            found: Record = self._list(kind)[code]
        except KeyError:
            raise NotFoundError(kind, code) from None
        return found

    def find_many(self, kind: str, codes: Collection[str]) -> dict[str, Record]:
        return {code: record for code, record in self._list(kind).items() if code in codes}

    def is_archived(self, kind: str, code: str) -> bool:
        self.find(kind, code)
        return (kind, code) in self._archived(kind)

    def search(
        self, kind: str, text: str = "", *, archived: bool = False, limit: int = 50, offset: int = 0
    ) -> list[Record]:
        terms = word_terms(text)
        found = [
            record
            for code, record in self._list(kind).items()
            if ((kind, code) in self._archived(kind)) == archived
            and all(f" {term.prefix}" in search_text(_words(kind, record)) for term in terms)
        ]
        return sorted(found, key=lambda record: _order(kind, record))[offset : offset + limit]

    def save(self, kind: str, records: Sequence[Record]) -> None:
        if kind in {"tills", "products"}:
            given: dict[str, Any] = {kind: records}
            self._shop.save(**given)
        else:
            self._list(kind).update({record.code: record for record in records})
        self._archived(kind).difference_update((kind, record.code) for record in records)

    def remove(self, kind: str, code: str) -> bool:
        self.find(kind, code)
        chains = self._shop.chains
        used = {each for chain in chains.values() for recorded in chain for each in used_by(recorded.ticket)}
        if (kind, code) in used or (kind == "tills" and chains.get(code)):
            self._archived(kind).add((kind, code))
            return False
        del self._list(kind)[code]
        return True

    def erase(self, kind: str, codes: Collection[str]) -> None:
        for code in codes:
            self._list(kind).pop(code, None)

    def with_email(self, email: str) -> tuple[list[Customer], list[Contact]]:
        wanted = email.casefold()
        customers = [
            customer
            for customer in self._list("customers").values()
            if wanted in {customer.billing_address.email.casefold(), customer.delivery_address.email.casefold()}
        ]
        return customers, [each for each in self._list("contacts").values() if each.email.casefold() == wanted]

    def _list(self, kind: str) -> dict[str, Any]:
        return (self._customers.lists if kind in self._customers.lists else self._shop.lists)[kind]

    def _archived(self, kind: str) -> set[tuple[str, str]]:
        return self._customers.archived if kind in self._customers.lists else self._shop.archived


def _words(kind: str, record: Record) -> tuple[str, ...]:
    return words_of(*(text for name, text in KINDS[kind].texts(record).items() if name not in _UNSEARCHED))


def _order(kind: str, record: Any) -> tuple[Any, ...]:  # noqa: ANN401 - every kind has its own
    if kind == "vat-rates":
        return (-record.rate,)
    if kind in {"families", "payment-methods"}:
        return record.position, record.code
    return (record.code,) if kind in _BY_CODE else (fold(name_of(KINDS[kind], record)), record.code)
