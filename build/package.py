"""Make what a shop installs: `python3 build/package.py --target linux|windows [--wkhtmltopdf PATH] [--sign COMMAND]`.

Each system builds for itself; a Debian builds for Windows too, with a Windows Python under Wine. What is made lies in
dist/: an archive of the program's folder, for Windows an installer as well.
"""

from __future__ import annotations

import argparse
import os
import runpy
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
SYSTEMS = {"linux": "linux", "win32": "windows", "darwin": "macos"}


class PackageError(Exception):
    """The program can't be packaged; the text says why."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked for on the command line."""

    target: str
    output: Path
    wkhtmltopdf: Path | None
    sign: tuple[str, ...]

    @property
    def under_wine(self) -> bool:
        """Tell whether Windows is built for on another system."""
        return self.target == "windows" and sys.platform != "win32"

    @property
    def name(self) -> str:
        """Return what the files are called: program, version, system."""
        version = runpy.run_path(str(ROOT / "backend/__init__.py"))["VERSION"]
        machine = "x64" if self.target == "windows" else os.uname().machine
        return f"facteur-{version}-{self.target}-{machine}"


def read_wishes(arguments: Sequence[str]) -> Wishes:
    """Read the command line; exits with its usage where it makes no sense."""
    here = SYSTEMS.get(sys.platform, "linux")
    parser = argparse.ArgumentParser(description="Make what a shop installs.")
    parser.add_argument("--target", choices=("linux", "windows", "macos"), default=here)
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="where the files go; else dist/")
    parser.add_argument("--wkhtmltopdf", type=Path, help="bundle this wkhtmltopdf, with its libraries and licence")
    parser.add_argument("--sign", default="", help="a command that signs the program whose path is added to it")
    given = parser.parse_args(arguments)
    if given.target != here and (given.target, here) != ("windows", "linux"):
        parser.error(f"{given.target} can't be built for on {here}")
    if given.wkhtmltopdf and not given.wkhtmltopdf.is_file():
        parser.error(f"there is no {given.wkhtmltopdf}")
    return Wishes(given.target, given.output.resolve(), given.wkhtmltopdf, tuple(shlex.split(given.sign)))


def make_package(wishes: Wishes) -> list[Path]:
    """Build the program's folder and pack it; return the files. Raises PackageError."""
    from archive import make_archive, moment_of_commit
    from frozen_program import freeze
    from licences import add_licences
    from setup_steps import stale_catalogues
    from wkhtmltopdf_bundle import bundle_wkhtmltopdf

    if stale_catalogues(ROOT / "frontend/translations"):
        raise PackageError("the translations are not compiled")
    wishes.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="facteur-package-") as work:
        folder, libraries = freeze(wishes.target, Path(work), under_wine=wishes.under_wine)
        if wishes.wkhtmltopdf:
            say("adding wkhtmltopdf")
            bundle_wkhtmltopdf(wishes.wkhtmltopdf, folder / "wkhtmltopdf")
        add_licences(folder, libraries)
        shutil.copy(ROOT / "LICENSE", folder / "LICENSE.txt")
        for program in sorted(folder.glob("*.exe")) if wishes.target == "windows" else [folder / "facteur"]:
            sign(program, wishes)
        made = [make_archive(folder, wishes.output / wishes.name, moment_of_commit(ROOT))]
        if wishes.target == "windows":
            made.append(make_installer(folder, wishes))
            sign(made[-1], wishes)
    return made


def make_installer(folder: Path, wishes: Wishes) -> Path:
    """Make the Windows installer of a folder (NSIS, whose exit code alone proves nothing)."""
    say("making the installer")
    target = wishes.output / f"{wishes.name}-setup.exe"
    target.unlink(missing_ok=True)
    makensis = shutil.which("makensis") or str(Path(os.environ.get("PROGRAMFILES(X86)", "")) / "NSIS/makensis.exe")
    version = wishes.name.split("-")[1]
    defined = [f"-DVERSION={version}", f"-DFOLDER={folder}", f"-DTARGET={target}"]
    script = ROOT / "build/windows/installer.nsi"
    done = subprocess.run([makensis, "-V2", *defined, str(script)], capture_output=True, text=True, check=False)
    if done.returncode or not target.is_file():
        raise PackageError(f"makensis: {done.stdout}{done.stderr}")
    return target


def sign(program: Path, wishes: Wishes) -> None:
    """Have a program signed, where that was asked for."""
    if wishes.sign:
        say(f"signing {program.name}")
        if subprocess.run([*wishes.sign, str(program)], check=False).returncode:
            raise PackageError(f"{program.name} was not signed")


def say(text: str) -> None:
    """Say one step to the person who waits."""
    print(f"package: {text}", file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Set up what is missing, then package with the Python of .venv; return the exit code."""
    from setup_steps import SetupError, prepare

    wishes = read_wishes(arguments)
    try:
        venv = prepare(tests=False, target=wishes.target)
    except SetupError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    if Path(sys.prefix).resolve() != venv.folder.resolve():
        return subprocess.run([str(venv.python), __file__, *arguments], check=False).returncode
    try:
        for path in make_package(wishes):
            print(f"{path}  {path.stat().st_size / 1e6:.1f} MB")
    except (PackageError, subprocess.CalledProcessError, OSError) as error:
        print(f"package: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - said by the Python that is too old
        sys.exit("Facteur needs Python 3.11 or newer; this is Python " + sys.version.split()[0])
    sys.exit(main(sys.argv[1:]))
