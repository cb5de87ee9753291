"""Whether this PC can show a window of ours, asked before a toolkit is loaded that would end the program."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from backend.web.desktop_port import NoWindow

# https://learn.microsoft.com/microsoft-edge/webview2/concepts/distribution, "Detect if a WebView2 Runtime is installed"
_WEBVIEW2 = r"Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"
_PLACES = (
    ("HKEY_LOCAL_MACHINE", rf"SOFTWARE\WOW6432Node\{_WEBVIEW2}"),
    ("HKEY_LOCAL_MACHINE", rf"SOFTWARE\{_WEBVIEW2}"),
    ("HKEY_CURRENT_USER", rf"Software\{_WEBVIEW2}"),
)


def why_no_window() -> NoWindow | None:
    """Return why there can be no window here, None where there can."""
    if sys.platform == "linux" and not _has_screen():
        return NoWindow.NO_SCREEN
    if not all(_is_installed(name) for name in _libraries()):
        return NoWindow.NO_LIBRARY
    if sys.platform == "win32" and not has_webview2(_registry_values()):
        return NoWindow.NO_RUNTIME
    return None


def has_webview2(versions: Iterator[str]) -> bool:
    """Tell whether one of the versions found in the registry is that of an installed runtime."""
    return any(version not in {"", "0.0.0.0"} for version in versions)  # noqa: S104 - a version, not an address


def _has_screen(variable: Callable[[str], str | None] = os.environ.get) -> bool:
    # Qt ends the whole program where it finds no screen.
    return any(variable(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _libraries() -> tuple[str, ...]:
    return ("webview", "qtpy", "PySide6.QtWebEngineWidgets") if sys.platform == "linux" else ("webview",)


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ImportError:
        return False


def _registry_values() -> Iterator[str]:
    if sys.platform == "win32":
        import winreg

        for root, path in _PLACES:
            try:
                with winreg.OpenKey(getattr(winreg, root), path) as key:
                    yield str(winreg.QueryValueEx(key, "pv")[0])
            except OSError:
                continue
    else:
        yield from ()
