"""One window per screen and data folder: a second start brings the first one to the front."""

from __future__ import annotations

import contextlib
import getpass
import hmac
import json
import os
import re
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from backend.web.launch import LOOPBACK

_CHALLENGE_BYTES = 32
_DONE = b"done"
_TALK_TIMEOUT_S = 2.0
_ASK_FOR_S = 6.0


class OneWindow:
    """The place of the one window of this screen over this data folder."""

    def __init__(self, data_dir: Path) -> None:
        name = f"window-{re.sub(r'[^A-Za-z0-9]+', '-', f'{getpass.getuser()}-{_screen()}')}"
        self.folder = data_dir / name
        self._lock_file = self.folder / "lock"
        self._address_file = self.folder / "address.json"
        self._lock = -1
        self._listener: socket.socket | None = None

    def claim(self) -> bool:
        """Take the place; False when another program has it. The system frees it, whatever ends the program."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        if not _try_lock(lock):
            os.close(lock)
            return False
        self._lock = lock
        return True

    def listen(self, raise_window: Callable[[], None]) -> None:
        """Call `raise_window`, from now on only this one, when a second start asks; for who has claimed the place."""
        self._close_listener()
        secret = secrets.token_bytes(32)
        listener = socket.create_server((LOOPBACK, 0))
        self._listener = listener
        self._publish(secret, listener.getsockname()[1])
        threading.Thread(target=_answer_all, args=(listener, secret, raise_window), name="raise", daemon=True).start()

    def ask_first(self) -> bool:
        """Ask the program that has the place to bring its window to the front; tell whether it did."""
        deadline = time.monotonic() + _ASK_FOR_S
        while time.monotonic() < deadline:
            # The first one may hold the lock and not listen yet.
            with contextlib.suppress(OSError, ValueError, KeyError):
                address = json.loads(self._address_file.read_text("ascii"))
                _let_come_to_front(int(address["pid"]))
                if _ask(int(address["port"]), bytes.fromhex(address["secret"])):
                    return True
            time.sleep(0.1)
        return False

    def release(self) -> None:
        """Give the place free."""
        self._close_listener()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _close_listener(self) -> None:
        if self._listener:
            self._address_file.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                # Closing alone does not wake the thread that accepts.
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    def _publish(self, secret: bytes, port: int) -> None:
        address = {"pid": os.getpid(), "port": port, "secret": secret.hex()}
        fresh = self._address_file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            json.dump(address, file)
        fresh.replace(self._address_file)


def _answer_all(listener: socket.socket, secret: bytes, raise_window: Callable[[], None]) -> None:
    while True:
        try:
            caller, _ = listener.accept()
        except OSError:
            return  # closed: the program ends
        with caller, contextlib.suppress(OSError):
            caller.settimeout(_TALK_TIMEOUT_S)
            challenge = secrets.token_bytes(_CHALLENGE_BYTES)
            caller.sendall(challenge)
            # The secret itself never travels: another program may have taken a port that was ours before.
            if hmac.compare_digest(_receive(caller, 32), hmac.digest(secret, challenge, "sha256")):
                raise_window()
                caller.sendall(_DONE)


def _ask(port: int, secret: bytes) -> bool:
    with socket.create_connection((LOOPBACK, port), timeout=_TALK_TIMEOUT_S) as first:
        challenge = _receive(first, _CHALLENGE_BYTES)
        first.sendall(hmac.digest(secret, challenge, "sha256"))
        return _receive(first, len(_DONE)) == _DONE


def _receive(peer: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size and (more := peer.recv(size - len(received))):
        received += more
    return received


def _screen() -> str:
    """Name the screen on which the window would be: that of the terminal session, or the display."""
    if sys.platform == "win32":
        import ctypes

        session = ctypes.c_ulong()
        ctypes.windll.kernel32.ProcessIdToSessionId(os.getpid(), ctypes.byref(session))
        return str(session.value)
    return os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or "none"


def _try_lock(lock: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _let_come_to_front(pid: int) -> None:
    # Windows lets a program take the front only if the one that was just started allows it.
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(pid)
