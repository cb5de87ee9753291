"""The commands of Facteur (click): they translate between a shell and the use cases, and decide nothing."""

from __future__ import annotations

import sys

from backend.cli.root import root


def main() -> None:
    """Run the command line; text is UTF-8, also what comes in, whatever the console's code page."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    root(prog_name="facteur")
