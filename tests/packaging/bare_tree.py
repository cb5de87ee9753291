"""A Debian without Python, with what a desktop has to show windows: where the Linux archive must run."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from debian_packages import WINDOW

MAKING_S, RUNNING_S = 1800, 300
PROGRAM = "/opt/Facteur/facteur"
# Its own mounts: what it sees of the PC is /tmp (a bus for the keyring, a display), /proc and /dev.
_ENTER = """set -e
for part in tmp dev; do mount --rbind "/$part" "$1/$part"; done
mount -t proc proc "$1/proc"
root=$1
shift
exec chroot "$root" "$@"
"""


@dataclass(frozen=True)
class BareTree:
    """The folder that is its root."""

    folder: Path

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it, with an environment of its own."""
        enter = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", _ENTER, "sh", str(self.folder)]
        variables = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/root", "LANG": "C.UTF-8", **environment}
        return subprocess.run(
            [*enter, *command],
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=RUNNING_S,
            check=False,
        )

    def has_python(self) -> bool:
        """Tell whether any Python is on its disk, that of the archive aside."""
        return any(
            "python" in name and not folder.startswith(str(self.folder / "opt"))
            for folder, _folders, names in os.walk(self.folder / "usr")
            for name in names
            if os.access(Path(folder, name), os.X_OK) and Path(folder).name in {"bin", "sbin"}
        )


def make_bare_tree(folder: Path) -> BareTree:
    """Make it with debootstrap from the mirror of this PC; as root."""
    packages = ",".join(name for package in WINDOW for name in package.names()[-1:])
    command = ["debootstrap", "--variant=minbase", f"--include={packages}", "bookworm", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=MAKING_S, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return BareTree(folder)
