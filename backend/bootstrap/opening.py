"""Coming into a data folder: beside others or alone, and never between two steps of a restore."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.adapters.clock import SystemClock
from backend.adapters.folder_use import folder_alone, shared_folder
from backend.adapters.logs import start_logging
from backend.domain.errors import StorageError

_PATIENCE_S = 10.0


@contextmanager
def shop_in_use(folder: Path) -> Iterator[None]:
    """Use a data folder beside others, after what waits to be restored, if nobody else has the folder open.

    Raises StorageError: in_use where another program has it alone, and those of a restore.
    """
    slot = folder / "restoring"  # asked for at every start, and hardly ever there
    while True:
        if slot.exists():
            _restore(folder)
        with shared_folder(folder, timeout_s=_PATIENCE_S):
            if not (slot.exists() and _is_interrupted(folder)):
                yield
                return


@contextmanager
def shop_alone(folder: Path) -> Iterator[None]:
    """Use a data folder that no other program has open, after a restore that broke off; raises StorageError."""
    with folder_alone(folder):
        if _is_interrupted(folder):
            _replace(folder)
        yield


@contextmanager
def restored_at_end(folder: Path) -> Iterator[None]:
    """Restore what has been prepared meanwhile, for who has the folder alone; raises StorageError."""
    yield
    _replace(folder)


def _restore(folder: Path) -> None:
    """Restore what waits; where others have the folder open it goes on waiting, unless it broke off."""
    from backend.adapters.stores.backup.replacing import is_prepared

    if _is_interrupted(folder):
        with folder_alone(folder, timeout_s=_PATIENCE_S):
            _replace(folder)
    elif is_prepared(folder):
        try:
            with folder_alone(folder):
                _replace(folder)
        except StorageError as error:
            if error.reason != "in_use":
                raise


def _replace(folder: Path) -> None:
    from backend.adapters.stores.backup.replacing import replace_shop

    handler = start_logging(folder / "logs")  # the shop itself is not open
    try:
        replace_shop(folder, SystemClock().now())
    finally:
        logging.getLogger().removeHandler(handler)


def _is_interrupted(folder: Path) -> bool:
    from backend.adapters.stores.backup.replacing import is_interrupted

    return is_interrupted(folder)
