"""Files on Windows (under Wine): where data lies, which folders are warned of, locks, files that others hold."""

from __future__ import annotations

import pytest

from tests.windows.wine import Windows, answer

# Another program that holds a file open, as a viewer or an antivirus does, until it reads a line.
HOLDER = """
import subprocess, sys
from contextlib import contextmanager
from pathlib import Path

@contextmanager
def held(path, mode="rb"):
    code = f"import sys; file = open({str(path)!r}, {mode!r}); print('held', flush=True); sys.stdin.readline()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "held\\n"
    try:
        yield child
    finally:
        child.stdin.close()
        child.wait(30)
"""
FOLDER = """
folder = Path(r"C:\\users\\Hélène, caisse 1") / NAME
folder.mkdir(parents=True)
"""


def holding(name: str, code: str) -> str:
    """Return code that has `folder` of this name, and `held`."""
    return HOLDER + FOLDER.replace("NAME", repr(name)) + code


def test_the_shop_lies_in_the_local_not_the_roaming_folder_of_its_user(windows: Windows) -> None:
    code = """
import json, os
from backend.bootstrap import default_data_dir
print(json.dumps([str(default_data_dir()), os.environ["LOCALAPPDATA"], os.environ["APPDATA"]]))
"""
    place, local, roaming = answer(windows, code)
    assert place == rf"{local}\Facteur"
    assert not place.startswith(roaming)


@pytest.mark.parametrize(
    ("folder", "warnings"),
    [
        (r"C:\factures", []),
        (r"C:\users\Zoé\OneDrive - BRICO\factures", ["synced"]),
        (r"C:\Dropbox\factures", ["synced"]),
        (r"N:\factures", ["network"]),
    ],
)
def test_a_synced_folder_and_a_network_drive_are_warned_of(windows: Windows, folder: str, warnings: list[str]) -> None:
    windows.network_drive("n")
    code = """
import json, sys
from pathlib import Path
from backend.adapters.pdf.pdf_folder import check_folder
report = check_folder(sys.argv[1])
left = [path.name for path in Path(sys.argv[1]).iterdir()]
print(json.dumps([[each for each in report.warnings if each != "little_space"], report.free_bytes > 0, left]))
"""
    assert answer(windows, code, folder) == [warnings, True, []]


@pytest.mark.parametrize(
    ("folder", "reason"),
    [("factures", "relative"), (r"Q:\factures", "absent"), (r"\\pc-du-fond\partage\factures", "absent")],
)
def test_a_folder_that_can_not_be_is_refused(windows: Windows, folder: str, reason: str) -> None:
    code = """
import json, sys
from backend.adapters.pdf.pdf_folder import check_folder
from backend.domain.pdf_test import PdfFolderError
try:
    check_folder(sys.argv[1])
    print(json.dumps("made"))
except PdfFolderError as error:
    print(json.dumps(error.reason))
"""
    assert answer(windows, code, folder) == reason


def test_a_lock_keeps_other_programs_out_and_is_free_when_its_program_dies(windows: Windows) -> None:
    code = """
import json, subprocess, sys, time
from pathlib import Path
from backend.adapters.file_lock import hold
from backend.domain.errors import StorageError
lock = Path(r"C:\\locks\\caisse.lock")
if sys.argv[1:] == ["hold"]:
    with hold(lock):
        print("held", flush=True)
        time.sleep(600)
child = subprocess.Popen([sys.executable, __file__, "hold"], stdout=subprocess.PIPE, text=True)
assert child.stdout.readline() == "held\\n"
try:
    with hold(lock, timeout_s=0.3):
        first = "taken"
except StorageError as error:
    first = error.reason
child.kill()
child.wait(30)
with hold(lock, timeout_s=30):
    pass
print(json.dumps(first))
"""
    assert answer(windows, code) == "locked"


def test_a_file_is_replaced_once_its_reader_has_let_go(windows: Windows) -> None:
    code = """
import json, threading, time
from backend.adapters.atomic_file import write_atomically
settings = folder / "réglages.json"
write_atomically(settings, b"old")
refusals = []
with held(settings) as reader:
    def replace(source, target):
        try:
            source.replace(target)
        except PermissionError as error:
            refusals.append(error.winerror)
            reader.stdin.close()  # it lets go
            reader.wait(30)
            raise
    write_atomically(settings, b"new", replace=replace)
print(json.dumps([settings.read_text(), len(refusals) > 0, [path.name for path in folder.iterdir()]]))
"""
    assert answer(windows, holding("replace", code)) == ["new", True, ["réglages.json"]]


def test_a_file_that_stays_held_keeps_its_old_content_and_the_failure_is_explained(windows: Windows) -> None:
    code = """
import json
from backend.adapters.atomic_file import write_atomically
from backend.domain.errors import StorageError
settings = folder / "settings.json"
write_atomically(settings, b"old")
with held(settings):
    try:
        write_atomically(settings, b"new")
        said = "replaced"
    except StorageError as error:
        said = error.reason
print(json.dumps([said, settings.read_text(), [path.name for path in folder.iterdir()]]))
"""
    assert answer(windows, holding("held", code)) == ["read_only", "old", ["settings.json"]]


def test_a_pdf_that_a_viewer_holds_goes_once_the_viewer_is_closed(windows: Windows) -> None:
    code = """
import json
from backend.usecases.make_ticket_pdf import remove_folder
pdf = folder / "C1-4-BRICO.pdf"
pdf.write_bytes(b"%PDF-1.4")
with held(pdf):
    first = remove_folder(folder)
print(json.dumps([first, remove_folder(folder), folder.exists()]))
"""
    assert answer(windows, holding("viewer", code)) == [False, True, False]


def test_the_log_is_turned_over_while_other_programs_write_to_it(windows: Windows) -> None:
    code = (
        FOLDER.replace("NAME", '"logs"').replace("folder = Path", "from pathlib import Path\nfolder = Path")
        + """
import json, logging, subprocess, sys
from backend.adapters.logs import SharedLogFile
write = f'''
import logging, sys
sys.path[:0] = {sys.path[:2]!r}
from pathlib import Path
from backend.adapters.logs import SharedLogFile
log = logging.getLogger("program")
log.addHandler(SharedLogFile(Path({str(folder)!r}) / "facteur.log", max_bytes=500, kept=50))
for number in range(100):
    log.warning("%s line %03d", sys.argv[1], number)
'''
children = [subprocess.Popen([sys.executable, "-c", write, name]) for name in ("A", "B")]
assert [child.wait(120) for child in children] == [0, 0]
lines = [line for path in folder.glob("facteur.log*") for line in path.read_text().splitlines()]
print(json.dumps([len(list(folder.glob("facteur.log*"))) > 2, sorted(lines)[0], len(set(lines))]))
"""
    )
    assert answer(windows, code) == [True, "A line 000", 200]


def test_the_hours_of_paris_are_known_without_the_system_s_help(windows: Windows) -> None:
    code = """
import json
from datetime import datetime
from zoneinfo import ZoneInfo
paris = ZoneInfo("Europe/Paris")
print(json.dumps([str(datetime(2026, month, 24, 12, tzinfo=paris).utcoffset()) for month in (7, 11)]))
"""
    assert answer(windows, code) == ["2:00:00", "1:00:00"]
