"""A real Secret Service: gnome-keyring on a session bus of its own, for the processes that get its environment."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import secretstorage
from jeepney import message_bus
from jeepney.io.blocking import open_dbus_connection

from tests.servers.children import running

KEYRING_PASSWORD = "motdepasse"

# No service folders: what is not started here is never started by the bus, a password prompt for instance.
_BUS_CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={folder}/bus</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class KeyringState(StrEnum):
    """How the keyring is found: open; there but locked; or with no collection yet, which only a prompt could make."""

    OPEN = "open"
    LOCKED = "locked"
    EMPTY = "empty"


@dataclass(frozen=True)
class SecretService:
    """A running keyring: a process reaches it with `environment`, whose HOME is empty otherwise."""

    environment: Mapping[str, str]

    def run_python(self, program: str) -> "subprocess.CompletedProcess[str]":
        """Run a Python program in this environment, for at most 20 s; give its exit code and output."""
        return subprocess.run(
            [sys.executable, "-c", program],
            env=dict(self.environment),
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )

    def lock(self) -> None:
        """Lock the keyring, as when a session is locked while the program works."""
        with open_dbus_connection(bus=self.environment["DBUS_SESSION_BUS_ADDRESS"]) as connection:
            secretstorage.get_default_collection(connection).lock()


def environment_without_secret_service(folder: Path) -> dict[str, str]:
    """Make the environment of a process that finds no keyring: no bus, no display, an empty HOME in `folder`."""
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    home = folder / "home"
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "PYTHONPATH") if name in os.environ}
    return {
        "LANG": "C.UTF-8",
        **kept,
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(runtime),
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
    }


@contextlib.contextmanager
def running_secret_service(
    folder: Path,
    state: KeyringState = KeyringState.OPEN,
) -> Iterator[SecretService]:
    """Run a keyring in `folder` until the block ends; KEYRING_PASSWORD opens its collection.

    Nobody can answer a prompt there: what is locked stays locked.
    """
    address = f"unix:path={folder}/bus"
    environment = {**environment_without_secret_service(folder), "DBUS_SESSION_BUS_ADDRESS": address}
    configuration = folder / "bus.conf"
    configuration.write_text(_BUS_CONFIGURATION.format(folder=folder), "utf-8")
    bus = ["dbus-daemon", "--nofork", "--nopidfile", f"--config-file={configuration}"]
    keyring = ["gnome-keyring-daemon", "--foreground", "--components=secrets"]
    password_file = folder / "password"
    password_file.write_text(KEYRING_PASSWORD, "utf-8")
    if state is not KeyringState.EMPTY:
        keyring.append("--unlock")
    log_file = folder / "output.log"
    with running(bus, log_file=log_file, env=environment):
        _wait_until((folder / "bus").is_socket, "the bus")
        with running(keyring, log_file=log_file, env=environment, input_file=password_file):
            _wait_until(lambda: _has_keyring(address), "the keyring")
            service = SecretService(environment)
            if state is KeyringState.LOCKED:
                service.lock()
            yield service


def _has_keyring(bus_address: str) -> bool:
    with open_dbus_connection(bus=bus_address) as connection:
        reply = connection.send_and_get_reply(message_bus.NameHasOwner("org.freedesktop.secrets"))
    return bool(reply.body[0])


def _wait_until(condition: Callable[[], bool], what: str, timeout_s: float = 10.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not start")
        time.sleep(0.02)
