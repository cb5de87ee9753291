"""What the program asks of a Windows PC (under Wine): keyring, engines, programs for files, one window, consoles."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.windows.wine import Windows, answer
from wine import ROOT, windows_path

APP_PATHS = r"Software\Microsoft\Windows\CurrentVersion\App Paths"
CLASSES = r"HKLM\Software\Classes"


def test_a_long_token_is_kept_by_the_credential_manager_for_later_programs(windows: Windows) -> None:
    keep = """
import json, sys
from pathlib import Path
from backend.adapters.secrets.choose import open_secret_store, read_choice
folder = Path(r"C:\\shop")
folder.mkdir(exist_ok=True)
store = open_secret_store(folder)
store.set("password", "été-€-12")
store.set("token", "t" * 5000)
print(json.dumps([read_choice(folder).backend, store.describe()]))
"""
    read = """
from pathlib import Path
from backend.adapters.secrets.choose import open_secret_store
store = open_secret_store(Path(r"C:\\shop"))
found = [store.get("password"), store.get("token") == "t" * 5000]
for name in ("password", "token"):
    store.delete(name)
in_clear = [path.name for path in Path(r"C:\\shop").iterdir() if b"tttt" in path.read_bytes()]
print(json.dumps([*found, store.get("password"), store.get("token"), in_clear]))
"""
    assert answer(windows, keep) == ["WinVault", "keyring"]
    assert answer(windows, read) == ["été-€-12", True, None, None, []]


ENGINES = """
from pathlib import Path
from backend.adapters.pdf.browser_places import found_browsers
from backend.adapters.pdf.wkhtmltopdf_program import found_places
browsers = [[each.name, each.path, each.version] for each in found_browsers()]
print(json.dumps(browsers + [str(place) for place in found_places()]))
"""


@pytest.fixture
def programs(windows: Windows) -> Iterator[Path]:
    """Give a folder for programs of a test, which find their way into the registry and out of it again."""
    folder = windows.drive_c / "outils"
    folder.mkdir(exist_ok=True)
    yield folder
    for key in (rf"HKCU\{APP_PATHS}\msedge.exe", rf"HKLM\{APP_PATHS}\chrome.exe", r"HKLM\Software\wkhtmltopdf"):
        windows.forget(key)


def test_without_browser_and_wkhtmltopdf_none_is_found(windows: Windows) -> None:
    assert answer(windows, ENGINES) == []


def test_edge_chrome_and_wkhtmltopdf_are_found_by_what_their_installers_write(windows: Windows, programs: Path) -> None:
    for name in ("msedge.exe", "chrome.exe", "wkhtmltopdf.exe"):
        (programs / name).write_bytes(b"MZ")
    (programs / "141.0.3537.71").mkdir(exist_ok=True)  # where Edge keeps the files of its version
    windows.registry(rf"HKCU\{APP_PATHS}\msedge.exe", "", r"C:\outils\msedge.exe")
    windows.registry(rf"HKLM\{APP_PATHS}\chrome.exe", "", r'"C:\outils\chrome.exe"')
    windows.registry(r"HKLM\Software\wkhtmltopdf", "PdfPath", r"C:\outils\wkhtmltopdf.exe")
    assert answer(windows, ENGINES) == [
        ["Microsoft Edge", r"C:\outils\msedge.exe", "141.0.3537.71"],
        ["Google Chrome", r"C:\outils\chrome.exe", "141.0.3537.71"],
        r"C:\outils\wkhtmltopdf.exe",
    ]


def test_a_browser_in_program_files_is_found_without_the_registry(windows: Windows) -> None:
    folder = windows.drive_c / "Program Files" / "Google" / "Chrome" / "Application"
    folder.mkdir(parents=True)
    program = folder / "chrome.exe"
    program.write_bytes(b"MZ")
    try:
        ((name, path, _version),) = answer(windows, ENGINES)
    finally:
        program.unlink()
    assert (name, path) == ("Google Chrome", r"C:\Program Files\Google\Chrome\Application\chrome.exe")


OPEN = """
import json, sys, time
from pathlib import Path
from backend.desktop.native import NativeDesktop
from backend.web.desktop_port import NoProgramError
folder = Path(r"C:\\users\\Hélène & Zoé")
folder.mkdir(exist_ok=True)
file = folder / sys.argv[1]
file.write_bytes(b"%PDF-1.4")
note = Path(r"C:\\opened.txt")
note.unlink(missing_ok=True)
desktop = NativeDesktop()
try:
    desktop.open_file(file)
    deadline = time.monotonic() + 60
    while not note.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(0.2)
    print(json.dumps(note.read_text("utf-8")))
except NoProgramError as error:
    print(json.dumps("no program: " + Path(error.path).name))
