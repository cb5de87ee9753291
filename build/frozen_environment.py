"""Runs in the packaged program on Linux before everything else: other programs get the system's libraries, not ours.

PyInstaller's loader puts its folder into LD_LIBRARY_PATH and keeps what was there; the libraries of this process are
found by then, and a browser or a mail program that it starts would load ours instead of its own.
"""

from __future__ import annotations

import os

_NAME = "LD_LIBRARY_PATH"
_before = os.environ.pop(f"{_NAME}_ORIG", None)
if _before is not None:
    os.environ[_NAME] = _before
else:
    os.environ.pop(_NAME, None)
