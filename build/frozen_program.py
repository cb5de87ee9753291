"""Run PyInstaller: here, or for Windows with a Windows Python under Wine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from own_libraries import start_with_libraries
from wine import Wine, WineError, install_libraries, windows_path, windows_python

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "build/facteur.spec"
LOCK = ROOT / "build/locks/package.txt"
_OPTIONS = ("--noconfirm", "--clean", "--log-level", "WARN")
_LIMIT_S = 1800
_PAGES_PROCESS = "_internal/PySide6/Qt/libexec/QtWebEngineProcess"
# So that sets, and what is written from them, have the same order each time.
_SAME_ORDER = {"PYTHONHASHSEED": "1"}


def freeze(target: str, work: Path, *, under_wine: bool) -> tuple[Path, Path]:
    """Build the program's folder below `work`; return it, and the folder of the libraries it was built from."""
    print(f"package: building the program for {target} (some minutes)", file=sys.stderr, flush=True)
    if under_wine:
        libraries = _freeze_under_wine(work)
    else:
        command = [sys.executable, "-m", "PyInstaller", *_OPTIONS, "--workpath", str(work / "work")]
        environment = {**os.environ, **_SAME_ORDER}
        subprocess.run([*command, "--distpath", str(work), str(SPEC)], env=environment, check=True, timeout=_LIMIT_S)
        if target == "linux":
            # build/frozen_environment.py takes the libraries away from what the program starts; this needs them.
            start_with_libraries(work / "facteur" / _PAGES_PROCESS, "../../..")
        libraries = Path(next(path for path in sys.path if path.endswith("site-packages")))
    return work / "facteur", libraries


def _freeze_under_wine(work: Path) -> Path:
    python = work / "python"
    shutil.copytree(windows_python(ROOT / ".venv/windows-python").parent, python)
    libraries = python / "Lib/site-packages"
    install_libraries(LOCK, libraries)
    (paths,) = python.glob("python3*._pth")
    paths.write_text(f"{paths.stem}.zip\n.\nLib\\site-packages\nimport site\n", encoding="utf-8")
    wine = Wine(work / "wine")
    wine.start()
    try:
        command = [
            str(python / "python.exe"),
            "-m",
            "PyInstaller",
            *_OPTIONS,
            "--workpath",
            windows_path(work / "work"),
        ]
        distpath = ["--distpath", windows_path(work)]
        wine.run([*command, *distpath, windows_path(SPEC)], timeout_s=_LIMIT_S, **_SAME_ORDER)
    except WineError as error:
        raise OSError(str(error)) from error
    finally:
        wine.stop()
    return libraries
