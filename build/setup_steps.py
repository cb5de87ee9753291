"""What build/run.py, build/test.py and build/package.py do before they start: packages, .venv, libraries, translations.

Each step that is done leaves a stamp in .venv, so that the next start only reads the stamps. All talk goes to stderr:
stdout belongs to the program. Only Python's standard library: this runs before anything is installed.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from debian_packages import CAMPAIGNS, PACKAGING, PACKAGING_WINDOWS, PROGRAM, TESTS, VENV, WINDOW
from virtual_env import Venv, digest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from debian_packages import Package

ROOT = Path(__file__).resolve().parent.parent
# Each lock holds the ones before it in the same versions (build/lock.py).
LOCKS = {
    "runtime": "the libraries into .venv (about 100 MB)",
    "window": "the libraries and the window's Qt into .venv (about 800 MB, some minutes)",
    "package": "the libraries, the window's Qt and PyInstaller into .venv (about 800 MB, some minutes)",
    "tests": "the libraries, the window's Qt and the tests' tools into .venv (about 1 GB, some minutes)",
}


class SetupError(Exception):
    """The set-up can't go on; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What this start needs: which lock file, and Debian's packages where the system is Linux."""

    lock: str
    packages: tuple[Package, ...]


def say(text: str) -> None:
    """Say one step to the person who waits."""
    print(f"set-up: {text}", file=sys.stderr, flush=True)


def make_plan(
    *, tests: bool, platform: str, environment: Mapping[str, str], campaign: str = "", target: str = ""
) -> Plan:
    """Choose by platform (`sys.platform`) and display: the window's 700 MB of Qt come only where a window can open.

    `target` is the system that build/package.py builds for.
    """
    linux = platform.startswith("linux")
    if target:
        more = (*WINDOW, *PACKAGING, *(PACKAGING_WINDOWS if target == "windows" else ()))
        return Plan("package", more if linux else ())
    display = not linux or any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    lock = "tests" if tests else "window" if display else "runtime"
    if not linux:
        return Plan(lock, ())
    more = (*(TESTS if tests else ()), *CAMPAIGNS.get(campaign, ()))
    return Plan(lock, (*PROGRAM, *(WINDOW if lock != "runtime" else ()), *more))


def stale_catalogues(translations: Path) -> list[Path]:
    """Return the messages.po files whose messages.mo is missing or older."""
    stale = []
    for source in sorted(translations.glob("*/LC_MESSAGES/messages.po")):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            stale.append(source)
    return stale


@dataclass(frozen=True, slots=True)
class SetUp:
    """The steps for one clone; `call` runs a command, shows what it printed if it failed, and returns its exit code."""

    root: Path
    venv: Venv
    plan: Plan
    system: str
    call: Callable[[Sequence[str]], int]
    install_packages: Callable[[Sequence[Package]], bool]
    has_ensurepip: Callable[[], bool]

    def is_done(self) -> bool:
        """Tell whether there is nothing to do; reads a few small files only."""
        return (
            self.venv.is_usable()
            and self.venv.is_done("venv", self._venv_key())
            and self.venv.is_done(f"packages-{self.plan.lock}", self._packages_key())
            and self._libraries_done()
            and not stale_catalogues(self.root / "frontend/translations")
        )

    def bring(self) -> None:
        """Do what is left to do; raises SetupError."""
        settled = self.bring_packages()
        self.bring_venv()
        if settled:
            self.venv.mark_done(f"packages-{self.plan.lock}", self._packages_key())
        self.bring_libraries()
        self.bring_translations()

    def bring_packages(self) -> bool:
        """Install Debian's packages; return whether that need not be tried again."""
        wanted = list(self.plan.packages)
        if not self.venv.is_usable() and not self.has_ensurepip():
            wanted.insert(0, VENV)
        elif self.venv.is_done(f"packages-{self.plan.lock}", self._packages_key()):
            return True
        return not wanted or self.install_packages(wanted)

    def bring_venv(self) -> None:
        """Make .venv, or make it anew where it was left half done, was moved, or its Python is gone."""
        if self.venv.is_usable() and self.venv.is_done("venv", self._venv_key()):
            return
        made_by_hand = self.venv.is_usable() and not self.venv.has_stamp("venv")
        if not made_by_hand or self.call([str(self.venv.python), "-m", "pip", "--version"]):
            if self.venv.folder.is_symlink():
                raise SetupError(f"{self.venv.folder} is a link to another clone's environment; please remove the link")
            if not self.has_ensurepip():
                text = "Python's venv is missing; please have an administrator run: apt-get install python3-venv"
                raise SetupError(text)
            say("making the virtual environment .venv")
            if self.call([sys.executable, "-m", "venv", "--clear", str(self.venv.folder)]):
                raise SetupError(".venv could not be made")
        self.venv.mark_done("venv", self._venv_key())

    def bring_libraries(self) -> None:
        """Install the lock file's libraries, each checked by its hash."""
        if self._libraries_done():
            return
        if self._install_lock(self.plan.lock):
            return
        if self.plan.lock != "window":
            raise SetupError("the libraries could not be installed; is the network there? The next start tries again")
        say("the window's libraries could not be installed; going on in the browser. The next start tries again")
        if not self._install_lock("runtime"):
            raise SetupError("the libraries could not be installed; is the network there? The next start tries again")

    def bring_translations(self) -> None:
        """Compile each messages.po that is newer than its messages.mo."""
        for source in stale_catalogues(self.root / "frontend/translations"):
            language = source.parent.parent.name
            say(f"compiling the translation {language}")
            command = [str(self.venv.python), "-m", "babel.messages.frontend", "-q", "compile"]
            # -f: a catalogue without a header counts as not finished, and would be left out.
            if self.call([*command, "-f", "-i", str(source), "-o", str(source.with_suffix(".mo")), "-l", language]):
                raise SetupError(f"{source} could not be compiled")

    def _install_lock(self, lock: str) -> bool:
        if self.venv.is_done(lock, self._lock_key(lock)):
            return True
        say(f"installing {LOCKS[lock]}")
        pip = [str(self.venv.python), "-m", "pip", "install", "-q", "--no-input", "--disable-pip-version-check"]
        # A lock is complete: resolving it again would only ask for newer ones of what is named with an extra.
        if self.call([*pip, "--no-deps", "--require-hashes", "-r", str(self._lock_file(lock))]):
            return False
        for name in list(LOCKS)[: list(LOCKS).index(lock) + 1]:
            self.venv.mark_done(name, self._lock_key(name))
        return True

    def _venv_key(self) -> str:
        # The programs of a virtual environment know the folder that it was made in.
        return f"{self.venv.python_version()} {self.venv.folder}"

    def _libraries_done(self) -> bool:
        return self.venv.is_done(self.plan.lock, self._lock_key(self.plan.lock))

    def _lock_file(self, lock: str) -> Path:
        return self.root / "build/locks" / f"{lock}.txt"

    def _lock_key(self, lock: str) -> str:
        return digest(self._lock_file(lock).read_text(encoding="utf-8"), self.venv.python_version())

    def _packages_key(self) -> str:
        return digest(self.system, *(package.name for package in self.plan.packages))


