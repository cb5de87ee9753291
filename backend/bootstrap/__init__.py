"""The only place that names concrete adapters: it opens a shop's data folder and hands out what stands behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.bootstrap.services import TRAINING_FOLDER, FolderServices, fill_training, program_folder
from backend.bootstrap.stores import private_folder

__all__ = ["FolderServices", "default_data_dir", "open_services", "program_folder", "write_text_of"]


@contextmanager
def open_services(data_dir: Path | None, *, training: bool, lasting: bool = False) -> Iterator[FolderServices]:
    """Open the data folder (`data_dir`, else the platform's own), and close what was started at the end.

    In training it is a folder of its own below, filled with the sample shop. A `lasting` program also puts right what
    a crash left and sends what waits, beside its pages. Raises StorageError.
    """
    folder = private_folder((data_dir or default_data_dir()).absolute())
    services = FolderServices(private_folder(folder / TRAINING_FOLDER) if training else folder, training=training)
    services.keep_log()
    try:
        if training:
            fill_training(services)
        if lasting:
            services.work_beside()
        yield services
    finally:
        services.close()


def default_data_dir() -> Path:
    """Return the local (never roaming) data folder of this user on this system."""
    from platformdirs import user_data_path

    return user_data_path("Facteur", appauthor=False, roaming=False)


def write_text_of(pdf: Path, answer: Path) -> None:
    """Read a PDF from anywhere, in the process that was started for it (adapters/pdf/pdf_reading.py)."""
    from backend.adapters.pdf.pdf_reading import write_text_of

    write_text_of(pdf, answer)
