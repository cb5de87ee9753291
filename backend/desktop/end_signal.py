"""What tells the program to end: SIGTERM, SIGINT, SIGHUP, on Windows Ctrl+C and Ctrl+Break."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator

_SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")


class EndSignal:
    """Whether the program was told to end; any thread may wait for it."""

    def __init__(self, bell: socket.socket) -> None:
        self._bell = bell
        self.came = False

    def wait(self) -> bool:
        """Wait for the signal; False when nobody listens for it any longer."""
        with contextlib.suppress(OSError):
            self.came = self.came or self._bell.recv(1) != b""
        return self.came

    def call(self, action: Callable[[], None]) -> None:
        """Call `action` when the signal comes, in a thread of its own."""

        def wait_and_act() -> None:
            if self.wait():
                action()

        threading.Thread(target=wait_and_act, name="end", daemon=True).start()


@contextlib.contextmanager
def end_signal() -> Iterator[EndSignal]:
    """Catch what tells a program to end, for the main thread.

    The interpreter's own C code rings, so that it works while the main thread is inside of Qt. The handlers do nothing:
    one that took a lock, as setting an Event does, could wait for ever for what it interrupted.
    """
    bell, rope = socket.socketpair()
    rope.settimeout(0)  # set_wakeup_fd asks for it
    before_fd = signal.set_wakeup_fd(rope.fileno(), warn_on_full_buffer=False)
    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    before = {number: signal.signal(number, lambda *_: None) for number in numbers}
    try:
        yield EndSignal(bell)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(before_fd)
        with contextlib.suppress(OSError):
            bell.shutdown(socket.SHUT_RDWR)  # wakes whoever still waits
        bell.close()
        rope.close()
