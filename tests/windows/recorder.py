"""What the recording mail program wrote down, and what it is to answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CLIENT_NAME = "Recorder"


@dataclass(frozen=True)
class Recorder:
    """The DLL's own folder on C:."""

    folder: Path

    def answer(self, wide: int, ansi: int = 2) -> None:
        """Set the return codes of MAPISendMailW and MAPISendMail."""
        (self.folder / "answers").write_text(f"{wide} {ansi}\n", "ascii")

    def forget(self) -> None:
        """Drop what was written down."""
        for name in ("record", "received.pdf", "answers"):
            (self.folder / name).unlink(missing_ok=True)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Return what was written down, in order."""
        lines = (self.folder / "record").read_bytes().decode("utf-8").removesuffix("\n").split("\n")
        return [(name, value) for name, _, value in (line.partition("=") for line in lines)]

    @property
    def received(self) -> bytes:
        """Return the file that came last."""
        return (self.folder / "received.pdf").read_bytes()
