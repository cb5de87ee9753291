"""A Windows Python under Wine: the branches for Windows run there, on a Debian without Windows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from wine import ROOT, Wine, install_libraries, windows_path, windows_python

KEPT = ROOT / ".venv" / "windows-python"
RUNTIME = ROOT / "build/locks/runtime.txt"


@dataclass(frozen=True)
class Windows:
    """A Windows with a Python in it that has the program's libraries; both Python and libraries are kept in .venv."""

    wine: Wine
    python: Path = field(default_factory=lambda: windows_python(KEPT))

    @property
    def drive_c(self) -> Path:
        """Return where C: lies."""
        return self.wine.drive_c

    def run(self, code: str, *arguments: str) -> str:
        """Run Python code there, with the program's sources on its path; return what it prints."""
        return self.wine.run(self.command(code, *arguments))

    def command(self, code: str, *arguments: str, name: str = "script") -> list[str | Path]:
        """Write Python code to a script of that name, and return the command that runs it."""
        script = self.drive_c / f"{name}.py"
        paths = [windows_path(ROOT), windows_path(libraries())]
        head = f"import sys\nsys.path[:0] = {paths!r}\nsys.stdout.reconfigure(encoding='utf-8')\n"
        script.write_text(head + code, "utf-8")
        return [self.python, rf"C:\{name}.py", *arguments]

    def registry(self, key: str, name: str, value: str) -> None:
        """Set a text in the registry; "" is the key's own value."""
        where = ["/v", name] if name else ["/ve"]
        self.wine.run(["reg", "add", key, *where, "/d", value, "/f"])


def libraries() -> Path:
    """Return the program's libraries for Windows, fetched once for each lock file."""
    from virtual_env import digest

    folder = KEPT / f"libraries-{digest(RUNTIME.read_text('utf-8'))}"
    if not folder.is_dir():
        partial = folder.with_suffix(".partial")
        install_libraries(RUNTIME, partial)
        partial.rename(folder)
    return folder
