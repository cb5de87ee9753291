"""Every kind of record beside tickets, by its name (RecordStore): one way for lists, forms and files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from backend.adapters.stores.records.by_code import row_of
from backend.adapters.stores.records.customers import (
    CONTACTS,
    CUSTOMERS,
    contact_from_row,
    contact_row,
    customer_from_row,
    customer_row,
)
from backend.adapters.stores.records.database import RecordsDatabase
from backend.adapters.stores.records.found_by_words import FoundByWords, RowAndWords
from backend.adapters.stores.records.schema import (
    cashiers,
    contacts,
    customers,
    families,
    payment_methods,
    tills,
    vat_rates,
)
from backend.adapters.stores.records.shop import (
    PRODUCTS,
    product_from_row,
    product_row,
    save_products,
    save_till,
    till_from_row,
)
from backend.adapters.stores.records.small_list import SmallList
from backend.adapters.stores.records.used_records import is_used
from backend.domain.customer import Contact, Customer
from backend.domain.errors import NotFoundError
from backend.domain.record_kind import Record
from backend.domain.shop import Cashier, Family, PaymentKind, PaymentMethod, VatRate

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class _Kept:
    """How a kind lies in its table."""

    table: FoundByWords | SmallList
    to_row: Callable[[Any], RowAndWords]
    from_row: Callable[[Row[Any]], Record]


def _plain(*names: str) -> Callable[[Any], RowAndWords]:
    return lambda record: ({name: getattr(record, name) for name in names}, ())


_KEPT: dict[str, _Kept] = {
    "customers": _Kept(CUSTOMERS, customer_row, customer_from_row),
    "contacts": _Kept(CONTACTS, contact_row, contact_from_row),
    "products": _Kept(PRODUCTS, product_row, product_from_row),
    "cashiers": _Kept(
        SmallList(cashiers),
        _plain("code", "name", "first_name"),
        lambda row: Cashier(row.code, row.name, row.first_name),
    ),
    "tills": _Kept(SmallList(tills), _plain("code"), till_from_row),
    "families": _Kept(
        SmallList(families, ("position", "code")),
        _plain("code", "position"),
        lambda row: Family(row.code, row.position),
    ),
    "vat-rates": _Kept(
        SmallList(vat_rates), _plain("code", "label"), lambda row: VatRate(Decimal(row.code), row.label)
    ),
    "payment-methods": _Kept(
        SmallList(payment_methods, ("position", "code")),
        _plain("code", "kind", "position"),
        lambda row: PaymentMethod(row.code, PaymentKind(row.kind), row.position),
    ),
}


class SqlRecordStore:
    """Records in SQL; every method raises StorageError where the database can't be used, KeyError for another kind."""

    def __init__(self, database: RecordsDatabase) -> None:
        self._database = database

    def find(self, kind: str, code: str) -> Record:
        """Return a record, archived or not; raises NotFoundError."""
        with self._database.read() as connection:
            return _KEPT[kind].from_row(_row(connection, kind, code))

    def find_many(self, kind: str, codes: Collection[str]) -> dict[str, Record]:
        """Return those of the records that are there, by code."""
        kept, wanted = _KEPT[kind], list(codes)
        table = kept.table.records
        found: dict[str, Record] = {}
        with self._database.read() as connection:
            for start in range(0, len(wanted), _CHUNK):
                part = select(table).where(table.c.code.in_(wanted[start : start + _CHUNK]))
                found |= {row.code: kept.from_row(row) for row in connection.execute(part)}
        return found

    def is_archived(self, kind: str, code: str) -> bool:
        """Tell whether a record is archived; raises NotFoundError."""
        with self._database.read() as connection:
            return bool(_row(connection, kind, code).archived)

    def search(
        self, kind: str, text: str = "", *, archived: bool = False, limit: int = 50, offset: int = 0
    ) -> list[Record]:
        """Return records in the order of their list."""
        kept = _KEPT[kind]
        with self._database.read() as connection:
            rows = kept.table.search(connection, text, archived=archived, limit=limit, offset=offset)
        records = [kept.from_row(row) for row in rows]
        return sorted(records, key=_rate, reverse=True) if kind == "vat-rates" else records

    def save(self, kind: str, records: Sequence[Record]) -> None:
        """Insert or replace, all or none; raises TillKindError."""
        kept = _KEPT[kind]
        rows = {record.code: kept.to_row(record) for record in records}
        with self._database.write() as connection:
            if kind == "tills":
                for till in records:
                    save_till(connection, till)  # type: ignore[arg-type]  # of this kind there are only tills
            elif kind == "products":
                save_products(connection, rows.values())
            else:
                kept.table.replace(connection, list(rows.values()))

    def remove(self, kind: str, code: str) -> bool:
        """Delete a record that no ticket uses, else archive it; tell whether it was deleted. Raises NotFoundError."""
        table = _KEPT[kind].table
        with self._database.write() as connection:
            row = _row(connection, kind, code)
            if is_used(connection, kind, code) or (kind == "tills" and row.last_position):
                here = table.records.c.code == code
                connection.execute(table.records.update().where(here), {"archived": True})
                return False
            table.remove(connection, [code])
            return True

    def erase(self, kind: str, codes: Collection[str]) -> None:
        """Delete records whatever uses them, and overwrite what the file still holds of them."""
        with self._database.write() as connection:
            for start in range(0, len(codes), _CHUNK):
                _KEPT[kind].table.remove(connection, list(codes)[start : start + _CHUNK])
        self._database.overwrite_erased()

    def with_email(self, email: str) -> tuple[list[Customer], list[Contact]]:
        """Return the customers and contacts, archived or not, that hold an e-mail address."""
        wanted = email.casefold()
        at_customer = or_(*(func.lower(customers.c[f"{kind}_email"]) == wanted for kind in ("billing", "delivery")))
        at_contact = func.lower(contacts.c.email) == wanted
        with self._database.read() as connection:
            held = connection.execute(select(customers).where(at_customer)).all()
            people = connection.execute(select(contacts).where(at_contact)).all()
        return [customer_from_row(row) for row in held], [contact_from_row(row) for row in people]


def _row(connection: Connection, kind: str, code: str) -> Row[Any]:
    row = row_of(connection, _KEPT[kind].table.records, code)
    if row is None:
        raise NotFoundError(kind, code)
    return row


def _rate(record: Record) -> Decimal:
    return record.rate if isinstance(record, VatRate) else Decimal(0)
