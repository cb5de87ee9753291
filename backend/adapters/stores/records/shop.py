"""Tills, cashiers and products (ShopStore)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, false, select

from backend.adapters.stores.records.by_code import row_of
from backend.adapters.stores.records.database import RecordsDatabase
from backend.adapters.stores.records.found_by_words import FoundByWords, RowAndWords
from backend.adapters.stores.records.schema import cashiers, families, product_words, products, tills
from backend.adapters.stores.records.words import words_of
from backend.domain.errors import NotFoundError
from backend.domain.money import plain_number
from backend.domain.shop import Cashier, PrinterKind, Product, Till, TillKind, TillKindError
from backend.domain.ticket_chain import FIRST_LINK

PRODUCTS = FoundByWords(products, product_words, naming="label")


class SqlShopStore:
    """Tills, cashiers and products in SQL; every method raises StorageError where the database can't be used."""

    def __init__(self, database: RecordsDatabase) -> None:
        self._database = database

    def tills(self, *, archived: bool = False) -> list[Till]:
        """Return the tills in use, with `archived` all of them, by code."""
        found = select(tills) if archived else select(tills).where(tills.c.archived.is_(false()))
        with self._database.read() as connection:
            return [till_from_row(row) for row in connection.execute(found.order_by(tills.c.code))]

    def till(self, code: str) -> Till:
        """Return a till; raises NotFoundError."""
        with self._database.read() as connection:
            row = row_of(connection, tills, code)
        if row is None:
            raise NotFoundError("till", code)
        return till_from_row(row)

    def cashiers(self) -> list[Cashier]:
        """Return the cashiers in use, by code."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(cashiers).where(cashiers.c.archived.is_(false())).order_by(cashiers.c.code)
            )
            return [Cashier(row.code, row.name, row.first_name) for row in rows]

    def products(self, text: str = "", *, family: str = "", limit: int = 200) -> list[Product]:
        """Return products by label; every word of the text begins one of label, code, bar code or family."""
        of_family = [products.c.family == family] if family else []
        with self._database.read() as connection:
            found = PRODUCTS.search(connection, text, *of_family, limit=limit)
        return [product_from_row(row) for row in found]

    def save(
        self, tills: Iterable[Till] = (), cashiers: Iterable[Cashier] = (), products: Iterable[Product] = ()
    ) -> None:
        """Insert or replace, all or none; a till keeps its chain. Raises TillKindError."""
        product_rows = {product.code: product_row(product) for product in products}
        with self._database.write() as connection:
            for till in tills:
                save_till(connection, till)
            for cashier in cashiers:
                _save_cashier(connection, cashier)
            save_products(connection, product_rows.values())


def save_products(connection: Connection, rows: Iterable[RowAndWords]) -> None:
    """Insert or replace products, and add their families where they are new."""
    kept = list(rows)
    PRODUCTS.replace(connection, kept)
    named = {row["family"] for row, _words in kept if row["family"]}
    new = named - set(connection.execute(select(families.c.code)).scalars()) if named else set()
    if new:
        connection.execute(families.insert(), [{"code": name, "position": 0} for name in sorted(new)])


def save_till(connection: Connection, till: Till) -> None:
    """Insert or change a till, which keeps its chain; raises TillKindError."""
    row = connection.execute(select(tills).where(tills.c.code == till.code).with_for_update()).one_or_none()
    values = {"label": till.label, "kind": till.kind.value, "printer": till.printer.value, "archived": False}
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


def till_from_row(row: Row[Any]) -> Till:
    """Rebuild a till."""
    return Till(row.code, row.label, TillKind(row.kind), PrinterKind(row.printer))


def product_row(product: Product) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the row of a product, and the words that find it."""
    row = {
        "code": product.code,
        "label": product.label,
        "gross_price": product.gross_price,
        "vat_rate": plain_number(product.vat_rate),
        "family": product.family,
        "barcode": product.barcode,
    }
    return row, words_of(product.label, product.code, product.barcode, product.family)


def product_from_row(row: Row[Any]) -> Product:
    """Rebuild a product."""
    return Product(row.code, row.label, row.gross_price, Decimal(row.vat_rate), row.family, row.barcode)
