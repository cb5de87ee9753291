"""What stands behind a page: the services of the shop and the desktop of the PC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import ClassVar, Protocol

from flask import Flask, current_app

from backend.domain.errors import FacteurError
from backend.ports import Services
from backend.web.security import session_or_none

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


class _Once:
    """Opens services when they are first asked for, in whatever thread that is."""

    def __init__(self, open_services: Callable[[], Services]) -> None:
        self._open = open_services
        self._lock = Lock()
        self._opened: Services | None = None

    def __call__(self) -> Services:
        with self._lock:
            if self._opened is None:
                self._opened = self._open()
            return self._opened


def keep_services(
    app: Flask, services: Services, desktop: Desktop, open_training: Callable[[], Services] | None = None
) -> None:
    """Put services and desktop where `services()` and `desktop()` find them.

    `open_training` opens the sample shop beside the real one when somebody first goes there, and is called once.
    """
    app.extensions["facteur"] = services
    app.extensions["facteur.desktop"] = desktop
    app.extensions["facteur.training"] = _Once(open_training) if open_training and not services.training else None


def services() -> Services:
    """Return the services of the shop that this page belongs to: in a training session those of the sample shop."""
    session = session_or_none()
    if session is not None and session.training:
        opened: Services = current_app.extensions["facteur.training"]()
        return opened
    found: Services = current_app.extensions["facteur"]
    return found


def can_enter_training() -> bool:
    """Tell whether the sample shop can be opened beside this shop."""
    return current_app.extensions["facteur.training"] is not None


def desktop() -> Desktop:
    """Return the desktop of the PC."""
    found: Desktop = current_app.extensions["facteur.desktop"]
    return found
