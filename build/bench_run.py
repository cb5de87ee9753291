"""The measurements of `bench.py`, as a table or as JSON: each with its reference in turns, medians."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import bench_engines
import bench_outbox
import bench_pages
import bench_records
import bench_sending
import bench_starts
import bench_window
from measuring import Measured, Options

MEASUREMENTS: dict[str, Callable[[Options], list[Measured]]] = {
    "S1": bench_sending.warm_pdf,
    "S2": bench_pages.assistant,
    "S3": bench_pages.accepted,
    "S4": bench_sending.whole_chain,
    "S5": bench_starts.first_page,
    "S6": bench_window.usable_window,
    "S8": bench_records.recording,
    "S9": bench_outbox.thousand_mails,
    "S10": bench_outbox.memory,
    "S11": bench_sending.free_space,
    "P1": bench_engines.one_shot_fallback,
    "P2": bench_engines.browser,
    "P3": bench_engines.memory,
    "P4": bench_engines.browser_free_space,
}


def main() -> int:
    """Print the table, or its JSON; exit with 1 when a target isn't met."""
    parser = argparse.ArgumentParser(prog="bench.py")
    parser.add_argument("--only", default="", help="ids separated by commas")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--runs", type=int, default=25)
    parser.add_argument("--large", type=int, default=1_000_000, help="tickets of the large shop")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / f"facteur-bench-{os.getuid()}")
    wanted = parser.parse_args()
    options = Options(wanted.cache, wanted.large, wanted.runs)
    ids = wanted.only.upper().split(",") if wanted.only else list(MEASUREMENTS)
    rows = [_row(id_, measured) for id_ in ids for measured in MEASUREMENTS[id_](options)]
    print(json.dumps(rows, indent=2) if wanted.json else _table(rows))
    return 1 if any(row["met"] is False for row in rows) else 0


def _row(id_: str, measured: Measured) -> dict[str, object]:
    ratio = measured.ours_ms / measured.reference_ms if measured.ratio is None else measured.ratio
    row = asdict(measured) | {"id": id_, "ratio": round(ratio, 3), "met": ratio <= measured.target}
    if measured.is_skipped:
        row |= {"ratio": None, "met": None}
    return {
        name: round(value, 3) if isinstance(value, float) else value
        for name, value in sorted(row.items(), key=lambda item: item[0] != "id")
    }


def _met(row: dict[str, object]) -> str:
    if row["is_skipped"]:
        return "-"
    return "yes" if row["met"] else "NO"


def _table(rows: list[dict[str, object]]) -> str:
    head = f"{'':<4} {'what':<58} {'ratio':>7} {'target':>7} {'met':<4} {'ours ms':>9} {'reference ms':>12} {'runs':>5}"
    lines = [
        f"{row['id']:<4} {row['what']:<58} {row['ratio'] or '-':>7} {row['target']:>7} {_met(row):<4} "
        f"{row['ours_ms']:>9} {row['reference_ms']:>12} {row['runs']:>5}  {row['note']}".rstrip()
        for row in rows
    ]
    return "\n".join([head, *lines])


if __name__ == "__main__":
    sys.exit(main())
