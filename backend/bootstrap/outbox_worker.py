"""The thread that works for a data folder beside the pages: tidies once, then sends what waits.

Of all programs of one operating-system user on one data folder one works: it holds a lock, which the system frees when
the program ends, however that comes; the next one that looks takes over.
"""

from __future__ import annotations

import getpass
import logging
import os
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from backend.adapters.file_lock import hold
from backend.domain.errors import FacteurError, StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from backend.ports import Services

TURN_S = 3.0
_LOOKS_AT_NETWORK_EVERY = 10  # turns
_TIDIES_EVERY = 1200  # turns: an hour
_END_S = 5.0
_log = logging.getLogger(__name__)


class OutboxWorker:
    """Works from `start` to `stop`; what fails is in the log, and tried again."""

    def __init__(self, services: Services, tidy: Callable[[], None], *, turn_s: float = TURN_S) -> None:
        self._services = services
        self._tidy = tidy
        self._turn_s = turn_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        self._pause_s = 0.0

    def start(self, *, after_s: float) -> None:
        """Begin after a while: the first page comes first."""
        self._pause_s = after_s
        self._thread.start()

    def stop(self) -> None:
        """End; a mail that is being sent gets a few seconds."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_END_S)

    def _run(self) -> None:
        if self._stopping.wait(self._pause_s):
            return
        self._tidy()
        while not self._stopping.is_set():
            with suppress(StorageError), hold(worker_lock(self._services.data_dir), timeout_s=0):
                self._work()
            self._stopping.wait(self._turn_s)

    def _work(self) -> None:
        """Work as the only one, until the end."""
        from backend.usecases.watch_folder import FolderWatch
        from backend.usecases.work_outbox import OutboxWork

        work = OutboxWork(self._services, lambda: not self._stopping.is_set())
        watch = FolderWatch(self._services)
        turns = 0
        while not self._stopping.wait(self._turn_s if turns else 0):
            turns += 1
            self._safely(watch.turn)
            self._safely(work.turn)
            if turns % _LOOKS_AT_NETWORK_EVERY == 0:
                self._safely(work.notice_network)
            if turns % _TIDIES_EVERY == 0:
                self._tidy()

    def _safely(self, part: Callable[[], object]) -> None:
        """Do a part of the work: whatever it fails with, the next turn comes."""
        try:
            part()
        except FacteurError as error:
            _log.warning("the outbox: %s", error.cause_code)
        except Exception:  # noqa: BLE001 - mails that nobody sends any longer would be noticed too late
            _log.exception("the outbox: unforeseen failure")


def work_alone(services: Services) -> bool:
    """Do one turn in this thread; False where another program works for this user. Raises StorageError."""
    from backend.usecases.work_outbox import OutboxWork

    lock = worker_lock(services.data_dir)
    try:
        with hold(lock, timeout_s=0):
            OutboxWork(services).turn()
    except StorageError as error:
        if error.reason == "locked" and error.path == str(lock):
            return False
        raise
    return True


def worker_lock(data_dir: Path) -> Path:
    """Return the lock of whoever works for this operating-system user."""
    user = str(os.getuid()) if hasattr(os, "getuid") else re.sub(r"\W", "_", getpass.getuser())
    return data_dir / "locks" / f"outbox-{user}.lock"
