"""What every table of records with a code has: one row by its code, and those in use or archived."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, false, select, true


def row_of(connection: Connection, records: Table, code: str) -> Row[Any] | None:
    """Return the row of a code, archived or not, if there is one."""
    return connection.execute(select(records).where(records.c.code == code)).one_or_none()


def kept(records: Table, *where: ColumnElement[bool], archived: bool) -> Select[Any]:
    """Select the rows in use, or the archived ones, that fit the conditions."""
    return select(records).where(records.c.archived.is_(true() if archived else false()), *where)