def prepare(*, tests: bool, campaign: str = "", target: str = "") -> Venv:
    """Bring this clone to where the program (or the tests) can start; raises SetupError, or exits with what to do."""
    plan = make_plan(tests=tests, platform=sys.platform, environment=os.environ, campaign=campaign, target=target)
    venv = Venv(ROOT / ".venv")
    steps = SetUp(ROOT, venv, plan, _system_name(), _call, _install_packages, _has_ensurepip)
    if steps.is_done():
        return venv
    from setup_lock import one_at_a_time

    try:
        with one_at_a_time(ROOT / ".venv.lock", say):
            if not steps.is_done():
                steps.bring()
    except PermissionError as error:
        raise SetupError(f"no right to write {error.filename}: does this clone belong to another user?") from error
    return venv


def _system_name() -> str:
    try:
        return Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return sys.platform


def _has_ensurepip() -> bool:
    importlib.invalidate_caches()
    return importlib.util.find_spec("ensurepip") is not None


def _call(command: Sequence[str]) -> int:
    from apt_install import run_quietly

    code, text = run_quietly(command)
    if code:
        sys.stderr.write(text)
    return code


def _install_packages(packages: Sequence[Package]) -> bool:
    import shutil

    from apt_install import PackageInstaller, run_quietly

    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    installer = PackageInstaller(run_quietly, say, is_root=is_root, has_apt=shutil.which("apt-get") is not None)
    return installer.install(packages)
