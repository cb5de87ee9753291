"""What these tests are about: the archives and the installer, made by build/package.py as anybody makes them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.packaging.bare_tree import BareTree, make_bare_tree
from tests.packaging.installed import Installed
from tests.servers.certificates import Certificates, make_certificates
from tests.servers.screen import Screen, virtual_screen
from tests.windows.wine import add_process_prng
from wine import ROOT, Wine, windows_path

MAKING_S = 3600
Note = Callable[[str], None]
_NOTES = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--made",
        type=lambda name: Path(name).resolve(),
        help="take the packages from this folder instead of making them",
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(_NOTES, []):
        terminalreporter.write_line(line)


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """Give what keeps a figure for the end of the run."""
    return request.config.stash.setdefault(_NOTES, []).append


def made_for(target: str, folder: Path, *options: str) -> Path:
    """Make the packages of a system as README says; return their folder."""
    command = [sys.executable, str(ROOT / "build/package.py"), "--target", target, "--output", str(folder)]
    subprocess.run([*command, *options], check=True, timeout=MAKING_S)
    return folder


@pytest.fixture(scope="session")
def linux_archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the Linux archive, with Debian's wkhtmltopdf in it."""
    wkhtmltopdf = shutil.which("wkhtmltopdf")
    assert wkhtmltopdf
    folder = request.config.getoption("--made") or made_for(
        "linux", tmp_path_factory.mktemp("linux"), "--wkhtmltopdf", wkhtmltopdf
    )
    (archive,) = Path(folder).glob("facteur-*-linux-*.tar.gz")
    return archive


@pytest.fixture(scope="session")
def windows_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the Windows archive and installer; return where they are."""
    return request.config.getoption("--made") or made_for("windows", tmp_path_factory.mktemp("windows"))


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    with virtual_screen(tmp_path_factory.mktemp("screen")) as running:
        yield running


@pytest.fixture(scope="session")
def wine(tmp_path_factory: pytest.TempPathFactory, screen: Screen) -> Iterator[Wine]:
    """Give a Windows without Python, and with what Rust's libraries want of it."""
    started = Wine(tmp_path_factory.mktemp("wine") / "prefix", {"DISPLAY": screen.environment["DISPLAY"]})
    started.start()
    add_process_prng(started)
    try:
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="session")
def installed(wine: Wine, windows_folder: Path) -> Installed:
    """Run the installer without questions; return the program where it put it."""
    (setup,) = windows_folder.glob("facteur-*-windows-*-setup.exe")
    wine.run([windows_path(setup), "/S"], timeout_s=900)
    (program,) = wine.drive_c.glob("users/*/AppData/Local/Programs/Facteur")
    return Installed(wine, program)


@pytest.fixture(scope="session")
def bare_tree(linux_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareTree]:
    """Unpack the archive in a Debian of its own, without Python."""
    if os.geteuid() != 0:
        pytest.skip("needs root: it makes a Debian of its own")
    folder = tmp_path_factory.mktemp("debian")
    tree = make_bare_tree(folder / "tree")
    with tarfile.open(linux_archive) as archive:
        archive.extractall(tree.folder / "opt", filter="data")
    yield tree
    shutil.rmtree(tree.folder)
