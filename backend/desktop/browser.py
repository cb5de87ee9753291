"""Opens the system's browser on a launch address without showing it to other users of the PC."""

from __future__ import annotations

import contextlib
import html
import os
import sys
import webbrowser
from pathlib import Path

_PAGE = """<!doctype html>
<html>
<head>
  <meta charset="utf-8">
  <meta name="referrer" content="no-referrer">
  <meta http-equiv="refresh" content="0; url={url}">
  <title>Facteur</title>
</head>
<body><p><a href="{url}">Facteur</a></p></body>
</html>
"""


class LaunchPage:
    """A file only for this user that sends a browser on to the launch address.

    The command line of a browser can be read by every user of a Linux or macOS host, and with it the token.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "open.html"

    def open_browser(self, url: str) -> bool:
        """Open the system's browser on `url`; tell whether there is one."""
        return webbrowser.open(url if sys.platform == "win32" else self.write(url).as_uri())

    def write(self, url: str) -> Path:
        """Write the file that sends on to `url`, and return where it is."""
        self._file.unlink(missing_ok=True)
        with os.fdopen(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(_PAGE.format(url=html.escape(url)))
        return self._file

    def remove(self) -> None:
        """Remove the file, at the latest when the program ends; its token is good for nothing afterwards."""
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)
