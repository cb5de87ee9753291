"""A folder of this process alone in which an engine works; it goes with the engine, after a crash within a day."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
import weakref
from pathlib import Path

from backend.adapters.pdf.pdf_file import failure_of
from backend.domain.pdf_settings import PdfFailure

_PREFIX = "work-"
_LEFT_OVER_S = 24 * 3600
_NO_SPACE_BYTES = 1_000_000


class WorkFolder:
    """Made with mode 0700; removed when it is closed, or when the program ends."""

    def __init__(self, cache_dir: Path) -> None:
        """Make the folder in `cache_dir`; raises PdfFailure("unwritable"), PdfFailure("disk_full")."""
        try:
            cache_dir.mkdir(parents=True, exist_ok=True)
            _remove_left_overs(cache_dir)
            self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=cache_dir))
        except OSError as error:
            raise failure_of(error) from error
        self.close = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    @property
    def is_there(self) -> bool:
        """Tell whether the folder is still there (another Facteur tidies up what looks left over)."""
        return self.path.is_dir()

    def incomplete(self, detail: str) -> PdfFailure:
        """Return why a file in this folder isn't whole; programs write on without a word when the disk is full."""
        full = shutil.disk_usage(self.path).free < _NO_SPACE_BYTES
        return PdfFailure("disk_full" if full else "incomplete", detail=detail)


def _remove_left_overs(cache_dir: Path) -> None:
    for folder in cache_dir.glob(f"{_PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):  # another Facteur tidies too
            if time.time() - folder.stat().st_mtime > _LEFT_OVER_S:
                shutil.rmtree(folder, ignore_errors=True)
