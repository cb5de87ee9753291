"""The licences of all that the packaged program bundles, in its folder `licences`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "build/locks/window.txt"
_NAMES = ("licen", "copying", "notice", "authors", "copyright")
# Qt for Python ships no text of its licence (LGPL-3.0-only, its metadata says); GPL-3.0 is what that refers to.
_QT = ("LGPL-3", "GPL-3")
_COMMON = Path("/usr/share/common-licenses")
_OWN = {
    "IBM Plex Sans (ticket font)": "frontend/ticket_layouts/fonts/OFL.txt",
    "Figtree (page font)": "frontend/static/fonts/LICENSE.txt",
    "Lucide (icons)": "frontend/static/img/icons-LICENSE.txt",
    "htmx": "frontend/static/vendor/htmx-LICENSE.txt",
}


def add_licences(folder: Path, libraries: Path) -> Path:
    """Collect the licences of a program's folder that was built from `libraries`; return the list of them."""
    target = folder / "licences"
    lines = ["What Facteur bundles, and under which licence; the texts lie beside this list.", ""]
    lines += [_add_distribution(found, target) for found in bundled(libraries)]
    for name, text in _OWN.items():
        copied = _copy([ROOT / text], target / name.split(" (", maxsplit=1)[0].replace(" ", "-").lower())
        lines.append(f"{name}: {copied}")
    lines.append(_add_python(target, libraries))
    lines += _add_debian(folder, target)
    listing = target / "LICENCES.txt"
    listing.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return listing


def bundled(libraries: Path) -> list[Distribution]:
    """Return the distributions that the program's lock names, as far as this system has them, and PyInstaller."""
    locked = {line.split("==")[0] for line in LOCK.read_text(encoding="utf-8").splitlines() if "==" in line}
    known = {_key(found.name): found for found in distributions(path=[str(libraries)])}
    return [known[name] for name in sorted({*map(_key, locked), "pyinstaller"}) if name in known]


def licence_of(found: Distribution) -> str:
    """Return what a distribution says its licence is."""
    fields = {name: str(value) for name, value in found.metadata.json.items()}
    said = fields.get("license_expression") or fields.get("license") or ""
    if not said or "\n" in said:
        classifiers = found.metadata.get_all("Classifier") or []
        named = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License ::")]
        said = ", ".join(named) or next(iter(said.strip().splitlines()), "see its text")
    return said


def _add_distribution(found: Distribution, target: Path) -> str:
    files = [
        Path(str(found.locate_file(file)))
        for file in found.files or []
        if any(part in file.name.lower() for part in _NAMES) and ".dist-info" in file.parts[0]
    ]
    if _key(found.name).startswith(("pyside6", "shiboken6")):
        files = [_COMMON / name for name in _QT if (_COMMON / name).exists()]
    copied = _copy(files, target / _key(found.name))
    return f"{found.name} {found.version}: {licence_of(found)} {copied}".rstrip()


def _add_python(target: Path, libraries: Path) -> str:
    base = Path(sys.base_prefix)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    places = (
        libraries.parents[1] / "LICENSE.txt",
        base / "LICENSE.txt",
        base / "lib" / version / "LICENSE.txt",
        Path("/usr/share/doc") / version / "copyright",
    )
    return f"Python: PSF-2.0 {_copy([place for place in places if place.is_file()][:1], target / 'python')}"


def _add_debian(folder: Path, target: Path) -> Iterable[str]:
    """Add the copyright files of the Debian packages whose libraries were taken along."""
    names = {path.name for path in (folder / "_internal").glob("lib*.so*") if not path.is_symlink()}
    names |= {path.name for path in folder.glob("wkhtmltopdf/**/*") if path.is_file()}
    if not names or not shutil.which("dpkg-query"):
        return
    query = ["dpkg-query", "-S", *sorted(f"*/{name}" for name in names)]
    found = subprocess.run(query, capture_output=True, check=False)
    packages = {line.partition(": ")[0].split(":")[0] for line in found.stdout.decode().splitlines()}
    for package in sorted(packages):
        text = Path("/usr/share/doc") / package / "copyright"
        if text.is_file():
            yield f"{package} (Debian): {_copy([text], target / 'debian' / package)}"


def _copy(files: Iterable[Path], target: Path) -> str:
    copied = []
    for file in files:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target / file.name)
        copied.append(file.name)
    place = f"{target.parent.name}/{target.name}" if target.parent.name == "debian" else target.name
    return f"[{place}: {', '.join(copied)}]" if copied else ""


def _key(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
