"""The Windows of these tests: Wine with a Windows Python and a mail program that only writes down."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.screen import virtual_screen
from tests.windows.recorder import CLIENT_NAME, Recorder
from tests.windows.wine import HERE, Windows, add_process_prng, compiled
from wine import Wine


@pytest.fixture(scope="session")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    """Start a Windows; what it needs is kept in .venv."""
    with virtual_screen(tmp_path_factory.mktemp("screen")) as screen:
        display = {"DISPLAY": screen.environment["DISPLAY"]}
        wine = Wine(tmp_path_factory.mktemp("windows") / "prefix", display)
        wine.start()
        add_process_prng(wine)
        yield Windows(wine)
        wine.stop()


@pytest.fixture(scope="session")
def installed_recorder(windows: Windows) -> Recorder:
    """Build the recording mail program and register it as the PC's."""
    folder = windows.drive_c / "recorder"
    folder.mkdir()
    dll = folder / "recorder.dll"
    compiled(HERE / "recording_provider.c", dll)
    clients = r"HKLM\Software\Clients\Mail"
    windows.registry(clients, "", CLIENT_NAME)
    windows.registry(rf"{clients}\{CLIENT_NAME}", "DLLPath", r"C:\recorder\recorder.dll")
    return Recorder(folder)


@pytest.fixture
def recorder(installed_recorder: Recorder) -> Recorder:
    """Give the mail program with nothing written down yet."""
    installed_recorder.forget()
    return installed_recorder
