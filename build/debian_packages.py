"""Debian's packages that build/run.py and build/test.py want, and the choice among them; nothing here runs anything."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Package:
    """A Debian package; `renamed` is its name from Debian 13 on, `program` what may stand for it from elsewhere."""

    name: str
    renamed: str = ""
    program: str = ""
    service: str = ""
    remedy: str = ""

    def names(self) -> tuple[str, ...]:
        """Return the names to look for, the newer first."""
        return (self.renamed, self.name) if self.renamed else (self.name,)


VENV = Package("python3-venv")
PROGRAM = (
    Package("wkhtmltopdf", program="wkhtmltopdf", remedy="Its makers' own package wkhtmltox serves as well."),
    Package("fontconfig"),
)
# What ldd misses for the libraries and platform plugins of the PySide6 wheels on a bare Debian 12.
WINDOW = (
    *(Package(name) for name in ("libegl1", "libgl1", "libgbm1", "libdbus-1-3", "libfontconfig1", "libnss3")),
    *(Package(name) for name in ("libexpat1", "libudev1", "libwayland-client0", "libwayland-cursor0")),
    *(Package(name) for name in ("libwayland-egl1", "libx11-6", "libx11-xcb1", "libxext6", "libxcomposite1")),
    *(Package(name) for name in ("libxdamage1", "libxfixes3", "libxrandr2", "libxtst6", "libxkbfile1")),
    *(Package(name) for name in ("libxcb-cursor0", "libxcb-dri3-0", "libxcb-glx0", "libxcb-icccm4")),
    *(Package(name) for name in ("libxcb-image0", "libxcb-keysyms1", "libxcb-present0", "libxcb-randr0")),
    *(Package(name) for name in ("libxcb-render-util0", "libxcb-shape0", "libxcb-sync1", "libxcb-util1")),
    *(Package(name) for name in ("libxcb-xkb1", "libxkbcommon0", "libxkbcommon-x11-0")),
    Package("libasound2", renamed="libasound2t64"),
    Package("libglib2.0-0", renamed="libglib2.0-0t64"),
)
TESTS = (
    Package("chromium", program="chromium"),
    Package("xvfb"),
    Package("postfix", service="postfix"),
    Package("dovecot-core", service="dovecot"),
    Package("dovecot-lmtpd"),
    Package("sasl2-bin", service="saslauthd"),
    Package("gnome-keyring"),
    Package("dbus"),
    Package("poppler-utils"),
    Package("qpdf"),
    Package("openssl"),
    Package("libatomic1"),  # the Node.js inside Playwright's wheel wants it
    Package("xdg-utils", program="xdg-email"),
)
# What build/package.py wants of every PC, and of one that builds for Windows.
PACKAGING = (
    Package("binutils", program="objdump"),
    Package(f"libpython{sys.version_info[0]}.{sys.version_info[1]}"),  # Debian's own Python comes without it
)
PACKAGING_WINDOWS = (
    Package("wine", program="wine"),
    Package("wine64"),
    Package("nsis", program="makensis"),
)
# What `build/test.py windows` wants: a Windows, and a compiler for its mail program that only writes down.
WINDOWS = (
    Package("wine", program="wine"),
    Package("wine64"),
    Package("gcc-mingw-w64-x86-64", program="x86_64-w64-mingw32-gcc"),
)
# What the tests that run by themselves want more than all tests do.
CAMPAIGNS = {
    "windows": WINDOWS,
    "packaging": (*PACKAGING, *PACKAGING_WINDOWS, *WINDOWS[2:], Package("debootstrap", program="debootstrap")),
}


def missing_packages(
    packages: Iterable[Package], installed: Mapping[str, str], find_program: Callable[[str], str | None] = shutil.which
) -> list[Package]:
    """Return the packages that are not there, under no name and by no program."""
    return [
        package
        for package in packages
        if not any(name in installed for name in package.names())
        and not (package.program and find_program(package.program))
    ]


def parse_installed(listing: str) -> dict[str, str]:
    """Read lines of `status<TAB>package<TAB>provides`; return each installed package with what it provides."""
    rows = (line.split("\t") for line in listing.splitlines())
    return {row[1]: row[2] for row in rows if len(row) == 3 and row[0] == "installed"}


def parse_candidates(policy: str) -> set[str]:
    """Read what `apt-cache policy` prints; return the names that apt can install."""
    known: set[str] = set()
    name = ""
    for line in policy.splitlines():
        if line.endswith(":") and not line.startswith(" "):
            name = line[:-1]
        elif line.strip().startswith("Candidate:") and "(none)" not in line:
            known.add(name)
    return known


def choose_names(packages: Iterable[Package], candidates: set[str]) -> tuple[list[str], list[Package]]:
    """Return the names to install, and the packages that this system does not have under any name."""
    found: list[str] = []
    nowhere: list[Package] = []
    for package in packages:
        name = next((name for name in package.names() if name in candidates), None)
        if name:
            found.append(name)
        else:
            nowhere.append(package)
    return found, nowhere


def other_mail_server(installed: Mapping[str, str]) -> str:
    """Return the installed mail server that Postfix would displace, or nothing."""
    if "postfix" in installed:
        return ""
    return next((name for name, provides in installed.items() if "mail-transport-agent" in provides), "")
