"""What stands behind a page: the services of the shop and the desktop of the PC."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from flask import Flask, current_app

from backend.ports import Services
from backend.web.desktop_port import Desktop
from backend.web.security import session_or_none


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
