"""What the pages and the PC around them agree on; needs no Flask, so that the window can start beside it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Protocol

from backend.domain.errors import FacteurError

# Threads whose name begins so are given a few seconds when the program ends.
SENDING_THREADS = "sending"


@dataclass(eq=False)
class NoProgramError(FacteurError):
    """This PC has no program that shows the file or folder at `path`."""

    cause: ClassVar[str] = "no_program"
    path: str


class Desktop(Protocol):
    """The PC around the pages."""

    def open_file(self, path: Path) -> None:
        """Show a PDF or a mail with the PC's program; raises NoProgramError."""

    def open_folder(self, path: Path) -> None:
        """Show a folder; raises NoProgramError."""

    @property
    def has_dialogs(self) -> bool:
        """Tell whether there is a window that can ask for files and folders."""

    def choose_files(self) -> list[Path]:
        """Ask for files; empty when none was chosen."""

    def choose_folder(self, start: Path) -> Path | None:
        """Ask for a folder, beginning at `start`; None when none was chosen."""

    def choose_target(self, name: str) -> Path | None:
        """Ask where to save a file, by default as `name`; None when no place was chosen."""


class NoDesktop:
    """Stands in where there is no PC around: nothing can be shown, nothing asked."""

    has_dialogs = False

    def open_file(self, path: Path) -> None:
        """Say that no program shows it."""
        raise NoProgramError(str(path))

    open_folder = open_file

    def choose_files(self) -> list[Path]:
        """Choose nothing."""
        return []

    def choose_folder(self, start: Path) -> Path | None:  # noqa: ARG002 - the port's signature
        """Choose nothing."""
        return None

    def choose_target(self, name: str) -> Path | None:  # noqa: ARG002 - the port's signature
        """Choose nothing."""
        return None


class NoWindow(StrEnum):
    """Why Facteur can't open a window of its own."""

    NO_SCREEN = "no_screen"
    NO_LIBRARY = "no_library"
    NO_RUNTIME = "no_runtime"
    FAILED = "failed"
