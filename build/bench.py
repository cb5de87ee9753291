"""Measure speed as ratios in one run (QUALITY): `python3 build/bench.py [--only S1,S5] [--json] [--runs N]`."""

from __future__ import annotations

import os
import subprocess
import sys


def main(arguments: list[str]) -> int:
    """Set up the tools of the tests where that is needed, then measure (bench_run.py)."""
    from setup_steps import ROOT, prepare

    command = [str(prepare(tests=True).python), str(ROOT / "build" / "bench_run.py"), *arguments]
    return subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
