"""Which records the recorded tickets name: those are archived where others are deleted."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from backend.adapters.stores.records.schema import used_records
from backend.domain.money import plain_number
from backend.domain.ticket import Ticket

Used = tuple[str, str]  # kind (domain.record_kind) and code
_CHUNK = 400


def used_by(ticket: Ticket) -> set[Used]:
    """Return the records that a ticket names."""
    used = {("customers", ticket.customer_code), ("cashiers", ticket.cashier_code)}
    used |= {("products", line.product_code) for line in ticket.lines}
    used |= {("vat-rates", plain_number(line.vat_rate)) for line in ticket.lines}
    used |= {("payment-methods", payment.method) for payment in ticket.payments}
    return {(kind, code) for kind, code in used if code}


def mark_used(connection: Connection, used: Iterable[Used]) -> None:
    """Remember records as used, each once."""
    by_code = sorted(used, key=lambda each: each[1])
    for start in range(0, len(by_code), _CHUNK):
        part = by_code[start : start + _CHUNK]
        codes = {code for _kind, code in part}
        known = {tuple(row) for row in connection.execute(select(used_records).where(used_records.c.code.in_(codes)))}
        new = [{"kind": kind, "code": code} for kind, code in part if (kind, code) not in known]
        if new:
            connection.execute(used_records.insert(), new)


def is_used(connection: Connection, kind: str, code: str) -> bool:
    """Tell whether a recorded ticket names a record."""
    one = (used_records.c.kind == kind, used_records.c.code == code)
    return connection.execute(select(used_records.c.code).where(*one)).first() is not None
