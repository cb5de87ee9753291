"""The PC around the pages: its programs for files and folders, and its dialogs where there is a window."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from backend.web.desktop_port import NoProgramError

if TYPE_CHECKING:
    from webview import Window

# What the PC's programs only show; nothing that could run.
_SHOWN_FILES = frozenset({".pdf", ".eml"})
_ANSWER_S = 3.0


class NativeDesktop:
    """Opens files and folders with the PC's programs; asks through the window once it has one."""

    def __init__(self) -> None:
        self.window: Window | None = None

    @property
    def has_dialogs(self) -> bool:
        """Tell whether there is a window that can ask for files and folders."""
        return self.window is not None

    def open_file(self, path: Path) -> None:
        """Show a PDF or a mail with the program that the PC has for it; raises NoProgramError."""
        if path.suffix.lower() not in _SHOWN_FILES or not path.is_file():
            raise NoProgramError(str(path))
        _open(path)

    def open_folder(self, path: Path) -> None:
        """Show a folder; raises NoProgramError."""
        if not path.is_dir():
            raise NoProgramError(str(path))
        _open(path)

    def choose_files(self) -> list[Path]:
        """Ask for files; empty when none was chosen or there is no window."""
        from webview import FileDialog

        if self.window is None:
            return []
        return [Path(name) for name in self.window.create_file_dialog(FileDialog.OPEN, allow_multiple=True) or ()]

    def choose_folder(self, start: Path) -> Path | None:
        """Ask for a folder, beginning at `start`; None when none was chosen or there is no window."""
        from webview import FileDialog

        if self.window is None:
            return None
        chosen = self.window.create_file_dialog(FileDialog.FOLDER, directory=str(start))
        return Path(chosen[0]) if chosen else None

    def choose_target(self, name: str) -> Path | None:
        """Ask where to save a file; None when no place was chosen or there is no window."""
        from webview import FileDialog

        if self.window is None:
            return None
        chosen = self.window.create_file_dialog(FileDialog.SAVE, save_filename=name)
        return Path(chosen if isinstance(chosen, str) else chosen[0]) if chosen else None


def _open(path: Path) -> None:
    if sys.platform == "win32":
        try:
            os.startfile(path)  # noqa: S606 - a kind of file that is only shown
        except OSError:
            raise NoProgramError(str(path)) from None
        return
    opener = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if opener is None:
        raise NoProgramError(str(path))
    _run_opener(opener, path.resolve())


def _run_opener(opener: str, path: Path) -> None:
    quiet = subprocess.DEVNULL
    child = subprocess.Popen([opener, str(path)], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        # xdg-open ends with 2, 3 or 4 when it finds nothing; some programs stay in the foreground below it.
        failed = child.wait(timeout=_ANSWER_S) != 0
    except subprocess.TimeoutExpired:
        failed = False
    if failed:
        raise NoProgramError(str(path))
