"""What Facteur says where nobody reads its standard error: started from the menu of Windows it has no console."""

from __future__ import annotations

import sys
import threading

_INFORMATION, _IN_FRONT = 0x40, 0x10000  # MB_ICONINFORMATION, MB_SETFOREGROUND


def is_without_console() -> bool:
    """Tell whether what is printed is lost."""
    return sys.platform == "win32" and sys.stderr is None


def show_message(text: str, *, wait: bool = True) -> None:
    """Show a text in a small window; with `wait` until somebody has closed it, else as long as the program runs."""
    if sys.platform == "win32":
        import ctypes

        def show() -> None:
            ctypes.windll.user32.MessageBoxW(None, text, "Facteur", _INFORMATION | _IN_FRONT)

        shown = threading.Thread(target=show, name="message", daemon=True)
        shown.start()
        if wait:
            shown.join()
