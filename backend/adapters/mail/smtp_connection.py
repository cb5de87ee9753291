"""From a server's name to a connected socket, within a time limit and in spite of dead addresses."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import queue
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from backend.adapters.mail.certificates import unverified_context
from backend.adapters.mail.smtp_replies import RefusalError
from backend.domain.mail_failure import MailCause

_UNDER_WAY = {0, errno.EINPROGRESS, errno.EWOULDBLOCK}


class Deadline:
    """A moment after which waiting ends."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds left, more than 0; raises TimeoutError when there are none."""
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def within(self, seconds: float) -> Deadline:
        """Return the sooner of this deadline and one in `seconds`."""
        return Deadline(min(seconds, max(self._end - time.monotonic(), 0)))


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """One address of a server, as `socket` takes it."""

    family: socket.AddressFamily
    sockaddr: tuple[str | int, ...]

    @property
    def is_private(self) -> bool:
        """Tell whether it is on this PC or in this house (RFC 1918, 4193)."""
        address = ipaddress.ip_address(str(self.sockaddr[0]).partition("%")[0])
        return address.is_private or address.is_loopback or address.is_link_local

    def __str__(self) -> str:
        return f"{self.sockaddr[0]}:{self.sockaddr[1]}"


def look_up(host: str, port: int, deadline: Deadline) -> list[ServerAddress]:
    """Return the addresses of a host; raises RefusalError(NAME_NOT_FOUND).

    The system's own look-up can't be interrupted: it is left behind in its thread when time is up.
    """
    if address := _numeric(host.strip(), port):
        return [address]
    found: queue.SimpleQueue[list[ServerAddress]] = queue.SimpleQueue()

    def ask() -> None:
        answer: list[ServerAddress] = []
        with contextlib.suppress(OSError, UnicodeError):  # a label of 64 characters is a UnicodeError
            if host.strip():
                for family, _, _, _, sockaddr in socket.getaddrinfo(host.strip(), port, type=socket.SOCK_STREAM):
                    answer.append(ServerAddress(family, cast("tuple[str | int, ...]", sockaddr)))
        found.put(answer)

    threading.Thread(target=ask, name="name-look-up", daemon=True).start()
    try:
        addresses = found.get(timeout=deadline.remaining())
    except (queue.Empty, TimeoutError):
        addresses = []
    if not addresses:
        raise RefusalError(MailCause.NAME_NOT_FOUND)
    return addresses


def _numeric(host: str, port: int) -> ServerAddress | None:
    """Return what is an IPv4 address already: nobody need be asked, and no thread for it."""
    with contextlib.suppress(ValueError):
        return ServerAddress(socket.AF_INET, (str(ipaddress.IPv4Address(host)), port))
    return None


def connect(addresses: Sequence[ServerAddress], deadline: Deadline, *, next_after_s: float) -> socket.socket:
    """Return a socket connected to the first address that answers; a silent one is overtaken after `next_after_s`.

    Like RFC 8305, with its families in turn. Raises RefusalError(CONNECTION_REFUSED or NO_ANSWER).
    """
    with contextlib.closing(_Race(list(_in_turn(addresses)), next_after_s)) as race:
        try:
            connected = race.run(deadline)
        except TimeoutError:
            connected = None
        if connected is None:
            refused = errno.ECONNREFUSED in race.errors
            raise RefusalError(MailCause.CONNECTION_REFUSED if refused else MailCause.NO_ANSWER)
    # Without it the final dot, a packet of its own, waits for the acknowledgement of the data (Nagle).
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


class _Race:
    """Attempts to connect that run side by side, a new one whenever the last is late or has failed."""

    def __init__(self, waiting: list[ServerAddress], next_after_s: float) -> None:
        self._waiting = waiting
        self._next_after_s = next_after_s
        self._next_at = 0.0
        self._running = selectors.DefaultSelector()
        self.errors: set[int] = set()

    def run(self, deadline: Deadline) -> socket.socket | None:
        while self._waiting or self._running.get_map():
            patience = deadline.remaining()
            if self._waiting:
                patience = min(patience, self._next_at - time.monotonic())
                if patience <= 0 or not self._running.get_map():
                    self._begin(self._waiting.pop(0))
                    continue
            for key, _ in self._running.select(patience):
                if connected := self._finish(key.fileobj):
                    return connected
        return None

    def close(self) -> None:
        for key in list(self._running.get_map().values()):
            self._drop(key.fileobj)
        self._running.close()

    def _begin(self, address: ServerAddress) -> None:
        self._next_at = time.monotonic() + self._next_after_s
        try:
            attempt = socket.socket(address.family, socket.SOCK_STREAM)
        except OSError as error:  # no IPv6 on this PC
            self.errors.add(error.errno or 0)
            return
        attempt.settimeout(0)
        self._running.register(attempt, selectors.EVENT_WRITE)
        failed = attempt.connect_ex(address.sockaddr)
        if failed not in _UNDER_WAY:
            self._fail(attempt, failed)

    def _finish(self, attempt: object) -> socket.socket | None:
        assert isinstance(attempt, socket.socket)  # noqa: S101 - we registered nothing else
        failed = attempt.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failed:
            self._fail(attempt, failed)
            return None
        self._running.unregister(attempt)
        return attempt

    def _fail(self, attempt: socket.socket, error: int) -> None:
        self.errors.add(error)
        self._next_at = 0.0
        self._drop(attempt)

    def _drop(self, attempt: object) -> None:
        assert isinstance(attempt, socket.socket)  # noqa: S101 - we registered nothing else
        self._running.unregister(attempt)
        attempt.close()


def _in_turn(addresses: Sequence[ServerAddress]) -> Iterator[ServerAddress]:
    """Give the addresses with their families in turn, beginning with the system's first."""
    families: dict[int, list[ServerAddress]] = {}
    for address in addresses:
        families.setdefault(address.family, []).append(address)
    columns = list(families.values())
    for row in range(max(map(len, columns), default=0)):
        yield from (column[row] for column in columns if row < len(column))


def speaks_tls(address: ServerAddress, deadline: Deadline) -> bool:
    """Tell whether a server that says nothing waits for TLS to begin; nothing is sent beyond the handshake."""
    try:
        with socket.socket(address.family, socket.SOCK_STREAM) as plain:
            plain.settimeout(deadline.remaining())
            plain.connect(address.sockaddr)
            plain.settimeout(deadline.remaining())
            with unverified_context().wrap_socket(plain):
                return True
    except OSError as error:
        # An alert is TLS too; a wrong version number is an SMTP greeting that came after all.
        return isinstance(error, ssl.SSLError) and "ALERT" in (error.reason or "")