"""


def test_a_pdf_opens_in_the_program_that_the_pc_has_for_it(windows: Windows) -> None:
    noting = "import sys; open(r'C:\\opened.txt', 'w', encoding='utf-8').write(sys.argv[1])"
    (windows.drive_c / "note.py").write_text(noting, "utf-8")
    windows.registry(rf"{CLASSES}\.pdf", "", "FacteurTest")
    command = rf'"{windows_path(windows.python)}" C:\note.py "%1"'
    windows.registry(rf"{CLASSES}\FacteurTest\shell\open\command", "", command)
    try:
        assert answer(windows, OPEN, "C1-4 (duplicata).pdf") == r"C:\users\Hélène & Zoé\C1-4 (duplicata).pdf"
    finally:
        windows.registry(rf"{CLASSES}\.pdf", "", "pdffile")  # as Wine has it
        windows.forget(rf"{CLASSES}\FacteurTest")


def test_a_folder_opens_in_the_explorer(windows: Windows) -> None:
    code = """
import contextlib, ctypes, json, time
from pathlib import Path
from backend.desktop.native import NativeDesktop
user32 = ctypes.windll.user32
folder = Path(r"C:\\users\\Hélène & Zoé, dossier")
folder.mkdir()
NativeDesktop().open_folder(folder)
deadline, window = time.monotonic() + 120, 0
while not window and time.monotonic() < deadline:
    time.sleep(0.2)
    window = user32.FindWindowW("ExplorerWClass", None)
lines = []
for path in Path("Z:/proc").glob("[0-9]*/cmdline"):
    with contextlib.suppress(OSError):
        lines.append(path.read_bytes().decode(errors="replace"))
user32.PostMessageW(window, 0x10, 0, 0)
print(json.dumps([bool(window), any("explorer.exe" in line.split("\\0")[0] and folder.name in line for line in lines)]))
"""
    # Wine's explorer does not write the folder into its title: its command line, which Linux shows, has it.
    assert answer(windows, code) == [True, True]


def test_without_a_program_for_a_file_the_person_is_told(windows: Windows) -> None:
    assert answer(windows, OPEN, "mail.eml") == "no program: mail.eml"


def test_a_second_start_brings_the_window_of_the_first_to_the_front(windows: Windows) -> None:
    code = """
import json, subprocess, sys, threading
from pathlib import Path
from backend.desktop.single_instance import OneWindow
place = OneWindow(Path(r"C:\\one window"))
if sys.argv[1:] == ["second"]:
    print(json.dumps([place.claim(), place.ask_first()]))
    sys.exit()
raised = threading.Event()
first = place.claim()
place.listen(raised.set)
second = subprocess.run([sys.executable, __file__, "second"], stdout=subprocess.PIPE, text=True, timeout=120)
place.release()
print(json.dumps([first, json.loads(second.stdout), raised.is_set(), OneWindow(Path(r"C:\\one window")).claim()]))
"""
    assert answer(windows, code) == [True, [False, True], True, True]


def test_without_webview2_there_is_no_window_and_with_it_there_is(windows: Windows) -> None:
    code = """
from backend.desktop import window_support
print(json.dumps(window_support.has_webview2(window_support._registry_values())))
"""
    key = r"HKCU\Software\Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"
    assert answer(windows, code) is False
    windows.registry(key, "pv", "141.0.3537.71")
    try:
        assert answer(windows, code) is True
    finally:
        windows.forget(key)


RUN_APP = """
import runpy
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize("code_page", ["437", "850", "1252", "65001"])
def test_what_is_printed_is_utf8_whatever_the_code_page_of_the_console(windows: Windows, code_page: str) -> None:
    script = windows.drive_c / "page.bat"
    app = windows_path(ROOT / "app.py")
    line = rf'"{windows_path(windows.python)}" C:\paths.py "{app}" --data-dir C:\codes ticket show C9-4'
    script.write_text(f"@chcp {code_page} >nul\r\n@{line} 2>&1\r\n", "utf-8")
    windows.command(RUN_APP, name="paths")
    done: subprocess.CompletedProcess[bytes] = windows.wine.call(["cmd", "/c", r"C:\page.bat"])
    said = done.stdout.decode("utf-8")
    assert "C9-4" in said, done
    assert "’" in said, done
    assert (done.returncode, "�" in said) == (1, False), done


def test_without_a_console_a_failure_is_shown_in_a_window(windows: Windows) -> None:
    """Start the program as the start menu does, on a folder that is a file, and read the window that opens."""
    no_console = "sys.stdin = sys.stdout = sys.stderr = None\n"
    windows.command(no_console + RUN_APP, name="windowless")
    (windows.drive_c / "a file").write_text("", "ascii")
    app = windows_path(ROOT / "app.py")
    code = """
import ctypes, json, subprocess, sys, time
user32 = ctypes.windll.user32
started = subprocess.Popen([sys.executable, r"C:\\windowless.py", sys.argv[1], "--data-dir", r"C:\\a file\\shop"])
deadline, window = time.monotonic() + 90, 0
while not window and time.monotonic() < deadline:
    time.sleep(0.2)
    window = user32.FindWindowW(None, "Facteur")
said = []
def note(child, _):
    text = ctypes.create_unicode_buffer(1000)
    user32.GetWindowTextW(child, text, 1000)
    said.append(text.value)
    return True
user32.EnumChildWindows(window, ctypes.WINFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)(note), 0)
user32.PostMessageW(window, 0x10, 0, 0)
print(json.dumps([bool(window), " ".join(said), started.wait(60)]))
"""
    shown, said, code_of_exit = answer(windows, code, app)
    assert shown
    assert "a file" in said
    assert code_of_exit == 1
