"""Loopback ports: free ones, one on which nothing listens, one that never answers."""

import contextlib
import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path

LOOPBACK = "127.0.0.1"
_chosen: set[int] = set()


def free_ports(count: int) -> list[int]:
    """Choose loopback ports that nobody uses, each once in the life of this process.

    They lie below the range from which the kernel numbers outgoing connections, which could otherwise take one of
    them between this choice and the server's start.
    """
    candidates = list(range(15_000, _first_ephemeral_port()))
    random.SystemRandom().shuffle(candidates)
    ports: list[int] = []
    for port in candidates:
        if len(ports) == count:
            break
        if port not in _chosen and _is_free(port):
            ports.append(port)
    _chosen.update(ports)
    return ports


def closed_port() -> int:
    """Choose a port on which nothing listens: connecting is refused at once."""
    return free_ports(1)[0]


@contextlib.contextmanager
def unanswering_port() -> Iterator[int]:
    """Give a port on which connecting gets no answer at all, as behind a firewall that drops packets.

    Linux drops new connections to a listener whose queue is full; nobody ever accepts from this one.
    """
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind((LOOPBACK, 0))
        listener.listen(0)
        address = listener.getsockname()
        for _ in range(3):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(address)
        yield int(address[1])


def wait_until_listening(port: int, timeout_s: float = 10.0) -> None:
    """Wait until `port` accepts connections.

    Raises TimeoutError when it doesn't within `timeout_s` seconds.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        with socket.socket() as probe:
            probe.settimeout(1.0)
            if probe.connect_ex((LOOPBACK, port)) == 0:
                return
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing listens on port {port}")
        time.sleep(0.02)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _first_ephemeral_port() -> int:
    try:
        first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("ascii").split()[0])
    except OSError:
        first = 32_768
    return max(first, 20_000)
