"""The system's browser, never a window of ours: the user sees whose page he types his password into (RFC 8252 8.12)."""

from __future__ import annotations

import os
import sys
import webbrowser


def has_browser() -> bool:
    """Tell whether this PC can show a browser to whoever sits before it."""
    if sys.platform == "linux" and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")):
        return False  # there may be one for the terminal, which would take standard input and never return
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def open_browser(url: str) -> bool:
    """Open the system's browser on an address; tell whether it was started.

    Other users of the PC may read the address in its command line: there is a state in it and a challenge, but neither
    the verifier, without which no code is worth anything, nor a token.
    """
    try:
        return webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return False
