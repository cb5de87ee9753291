"""Pack the program's folder: the same content gives the same archive."""

from __future__ import annotations

import gzip
import subprocess
import tarfile
import time
import zipfile
from pathlib import Path


def moment_of_commit(root: Path) -> int:
    """Return when what is packed was committed, in seconds; a fixed moment outside of a clone."""
    command = ["git", "-C", str(root), "log", "-1", "--format=%ct"]
    try:
        return int(subprocess.run(command, capture_output=True, check=True, timeout=30).stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return 1_767_225_600


def make_archive(folder: Path, target: Path, moment: int) -> Path:
    """Pack a folder as `target`.zip where Windows programs are in it, else as `target`.tar.gz; return the file."""
    paths = sorted(path for path in folder.rglob("*") if path.is_symlink() or path.is_file())
    if any(folder.glob("*.exe")):
        return _zip(folder, paths, target.with_name(f"{target.name}.zip"), moment)
    return _tar(folder, paths, target.with_name(f"{target.name}.tar.gz"), moment)


def _zip(folder: Path, paths: list[Path], target: Path, moment: int) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path in paths:
            entry = zipfile.ZipInfo(f"Facteur/{path.relative_to(folder).as_posix()}", time.gmtime(moment)[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, path.read_bytes())
    return target


def _tar(folder: Path, paths: list[Path], target: Path, moment: int) -> Path:
    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = moment, 0, 0, "", ""
        entry.mode = 0o755 if entry.mode & 0o100 else 0o644
        return entry

    with (
        target.open("wb") as file,
        gzip.GzipFile("", "wb", 6, file, moment) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as packed,
    ):
        for path in paths:
            packed.add(path, f"Facteur/{path.relative_to(folder).as_posix()}", recursive=False, filter=plain)
    return target
