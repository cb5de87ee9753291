"""Which browsers of the Chromium family are on this PC: Edge, Chrome, Chromium."""

from __future__ import annotations

import plistlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backend.adapters.pdf.pc_places import PcPlaces
from backend.domain.pdf_settings import FoundProgram, PdfEngineMissingError

_VERSION = re.compile(r"\d+(?:\.\d+){1,3}")
_ASKING_S = 10
_ROOTS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "PROGRAMW6432", "LOCALAPPDATA")


@dataclass(frozen=True, slots=True)
class _Browser:
    """How a browser is called on each system."""

    name: str
    windows: tuple[str, ...]  # below Program Files
    mac: str  # below Applications
    linux: tuple[str, ...]


_BROWSERS = (
    _Browser(
        "Microsoft Edge",
        ("Microsoft", "Edge", "Application", "msedge.exe"),
        "Microsoft Edge",
        ("microsoft-edge", "microsoft-edge-stable", "/opt/microsoft/msedge/msedge"),
    ),
    _Browser(
        "Google Chrome",
        ("Google", "Chrome", "Application", "chrome.exe"),
        "Google Chrome",
        ("google-chrome", "google-chrome-stable", "/opt/google/chrome/chrome"),
    ),
    _Browser(
        "Chromium",
        ("Chromium", "Application", "chrome.exe"),
        "Chromium",
        ("chromium", "chromium-browser", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/snap/bin/chromium"),
    ),
)


def find_browser(pc: PcPlaces | None = None) -> Path:
    """Return the first browser of this PC; raises PdfEngineMissingError."""
    for _browser, place in _found(pc or PcPlaces()):
        return place
    raise PdfEngineMissingError("browser", "not found")


def found_browsers(pc: PcPlaces | None = None) -> tuple[FoundProgram, ...]:
    """Return every browser of this PC with its version, in the order in which they are tried."""
    return tuple(
        FoundProgram("browser", browser.name, str(place), browser_version(place))
        for browser, place in _found(pc or PcPlaces())
    )


def browser_name(program: Path) -> str:
    """Return what people call this browser, judged by its path."""
    path = program.as_posix().casefold()
    for browser in _BROWSERS:
        words = browser.name.casefold().split()
        if words[-1] in path or (words[-1] == "edge" and "msedge" in path):
            return browser.name
    return program.stem


def browser_version(program: Path) -> str:
    """Return the version without opening a window, "" where it can't be told."""
    if sys.platform == "win32":  # its --version opens a window there
        folders = [folder.name for folder in program.parent.glob("*.*.*.*") if _VERSION.fullmatch(folder.name)]
        return max(folders, key=lambda name: [int(part) for part in name.split(".")], default="")
    if sys.platform == "darwin":
        return _mac_version(program.parent.parent / "Info.plist")
    try:
        asked = subprocess.run(
            [program, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=_ASKING_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = _VERSION.search(asked.stdout.decode("utf-8", "replace"))
    return found[0] if found else ""


def _mac_version(plist: Path) -> str:
    try:
        with plist.open("rb") as file:
            return str(plistlib.load(file).get("CFBundleShortVersionString", ""))
    except (OSError, ValueError):
        return ""


def _found(pc: PcPlaces) -> Iterator[tuple[_Browser, Path]]:
    seen = set()
    for browser in _BROWSERS:
        for place in pc.programs(_places(browser, pc)):
            if place.resolve() not in seen:
                seen.add(place.resolve())
                yield browser, place


def _places(browser: _Browser, pc: PcPlaces) -> Iterator[Path]:
    if pc.system == "win32":
        if browser.windows[0] != "Chromium":  # it goes by Chrome's name
            yield from pc.app_paths(browser.windows[-1])
        yield from pc.below(_ROOTS, *browser.windows)
    elif pc.system == "darwin":
        program = ("Applications", f"{browser.mac}.app", "Contents", "MacOS", browser.mac)
        yield Path("/", *program)
        yield from pc.below(("HOME",), *program)
    else:
        yield from pc.on_path(name for name in browser.linux if "/" not in name)
        yield from (Path(name) for name in browser.linux if "/" in name)
