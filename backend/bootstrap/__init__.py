"""The only place that names concrete adapters: it opens a shop's data folder and hands out what stands behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from backend.bootstrap.opening import restored_at_end, shop_alone, shop_in_use
from backend.bootstrap.program import program_folder
from backend.bootstrap.services import TRAINING_FOLDER, FolderServices, fill_training
from backend.bootstrap.stores import private_folder

if TYPE_CHECKING:
    from backend.usecases.self_test import ScratchRooms

__all__ = [
    "FolderServices",
    "default_data_dir",
    "open_alone",
    "open_scratch",
    "open_services",
    "program_folder",
    "write_logo_of",
    "write_text_of",
]


@contextmanager
def open_services(data_dir: Path | None, *, training: bool, lasting: bool = False) -> Iterator[FolderServices]:
    """Open the data folder (`data_dir`, else the platform's own), and close what was started at the end.

    In training it is a folder of its own below, filled with the sample shop. A `lasting` program also puts right what
    a crash left and sends what waits, beside its pages. A backup that waits to be restored is restored first, if no
    other program has the folder open. Raises StorageError.
    """
    folder = _shop_folder(data_dir, training=training)
    with ExitStack() as ending:
        ending.enter_context(shop_in_use(folder))
        services = FolderServices(folder, training=training)
        ending.callback(services.close)
        services.keep_log()
        if training:
            fill_training(services)
        if lasting:
            services.work_beside()
        yield services


@contextmanager
def open_alone(data_dir: Path | None, *, training: bool) -> Iterator[FolderServices]:
    """Open a data folder that no other program has open; what it has prepared by its end is restored then.

    Raises StorageError, "in_use" where there is another program.
    """
    folder = _shop_folder(data_dir, training=training)
    with shop_alone(folder), restored_at_end(folder), ExitStack() as ending:
        services = FolderServices(folder, training=training)
        ending.callback(services.close)
        services.keep_log()
        yield services


def _shop_folder(data_dir: Path | None, *, training: bool) -> Path:
    folder = private_folder((data_dir or default_data_dir()).absolute())
    return private_folder(folder / TRAINING_FOLDER) if training else folder


@contextmanager
def open_scratch() -> Iterator[ScratchRooms]:
    """Open shops in a folder of their own for the self-test; the folder goes with them."""
    from backend.usecases.self_test import ScratchRooms

    with TemporaryDirectory(prefix="facteur-self-test-", ignore_cleanup_errors=True) as name, ExitStack() as ending:

        def room(part: str, *, training: bool = False) -> FolderServices:
            services = FolderServices(private_folder(Path(name) / part), training=training)
            ending.callback(services.close)
            return services

        shop = room("shop", training=True)
        shop.keep_log()
        yield ScratchRooms(shop, room("keyring"), room("passphrase"))


def default_data_dir() -> Path:
    """Return the local (never roaming) data folder of this user on this system."""
    from platformdirs import user_data_path

    return user_data_path("Facteur", appauthor=False, roaming=False)


def write_text_of(pdf: Path, answer: Path) -> None:
    """Read a PDF from anywhere, in the process that was started for it (adapters/pdf/pdf_reading.py)."""
    from backend.adapters.pdf.pdf_reading import write_text_of

    write_text_of(pdf, answer)


def write_logo_of(file: Path, answer: Path) -> None:
    """Read a logo from anywhere, in the process that was started for it (adapters/pdf/logo_reading.py)."""
    from backend.adapters.pdf.logo_reading import write_logo_of

    write_logo_of(file, answer)
