"""The Linux archive, unpacked in a Debian without Python."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.bare_tree import PROGRAM, BareTree
from tests.packaging.conftest import Note
from tests.servers.children import server_folder
from tests.servers.screen import Screen
from tests.servers.secret_service import running_secret_service

ARCHIVE_MB, UNPACKED_MB = 260, 620


def report_of(done: subprocess.CompletedProcess[str]) -> Any:  # noqa: ANN401 - any JSON value
    assert done.stdout, f"exit code {done.returncode}: {done.stderr}"
    return json.loads(done.stdout)


def test_the_archive_is_of_a_size_that_a_shop_can_fetch(linux_archive: Path, note: Note) -> None:
    with tarfile.open(linux_archive) as archive:
        unpacked = sum(member.size for member in archive)
    megabytes = linux_archive.stat().st_size / 1e6, unpacked / 1e6
    note(f"Linux archive {megabytes[0]:.1f} MB, unpacked {megabytes[1]:.1f} MB")
    assert megabytes[0] < ARCHIVE_MB
    assert megabytes[1] < UNPACKED_MB


def test_there_is_no_python_beside_it(bare_tree: BareTree) -> None:
    assert not bare_tree.has_python()
    assert bare_tree.run("sh", "-c", "python3 -V").returncode == 127


def test_it_starts_within_seconds(bare_tree: BareTree, note: Note) -> None:
    bare_tree.run(PROGRAM, "--help")
    begun = time.monotonic()
    helped = bare_tree.run(PROGRAM, "--help")
    note(f"Linux --help: {time.monotonic() - begun:.2f} s, with the making of its mounts")
    assert helped.stdout.startswith("Usage: "), helped.stderr
    assert helped.returncode == 0


def test_every_line_of_the_self_test_is_good_and_its_window_shows_a_page(bare_tree: BareTree, screen: Screen) -> None:
    with server_folder() as folder, running_secret_service(folder) as keyring:
        bus = {"DBUS_SESSION_BUS_ADDRESS": keyring.environment["DBUS_SESSION_BUS_ADDRESS"]}
        done = bare_tree.run(PROGRAM, "self-test", "--window", "--json", **bus, **screen.environment)
    report = report_of(done)
    found = {row["check"]: row["state"] for row in report["checks"]}
    # There is no browser in that Debian, which the report says; wkhtmltopdf comes with the archive.
    assert found.pop("pdf_browser") == "absent"
    assert set(found.values()) == {"good"}, done.stdout
    assert {"logo", "pdf_wkhtmltopdf", "mail", "keyring", "window"} <= set(found)
    assert (done.returncode, report["status"]) == (0, "good")
    engine = next(row["detail"] for row in report["checks"] if row["check"] == "pdf_wkhtmltopdf")
    assert "/opt/Facteur/wkhtmltopdf/wkhtmltopdf" in engine


def test_the_window_opens_on_a_screen(bare_tree: BareTree, screen: Screen) -> None:
    shown = f"{PROGRAM} --training & sleep 45; kill $!; wait $!"
    done = bare_tree.run("sh", "-c", shown, **screen.environment)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["LICENSE.txt", "licences/LICENCES.txt", "wkhtmltopdf/wkhtmltopdf-copyright"])
def test_its_licences_come_with_it(bare_tree: BareTree, name: str) -> None:
    assert (bare_tree.folder / "opt/Facteur" / name).stat().st_size > 500


def test_what_it_starts_gets_the_libraries_of_the_system(bare_tree: BareTree) -> None:
    browser = bare_tree.folder / "usr/bin/a-browser"
    browser.write_text('#!/bin/sh\necho "libraries: ${LD_LIBRARY_PATH-none}" > /root/opened.txt\n', "utf-8")
    browser.chmod(0o755)
    shown = f"BROWSER=/usr/bin/a-browser {PROGRAM} --training & sleep 20; kill $!; wait $!"
    bare_tree.run("sh", "-c", shown)
    assert (bare_tree.folder / "root/opened.txt").read_text("utf-8") == "libraries: none\n"
    assert shutil.which("debootstrap", path=f"{os.environ['PATH']}:/usr/sbin")
