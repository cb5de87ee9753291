"""The virtual environment of a clone, and the stamps that say which steps of the set-up were done to their end."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path


def digest(*texts: str) -> str:
    """Return a short key that changes with any of the texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Venv:
    """The virtual environment of a clone, with its stamps."""

    folder: Path
    platform: str = sys.platform

    @property
    def python(self) -> Path:
        """Return its Python."""
        return self.program("python")

    def program(self, name: str) -> Path:
        """Return one of its programs."""
        if self.platform == "win32":
            return self.folder / "Scripts" / f"{name}.exe"
        return self.folder / "bin" / name

    def python_version(self) -> str:
        """Return `3.11` or the like, as the virtual environment was made; nothing where there is none."""
        try:
            lines = (self.folder / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
        except OSError:
            return ""
        versions = [line.partition("=")[2].strip() for line in lines if line.split("=")[0].strip() == "version"]
        return ".".join(versions[0].split(".")[:2]) if versions else ""

    def is_usable(self) -> bool:
        """Tell whether its Python is there and still of the version that it was made for."""
        if not self.python.exists() or not self.python_version():
            return False
        if os.path.realpath(self.python) != os.path.realpath(sys.executable):
            return True
        return self.python_version() == f"{sys.version_info[0]}.{sys.version_info[1]}"

    def has_stamp(self, step: str) -> bool:
        """Tell whether a step was ever done here, with whatever key."""
        return (self.folder / f".done-{step}").exists()

    def is_done(self, step: str, key: str) -> bool:
        """Tell whether a step was done to its end, with this key."""
        try:
            return (self.folder / f".done-{step}").read_text(encoding="utf-8") == key
        except OSError:
            return False

    def mark_done(self, step: str, key: str) -> None:
        """Remember that a step was done to its end."""
        partial = self.folder / f".done-{step}.{os.getpid()}"
        partial.write_text(key, encoding="utf-8")
        partial.replace(self.folder / f".done-{step}")

    def lock_key(self, lock_file: Path) -> str:
        """Return the key of a lock file's stamp: its content and the Python it is installed for."""
        return digest(lock_file.read_text(encoding="utf-8"), self.python_version())
