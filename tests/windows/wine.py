"""A Windows Python under Wine: the branches for Windows run there, on a Debian without Windows."""

from __future__ import annotations

import json
import ssl
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wine import ROOT, Wine, install_libraries, windows_path, windows_python

HERE = Path(__file__).parent
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

    def forget(self, key: str) -> None:
        """Remove a key of the registry with all below it, if it is there."""
        self.wine.call(["reg", "delete", key, "/f"])

    def network_drive(self, letter: str) -> None:
        """Let a drive letter be one of another PC."""
        folder = self.wine.prefix / f"drive_{letter}"
        folder.mkdir(exist_ok=True)
        link = self.wine.prefix / "dosdevices" / f"{letter}:"
        if not link.is_symlink():
            link.symlink_to(folder)
            self.registry(r"HKLM\Software\Wine\Drives", f"{letter}:", "network")


def answer(windows: Windows, code: str, *arguments: str) -> Any:  # noqa: ANN401 - any JSON value
    """Run Python code there that prints JSON; return its value."""
    return json.loads(windows.run(code, *arguments))


def compiled(source: Path, target: Path, *libraries: str) -> Path:
    """Compile a C file of ours for Windows; a target that ends in .dll becomes a library."""
    compiler = ["x86_64-w64-mingw32-gcc", "-O1", "-Wall", "-Werror", *(["-shared"] if target.suffix == ".dll" else [])]
    subprocess.run([*compiler, "-o", str(target), str(source), *libraries], check=True, timeout=120)
    return target


def add_process_prng(wine: Wine) -> None:
    """Give Debian 12's Wine what every Windows has and Rust's standard library asks for (cryptography, rpds)."""
    compiled(HERE / "process_prng.c", wine.drive_c / "windows/system32/bcryptprimitives.dll", "-ladvapi32")


def trust_authority(wine: Wine, certificate: Path, folder: Path) -> None:
    """Let this Windows trust an authority (PEM), as an administrator does; `folder` is for files on the way."""
    der = folder / "authority.der"
    der.write_bytes(ssl.PEM_cert_to_DER_cert(certificate.read_text("ascii")))
    program = compiled(HERE / "trust_authority.c", folder / "trust.exe", "-lcrypt32")
    wine.run([windows_path(program), windows_path(der)])


def libraries() -> Path:
    """Return the program's libraries for Windows, fetched once for each lock file."""
    from virtual_env import digest

    folder = KEPT / f"libraries-{digest(RUNTIME.read_text('utf-8'))}"
    if not folder.is_dir():
        partial = folder.with_suffix(".partial")
        install_libraries(RUNTIME, partial)
        partial.rename(folder)
    return folder
