"""What the program says of itself on this PC: one check for each part that it is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from backend.domain.errors import FacteurError, NotReadyError


class CheckState(StrEnum):
    """How a check ended."""

    GOOD = "good"
    BAD = "bad"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Check:
    """One finished check; a bad one has a `failure` that explains it, or as `detail` what no one foresaw.

    `detail` is technical and short: a version, a number, a program. An absent part is `needed` where Facteur can't do
    its work without it, as the PC is now.
    """

    name: str
    state: CheckState
    detail: str = ""
    failure: FacteurError | None = None
    needed: bool = False
    seconds: float = 0.0


class SelfTestOutcome(StrEnum):
    """What all checks say together."""

    GOOD = "good"
    INCOMPLETE = "incomplete"
    BAD = "bad"


@dataclass(eq=False)
class SelfTestError(FacteurError):
    """A part doesn't work, or gives something wrong: `kind` names the part, `detail` says what came of it."""

    cause = "self_test"
    kind: str
    detail: str = ""


@dataclass(eq=False)
class PartAbsentError(NotReadyError):
    """A part that Facteur can do without isn't on this PC; `reason` is a cause code of its own."""

    cause = "part_absent"
    reason: str


def outcome_of(checks: Iterable[Check]) -> SelfTestOutcome:
    """Return bad where anything is bad, else incomplete where something needed is absent."""
    seen = list(checks)
    if any(check.state is CheckState.BAD for check in seen):
        return SelfTestOutcome.BAD
    if any(check.state is CheckState.ABSENT and check.needed for check in seen):
        return SelfTestOutcome.INCOMPLETE
    return SelfTestOutcome.GOOD
