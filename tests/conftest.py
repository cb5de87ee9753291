"""What every test obeys: a test whose program is not there skips by name, and with CI=true nothing skips."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Generator

# Debian keeps servers where a user's PATH does not look.
SEARCH_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
PROGRAMS = {
    "postfix": ("postfix",),
    "dovecot": ("dovecot",),
    "wkhtmltopdf": ("wkhtmltopdf",),
    "chromium": ("chromium",),
    "keyring_service": ("gnome-keyring-daemon", "dbus-daemon"),
    "window": ("Xvfb",),
}
settings.register_profile("any_machine", deadline=None)  # a loaded machine is slow, and no program wrong for it
settings.load_profile("any_machine")
NOTHING_SKIPS = os.environ.get("CI") == "true"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--tries", type=int, default=50, help="tests/faults: how often each fault is met")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, programs in PROGRAMS.items():
        absent = [name for name in programs if not shutil.which(name, path=SEARCH_PATH)]
        if absent and item.get_closest_marker(marker):
            pytest.skip(f"{' and '.join(absent)} not installed (python3 build/test.py does that)")
    if item.get_closest_marker("needs_root") and (not hasattr(os, "geteuid") or os.geteuid() != 0):
        pytest.skip("needs root")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if NOTHING_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and with CI=true nothing skips: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if NOTHING_SKIPS and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, and with CI=true nothing skips: {report.longrepr}"
    return report
