"""What somebody who helps from afar needs to know of an installation: no secret, no address, nobody's name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Library:
    """A part that Facteur is made of."""

    name: str
    version: str
    licence: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Facts by group, each a name and a value, and the last lines of the log; texts for support, in English."""

    facts: dict[str, tuple[tuple[str, str], ...]]
    log: tuple[str, ...]

    def to_text(self) -> str:
        """Return the diagnosis as it is copied into a mail."""
        lines: list[str] = []
        for group, facts in self.facts.items():
            lines += [f"[{group}]", *(f"{name}: {value}" for name, value in facts), ""]
        return "\n".join([*lines, "[log]", *self.log]).rstrip() + "\n"
