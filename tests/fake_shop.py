"""Tills, cashiers and products in memory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from backend.adapters.stores.records.words import Term, fold, search_text, word_terms, words_of
from backend.domain.closing import RecordedClosing
from backend.domain.errors import NotFoundError
from backend.domain.shop import (
    FIRST_PAYMENT_METHODS,
    FIRST_VAT_RATES,
    Cashier,
    Family,
    Product,
    Till,
    TillKindError,
)
from backend.domain.ticket import (
    RecordedTicket,
)


def has_words(words: tuple[str, ...], terms: Iterable[Term]) -> bool:
    return all(f" {term.prefix}" in search_text(words) for term in terms)


class MemoryShopStore:
    """Tills, cashiers and products in dictionaries, and each till's chain."""

    def __init__(self, *tills: Till) -> None:
        self.chains: dict[str, list[RecordedTicket]] = {}
        self.closings: dict[str, list[RecordedClosing]] = {}
        self._tills: dict[str, Till] = {}
        self._cashiers: dict[str, Cashier] = {}
        self._products: dict[str, Product] = {}
        self.lists: dict[str, dict[str, Any]] = {
            "families": {},
            "vat-rates": {each.code: each for each in FIRST_VAT_RATES},
            "payment-methods": {each.code: each for each in FIRST_PAYMENT_METHODS},
            "tills": self._tills,
            "cashiers": self._cashiers,
            "products": self._products,
        }
        self.archived: set[tuple[str, str]] = set()
        self.save(tills=tills)

    def tills(self, *, archived: bool = False) -> list[Till]:
        return [self._tills[code] for code in sorted(self._tills) if archived or ("tills", code) not in self.archived]

    def till(self, code: str) -> Till:
        try:
            return self._tills[code]
        except KeyError:
            raise NotFoundError("till", code) from None

    def closed_through(self, code: str) -> date | None:
        return max((each.closing.last_day for each in self.closings.get(code, [])), default=None)

    def cashiers(self) -> list[Cashier]:
        return [self._cashiers[code] for code in sorted(self._cashiers) if ("cashiers", code) not in self.archived]

    def products(self, text: str = "", *, family: str = "", limit: int = 200) -> list[Product]:
        terms = word_terms(text)
        found = [
            product
            for product in self._products.values()
            if has_words(words_of(product.label, product.code, product.barcode, product.family), terms)
            and ("products", product.code) not in self.archived
            and (not family or product.family == family)
        ]
        return sorted(found, key=lambda product: (fold(product.label), product.code))[:limit]

    def save(
        self, tills: Iterable[Till] = (), cashiers: Iterable[Cashier] = (), products: Iterable[Product] = ()
    ) -> None:
        new_tills = list(tills)
        for till in new_tills:
            known = self._tills.get(till.code, till)
            if known.kind is not till.kind and self.chains.get(till.code):
                raise TillKindError(till.code)
        for till in new_tills:
            self._tills[till.code] = till
            self.chains.setdefault(till.code, [])
        self._cashiers.update({cashier.code: cashier for cashier in cashiers})
        for product in products:
            self._products[product.code] = product
            if product.family:
                self.lists["families"].setdefault(product.family, Family(product.family))
