"""What other processes do to a data folder in the tests; each tells through a pipe what it was promised.

The fork server has the libraries loaded: a worker starts in a few milliseconds and shares nothing with the test.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from backend.adapters.stores.records.database import RecordsDatabase
from backend.adapters.stores.records.tickets import SqlTicketStore
from backend.adapters.stores.settings.store import FolderSettingsStore
from backend.domain.ticket import TicketQuery
from tests.builders import a_line, a_ticket

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.store_workers", "filelock", "alembic.command"])

Worker = Callable[..., None]


@contextmanager
def worker(work: Worker, *arguments: Any) -> Iterator[tuple[ForkServerProcess, Connection]]:  # noqa: ANN401 - the work's own
    """Start a worker; give its process and the end of the pipe at which its promises arrive."""
    receiving, sending = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=work, args=(*arguments, sending))
    process.start()
    sending.close()
    try:
        yield process, receiving
    finally:
        process.join(60)
        if process.is_alive():
            process.kill()
            process.join()
        process.close()
        receiving.close()


def promises(receiving: Connection) -> list[Any]:
    """Return everything that a worker has told by its end, which may be sudden."""
    told = []
    try:
        while True:
            told.append(receiving.recv())
    except (EOFError, OSError):
        return told


def kill_at_work(process: ForkServerProcess, receiving: Connection, within_s: float) -> None:
    """Kill -9 a worker at some moment after its first promise."""
    receiving.poll(30)
    kill_at(process, random.uniform(0, within_s))


def kill_at(process: ForkServerProcess, seconds: float) -> None:
    """Kill -9 a worker after a while, if it still runs."""
    process.join(seconds)
    if process.is_alive() and process.pid:
        os.kill(process.pid, signal.SIGKILL)


def record_tickets(path: Path, till_code: str, count: int, told: Connection) -> None:
    """Record tickets; tell each number once the store has promised it."""
    store = SqlTicketStore(RecordsDatabase(path))
    for _ in range(count):
        lines = [a_line(price=random.randint(1, 30_000))]
        told.send(store.record(a_ticket(till_code, lines=lines)).ticket.number)


def list_tickets(path: Path, count: int, told: Connection) -> None:
    """List tickets until there are `count`; tell of each look what was seen and whether all chains were sound."""
    store = SqlTicketStore(RecordsDatabase(path))
    seen: list[int] = []
    while len(seen) < count:
        seen = sorted(summary.key.number for summary in store.search(TicketQuery(limit=count)))
        told.send((seen == list(range(1, len(seen) + 1)), store.check_chain().faults))


def open_records(path: Path, told: Connection) -> None:
    """Open the records, and with them make or migrate the file."""
    store = SqlTicketStore(RecordsDatabase(path))
    told.send(store.count(TicketQuery()))


def save_preferences(folder: Path, name: str, count: int, told: Connection) -> None:
    """Save numbered preferences; tell each once it is promised."""
    store = FolderSettingsStore(folder)
    for number in range(count):
        store.save_preference(f"{name}-{number % 10}", str(number))
        told.send(number)


def become_nobody() -> None:
    """Give up root's power to write anywhere."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
