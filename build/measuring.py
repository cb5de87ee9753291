"""How `bench.py` measures: both sides in turns within one run, medians, ratios."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """Where large data is kept between runs, how many tickets it has, and how often to measure."""

    cache: Path
    large: int
    runs: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A line of the table: milliseconds of what is measured and of its reference, medians."""

    what: str
    target: float
    ours_ms: float
    reference_ms: float
    runs: int
    note: str = ""
    ratio: float | None = None  # where it isn't ours by reference
    is_skipped: bool = False  # this PC can't measure it; `note` says why


def interleaved(
    ours: Callable[[], object], reference: Callable[[], object], runs: int, *, warm_up: int = 2
) -> tuple[float, float]:
    """Return the median milliseconds of both, run in turns."""
    return alternated(lambda: taken_ms(ours), lambda: taken_ms(reference), runs, warm_up=warm_up)


def alternated(
    ours: Callable[[], float], reference: Callable[[], float], runs: int, *, warm_up: int = 2
) -> tuple[float, float]:
    """Return the medians of both, run in turns; each returns its own milliseconds, without what surrounds them."""
    for _ in range(warm_up):
        ours()
        reference()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for place, work in enumerate((ours, reference)):
            times[place].append(work())
    return statistics.median(times[0]), statistics.median(times[1])


def taken_ms(work: Callable[[], object]) -> float:
    """Return how many milliseconds a piece of work takes."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000
