"""S8: recording a ticket, in a small shop and in one of a million tickets."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from backend.adapters.clock import SystemClock
from backend.adapters.stores.records.database import RecordsDatabase
from backend.adapters.stores.records.shop import SqlShopStore
from backend.adapters.stores.records.tickets import SqlTicketStore
from backend.domain.shop import Company, Till, TillKind
from backend.domain.ticket import Payment, Ticket, make_line, vat_totals
from backend.domain.ticket_chain import canonical_json
from measuring import Measured, Options, interleaved

CHUNK = 10_000
COMPANY = Company("BRICO", ("12 rue des Forges",), "21000", "Dijon")


def recording(options: Options) -> list[Measured]:
    """S8: recording a 10-line ticket, against a bare append and fsync of the same bytes; and flat in number."""
    with tempfile.TemporaryDirectory(dir=_made(options.cache)) as folder:
        small, small_bare = _measure(_filled(Path(folder) / "small.sqlite3", 1000), Path(folder), options)
        large_file = _filled(options.cache / f"tickets-{options.large}.sqlite3", options.large)
        large, large_bare = _measure(large_file, Path(folder), options)
    flat = (large / large_bare) / (small / small_bare)
    note = f"a thousand tickets: {small / small_bare:.2f}"
    return [
        Measured(
            f"recording 10 lines at {options.large:,} tickets / append + fsync",
            5,
            large,
            large_bare,
            options.runs,
            note,
        ),
        Measured("the same, against a shop of a thousand", 1.3, large, small, options.runs, ratio=flat),
    ]


def _measure(database: Path, folder: Path, options: Options) -> tuple[float, float]:
    ticket = _ticket("C1", 0, 10)
    content = canonical_json(ticket).encode()
    with closing(RecordsDatabase(database)) as records, (folder / "bare").open("ab") as bare:
        store = SqlTicketStore(records)

        def append() -> None:
            bare.write(content)
            bare.flush()
            os.fsync(bare.fileno())

        return interleaved(lambda: store.record(ticket), append, max(options.runs, 100), warm_up=5)


def _filled(database: Path, count: int) -> Path:
    """Return a database of `count` tickets of a foreign till beside an own one, made once."""
    ready = database.with_suffix(".ready")
    if ready.exists():
        return database
    for old in database.parent.glob(f"{database.name}*"):
        old.unlink()
    with closing(RecordsDatabase(database)) as records:
        SqlShopStore(records).save([Till("C1"), Till("K1", kind=TillKind.FOREIGN)])
        store = SqlTicketStore(records)
        for start in range(0, count, CHUNK):
            store.add_imported([_ticket("K1", n + 1, 2) for n in range(start, min(start + CHUNK, count))])
            if count > CHUNK:
                print(f"  {start + CHUNK:,} tickets", end="\r", file=sys.stderr)
    ready.touch()
    return database


def _ticket(till: str, number: int, lines: int) -> Ticket:
    entered = tuple(make_line(f"Article {n}", Decimal(1), 500 + n + number % 997, Decimal(20)) for n in range(lines))
    total = sum(line.gross_total for line in entered)
    at = SystemClock().now() - timedelta(days=900) + timedelta(seconds=number * 60)
    return Ticket(
        till,
        number,
        at,
        entered,
        vat_totals(entered),
        (Payment("Carte bancaire", total),),
        total,
        COMPANY,
        customer_name=_NAMES[number % len(_NAMES)],
    )


_NAMES = tuple(
    f"{first} {last}" for first in ("ATELIER", "SARL", "Anne", "Marc") for last in ("DUVAL", "PETIT", "ROUX")
)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < 8_000_000_000:
        raise SystemExit(f"{folder} needs 8 GB free for the large shop: give another folder with --cache")
    return folder
