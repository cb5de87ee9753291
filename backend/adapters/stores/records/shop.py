"""Tills, cashiers and products (ShopStore)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.adapters.stores.records.database import RecordsDatabase
from backend.adapters.stores.records.found_by_words import FoundByWords
from backend.adapters.stores.records.schema import cashiers, product_words, products, tills
from backend.adapters.stores.records.words import words_of
from backend.domain.errors import NotFoundError
from backend.domain.money import plain_number
from backend.domain.shop import Cashier, PrinterKind, Product, Till, TillKind, TillKindError
from backend.domain.ticket_chain import FIRST_LINK

_PRODUCTS = FoundByWords(products, product_words, naming="label")


class SqlShopStore:
    """Tills, cashiers and products in SQL; every method raises StorageError where the database can't be used."""

    def __init__(self, database: RecordsDatabase) -> None:
        self._database = database

    def tills(self) -> list[Till]:
        """Return all tills, by code."""
        with self._database.read() as connection:
            return [_till(row) for row in connection.execute(select(tills).order_by(tills.c.code))]

    def till(self, code: str) -> Till:
        """Return a till; raises NotFoundError."""
        with self._database.read() as connection:
            row = connection.execute(select(tills).where(tills.c.code == code)).one_or_none()
        if row is None:
            raise NotFoundError("till", code)
        return _till(row)

    def cashiers(self) -> list[Cashier]:
        """Return all cashiers, by code."""
        with self._database.read() as connection:
            rows = connection.execute(select(cashiers).order_by(cashiers.c.code))
            return [Cashier(row.code, row.name, row.first_name) for row in rows]

    def products(self, text: str = "", *, limit: int = 200) -> list[Product]:
        """Return products by label; every word of the text begins one of label, code, bar code or family."""
        with self._database.read() as connection:
            return [_product(row) for row in _PRODUCTS.search(connection, text, limit=limit)]

    def save(
        self, tills: Iterable[Till] = (), cashiers: Iterable[Cashier] = (), products: Iterable[Product] = ()
    ) -> None:
        """Insert or replace, all or none; a till keeps its chain. Raises TillKindError."""
        product_rows = {product.code: _product_row(product) for product in products}
        with self._database.write() as connection:
            for till in tills:
                _save_till(connection, till)
            for cashier in cashiers:
                _save_cashier(connection, cashier)
            _PRODUCTS.replace(connection, list(product_rows.values()))


def _save_till(connection: Connection, till: Till) -> None:
    row = connection.execute(select(tills).where(tills.c.code == till.code).with_for_update()).one_or_none()
    values = {"label": till.label, "kind": till.kind.value, "printer": till.printer.value}
    if row is None:
        start = {"last_number": 0, "last_position": 0, "last_chain_sha256": FIRST_LINK}
        connection.execute(tills.insert(), {"code": till.code, **values, **start})
        return
    if row.kind != till.kind.value and row.last_position:
        raise TillKindError(till.code)
    connection.execute(tills.update().where(tills.c.code == till.code), values)


def _save_cashier(connection: Connection, cashier: Cashier) -> None:
    connection.execute(cashiers.delete().where(cashiers.c.code == cashier.code))
    values = {"code": cashier.code, "name": cashier.name, "first_name": cashier.first_name}
    connection.execute(cashiers.insert(), values)


def _till(row: Row[Any]) -> Till:
    return Till(row.code, row.label, TillKind(row.kind), PrinterKind(row.printer))


def _product_row(product: Product) -> tuple[dict[str, Any], tuple[str, ...]]:
    row = {
        "code": product.code,
        "label": product.label,
        "gross_price": product.gross_price,
        "vat_rate": plain_number(product.vat_rate),
        "family": product.family,
        "barcode": product.barcode,
    }
    return row, words_of(product.label, product.code, product.barcode, product.family)


def _product(row: Row[Any]) -> Product:
    return Product(row.code, row.label, row.gross_price, Decimal(row.vat_rate), row.family, row.barcode)
