"""Bundle a wkhtmltopdf beside the program: the binary, the libraries it needs, its plug-ins and its licence."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from own_libraries import start_with_libraries

# The system's own on every Linux; another copy of them would not work beside its loader.
_OF_THE_SYSTEM = re.compile(r"(ld-linux.*|lib(c|m|dl|pthread|rt|resolv|util)\.so.*|libGL.*|libEGL.*)")
_PLUGINS = Path("/usr/lib") / "x86_64-linux-gnu" / "qt5" / "plugins" / "platforms" / "libqoffscreen.so"


def bundle_wkhtmltopdf(program: Path, folder: Path) -> None:
    """Copy a program with all that it needs into a folder of its own; raises OSError, CalledProcessError."""
    folder.mkdir(parents=True)
    copied = Path(shutil.copy(program.resolve(), folder / program.name))
    for text in _licences(program):
        shutil.copyfile(text, folder / f"{text.parent.name}-{text.name}".lower())
    if copied.suffix == ".exe":
        for library in sorted(program.parent.glob("*.dll")):
            shutil.copy(library, folder)
        return
    if sys.platform == "linux":
        _add_linux_libraries(copied, folder)


def needed_libraries(program: Path) -> list[Path]:
    """Return the shared libraries that a Linux program loads, without those of every Linux."""
    said = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True).stdout
    found = [Path(match[1]) for match in re.finditer(r"=> (/\S+)", said)]
    return [library for library in found if not _OF_THE_SYSTEM.fullmatch(library.name)]


def _add_linux_libraries(program: Path, folder: Path) -> None:
    libraries = set(needed_libraries(program))
    if any(library.name.startswith("libQt5Core") for library in libraries) and _PLUGINS.is_file():
        plugins = folder / "plugins/platforms"
        plugins.mkdir(parents=True)
        shutil.copy(_PLUGINS, plugins)
        libraries.update(needed_libraries(_PLUGINS))
        (folder / "qt.conf").write_text("[Paths]\nPlugins = plugins\n", encoding="ascii")
    (folder / "lib").mkdir()
    for library in sorted(libraries):
        shutil.copy(library.resolve(), folder / "lib" / library.name)
    start_with_libraries(program, "lib")


def _licences(program: Path) -> list[Path]:
    beside = [path for path in program.parent.glob("*") if re.match(r"(?i)(licen[cs]e|copying)", path.name)]
    beside += [path for path in program.parent.parent.glob("*") if re.match(r"(?i)(licen[cs]e|copying)", path.name)]
    debian = Path("/usr/share/doc/wkhtmltopdf/copyright")
    if program.resolve().is_relative_to("/usr") and debian.is_file():
        beside.append(debian)
    return [path for path in beside if path.is_file()]
