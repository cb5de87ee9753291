"""The pages on a port of 127.0.0.1 of their own, and a clean end."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from backend.desktop.end_signal import end_signal
from backend.domain.errors import FacteurError
from backend.ports import Services
from backend.web.desktop_port import SENDING_THREADS
from backend.web.launch import LOOPBACK, LaunchTokens

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_THREADS = 6
# Each upload has its own, lower limit and its own sentence; this one only keeps strangers from filling the disk.
_MAX_BODY_BYTES = 64_000_000
_MAX_HEADER_BYTES = 32_768


@dataclass(eq=False)
class PortUnavailableError(FacteurError):
    """Another program listens on `port`, or it is kept for the system."""

    cause: ClassVar[str] = "port_unavailable"
    port: int


class LocalServer:
    """A server for this PC alone; it listens from the start, and answers once it has its pages."""

    def __init__(self, port: int = 0) -> None:
        """Listen on `port`, 0 for a free one; raises PortUnavailableError."""
        self._socket = _own_socket(port)
        self.launch = LaunchTokens(self._socket.getsockname()[1])
        self._waitress: Any = None
        self._loop: threading.Thread | None = None

    def start(self, pages: WSGIApplication) -> None:
        """Answer with `pages`, in threads of the server's own."""
        from waitress.server import create_server

        self._waitress = create_server(
            pages,
            sockets=[self._socket],
            threads=_THREADS,
            ident=None,
            max_request_body_size=_MAX_BODY_BYTES,
            max_request_header_size=_MAX_HEADER_BYTES,
        )
        self._loop = threading.Thread(target=self._waitress.run, name="pages", daemon=True)
        self._loop.start()

    def stop(self, patience_s: float = 5.0) -> None:
        """End; answers and sendings under way get `patience_s` seconds."""
        deadline = time.monotonic() + patience_s
        _wait_for_sendings(deadline)
        if self._waitress is None or self._loop is None:
            self._socket.close()
            return
        # The loop still runs meanwhile: it is what carries the last answers out.
        self._waitress.task_dispatcher.shutdown(timeout=max(0.2, deadline - time.monotonic()))
        self._waitress.trigger.pull_trigger(partial(_close_all, self._waitress))
        self._loop.join(timeout=2.0)


def serve(
    services: Services,
    *,
    port: int = 0,
    language: str = "fr",
    announce: Callable[[str], None],
    open_training: Callable[[], Services] | None = None,
) -> None:
    """Serve the pages until the program is told to end (SIGTERM, SIGINT, SIGHUP).

    `announce` gets the address that lets one browser in, once; `open_training` as in `create_app`.
    Raises PortUnavailableError.
    """
    from backend.desktop.native import NativeDesktop
    from backend.web.create_app import create_app

    with end_signal() as told_to_end:
        server = LocalServer(port)
        server.start(
            create_app(
                services,
                language=language,
                launch=server.launch,
                desktop=NativeDesktop(),
                open_training=open_training,
                late_screens=True,
            )
        )
        announce(server.launch.new_url())
        told_to_end.wait()
        server.stop()


def _own_socket(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            # There SO_REUSEADDR would let another program take the port from us.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(128)
    except (OSError, OverflowError):
        listener.close()
        raise PortUnavailableError(port) from None
    return listener


def _wait_for_sendings(deadline: float) -> None:
    for thread in threading.enumerate():
        if thread.name.startswith(SENDING_THREADS):
            thread.join(max(0.0, deadline - time.monotonic()))


def _close_all(server: Any) -> None:  # noqa: ANN401 - waitress ships no types
    from waitress import wasyncore

    # Runs in the loop's own thread: nothing left in its map ends the loop.
    wasyncore.close_all(server._map)  # noqa: SLF001 - waitress has no public way to end its loop from outside
