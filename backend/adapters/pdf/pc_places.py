"""What the search for PDF engines asks of a PC: programs, folders, and the registry of Windows."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def registry_value(key: str, name: str) -> list[str]:
    """Return a text of the Windows registry: of this user first, then of the PC in both views; [] elsewhere."""
    found: list[str] = []
    if sys.platform == "win32":
        import winreg

        pc = winreg.HKEY_LOCAL_MACHINE
        views = ((pc, winreg.KEY_WOW64_64KEY), (pc, winreg.KEY_WOW64_32KEY))
        for root, view in ((winreg.HKEY_CURRENT_USER, 0), *views):
            with suppress(OSError), winreg.OpenKey(root, key, 0, winreg.KEY_READ | view) as opened:
                value = winreg.QueryValueEx(opened, name)[0]
                if isinstance(value, str) and value.strip():
                    found.append(os.path.expandvars(value.strip()))
    return found


@dataclass(frozen=True, slots=True)
class PcPlaces:
    """This PC; `system` is sys.platform. Tests give another one."""

    system: str = sys.platform
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    which: Callable[[str], str | None] = shutil.which
    is_program: Callable[[Path], bool] = _is_program
    registry: Callable[[str, str], list[str]] = registry_value

    def on_path(self, names: Iterable[str]) -> Iterator[Path]:
        """Give the programs of these names that PATH leads to."""
        for name in names:
            found = self.which(name)
            if found:
                yield Path(found)

    def below(self, variables: Iterable[str], *parts: str) -> Iterator[Path]:
        """Give a place below each folder that an environment variable names."""
        for variable in variables:
            root = self.environment.get(variable)
            if root:
                yield Path(root, *parts)

    def app_paths(self, program: str) -> Iterator[Path]:
        """Give where Windows says that a program lies (App Paths)."""
        key = rf"Software\Microsoft\Windows\CurrentVersion\App Paths\{program}"
        for value in self.registry(key, ""):
            yield Path(value.strip('"'))

    def programs(self, places: Iterable[Path]) -> Iterator[Path]:
        """Give each place at which a program is, the same one once."""
        seen = set()
        for place in places:
            if self.is_program(place) and (resolved := place.resolve()) not in seen:
                seen.add(resolved)
                yield place
