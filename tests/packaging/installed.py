"""The program as the Windows installer put it on a PC (under Wine)."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wine import Wine, windows_path

CALL_S = 300


@dataclass(frozen=True)
class Installed:
    """The folder of the program on C:."""

    wine: Wine
    folder: Path

    def command(self, *arguments: str, program: str = "facteur-cli.exe") -> list[str]:
        """Return what starts it."""
        return [windows_path(self.folder / program), *arguments]

    def call(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[bytes]:
        """Run a command to its end."""
        return subprocess.run(
            self.wine.command(self.command(*arguments)),
            env=self.wine.environment(),
            input=stdin.encode(),
            capture_output=True,
            timeout=CALL_S,
            check=False,
        )

    def run(self, *arguments: str, stdin: str = "") -> Any:  # noqa: ANN401 - any JSON value
        """Run a command that must succeed; return its JSON."""
        done = self.call(*arguments, "--json", stdin=stdin)
        assert done.returncode == 0, f"{arguments}: {done}"
        return json.loads(done.stdout)
