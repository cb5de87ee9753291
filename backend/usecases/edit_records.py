"""Create, change, archive and bring back the records beside tickets (PRODUCT A3)."""

from __future__ import annotations

from collections.abc import Mapping

from backend.domain.customer import WALK_IN, Customer
from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.record_kind import Record, RecordKeptError, RecordKind
from backend.domain.shop import Till, TillKind
from backend.ports import Services


def check_record(
    kind: RecordKind, texts: Mapping[str, str], services: Services, *, known_code: str = ""
) -> tuple[Record | None, list[InvalidInputError]]:
    """Return the record that a form makes, or what is wrong; the code of a record that is there never changes."""
    if known_code:
        texts = {**texts, kind.key.name: kind.texts(services.records.find(kind.name, known_code))[kind.key.name]}
    record, faults = kind.read(texts)
    if record is None:
        return None, faults
    where = kind.key.name
    if record.code == WALK_IN and kind.name == "customers":
        faults.append(InvalidInputError(where, "walk_in_fixed", WALK_IN))
    elif not known_code and services.records.find_many(kind.name, [record.code]):
        faults.append(InvalidInputError(where, "record_exists", record.code))
    if isinstance(record, Customer) and record.main_contact:
        try:
            services.customers.contact(record.main_contact)
        except NotFoundError:
            faults.append(InvalidInputError("main_contact", "contact_unknown", record.main_contact))
    return (None if faults else record), faults


def save_record(kind: RecordKind, record: Record, services: Services) -> None:
    """Insert or replace a record that was checked; raises TillKindError."""
    services.records.save(kind.name, [record])


def remove_record(kind: RecordKind, code: str, services: Services) -> Record:
    """Delete a record, or archive it where a ticket names it, and return it as it was.

    Raises NotFoundError, RecordKeptError for what the program can't be without.
    """
    gone = services.records.find(kind.name, code)
    if kind.name == "customers" and code == WALK_IN:
        raise RecordKeptError("walk_in", code)
    if isinstance(gone, Till) and not _other_own_tills(code, services):
        raise RecordKeptError("last_till", code)
    if kind.name == "payment-methods" and len(services.records.search(kind.name, limit=2)) < 2:
        raise RecordKeptError("last_payment_method", code)
    services.records.remove(kind.name, code)
    return gone


def restore_record(kind: RecordKind, record: Record, services: Services) -> None:
    """Put back what `remove_record` returned, or bring back what is archived."""
    services.records.save(kind.name, [record])


def _other_own_tills(code: str, services: Services) -> bool:
    return any(till.kind is TillKind.OWN and till.code != code for till in services.shop.tills())
