"""Count what the records hold, for whoever is about to replace them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from backend.adapters.stores.records.schema import customers, outbox, tills

if TYPE_CHECKING:
    from backend.adapters.stores.records.database import RecordsDatabase


class RecordCounts(NamedTuple):
    """Tickets per till, customers, mails that have not left."""

    tickets: dict[str, int]
    customers: int
    waiting: int


def count_records(database: RecordsDatabase) -> RecordCounts:
    """Return the counts of one moment; raises StorageError."""
    with database.read() as connection:
        rows = connection.execute(select(tills.c.code, tills.c.last_position).order_by(tills.c.code))
        waiting = select(func.count()).select_from(outbox).where(outbox.c.sealed.is_not(None))
        return RecordCounts(
            {row.code: row.last_position for row in rows},
            connection.execute(select(func.count()).select_from(customers)).scalar_one(),
            connection.execute(waiting).scalar_one(),
        )
