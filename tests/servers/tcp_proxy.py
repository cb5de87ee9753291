"""A proxy between a client and a real server that disturbs the connection at a chosen moment."""

import contextlib
import selectors
import socket
import ssl
import struct
import threading
from dataclasses import dataclass
from enum import StrEnum

from tests.servers.certificates import HOST
from tests.servers.ports import LOOPBACK

FINAL_DOT = b"\r\n.\r\n"


class Ending(StrEnum):
    """What happens to the client's connection at the chosen moment."""

    CLOSE = "close"
    RESET = "reset"
    # Half-open: nothing more arrives on either side, and nobody closes.
    FREEZE = "freeze"


@dataclass(frozen=True)
class Disturbance:
    """When and how the connection is disturbed; without anything said, not at all.

    `at_client_byte` ends it once so many bytes of the client were passed on. `after_client_sent` ends it once the
    client has sent these bytes (which are passed on), for instance FINAL_DOT; with `server_may_answer` the server's
    answer to them is awaited and swallowed, so that the server has surely done its work. `delay_s` holds up each
    piece of data once, in both directions; `drip_s` waits before every byte of the server. `times` says how many
    connections are disturbed; the following ones are left in peace.
    """

    at_client_byte: int | None = None
    after_client_sent: bytes | None = None
    server_may_answer: bool = False
    ending: Ending = Ending.CLOSE
    delay_s: float = 0.0
    drip_s: float = 0.0
    times: int | None = None


@dataclass(frozen=True)
class Encryption:
    """TLS taken apart in the proxy, so that it sees the dialogue: shown to the client, and used towards the server."""

    towards_client: ssl.SSLContext
    towards_server: ssl.SSLContext


class TcpProxy:
    """A proxy for one server port on loopback, with a port of its own."""

    host = HOST

    def __init__(self, server_port: int, disturbance: Disturbance, encryption: Encryption | None = None) -> None:
        self.connections = 0
        self._server_port = server_port
        self._disturbance = disturbance
        self._encryption = encryption
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((LOOPBACK, 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, name="tcp-proxy", daemon=True)
        self._acceptor.start()

    def stop(self) -> None:
        """End every connection and close the port; a second time does nothing."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            left_in_peace = self._disturbance.times is not None and self.connections > self._disturbance.times
            disturbance = Disturbance() if left_in_peace else self._disturbance
            thread = threading.Thread(
                target=self._serve, args=(client, disturbance), name="tcp-proxy-pair", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket, disturbance: Disturbance) -> None:
        # A client or server that goes away is an everyday end of a connection here.
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(client.close)
            server = socket.create_connection((LOOPBACK, self._server_port))
            stack.callback(server.close)
            server.settimeout(10)
            client.settimeout(10)
            if self._encryption is not None:
                client = self._encryption.towards_client.wrap_socket(client, server_side=True)
                stack.callback(client.close)
                server = self._encryption.towards_server.wrap_socket(server, server_hostname=HOST)
                stack.callback(server.close)
            for side in (client, server):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _Pair(client, server, disturbance, self._stopping).run()


@dataclass
class _Pair:
    """The two connections of one client: bytes pass in a single thread, as TLS connections need it."""

    client: socket.socket
    server: socket.socket
    disturbance: Disturbance
    stopping: threading.Event

    def __post_init__(self) -> None:
        self._tail = b""
        self._passed = 0
        self._swallow_answer = False

    def run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self.client, selectors.EVENT_READ, self._from_client)
            selector.register(self.server, selectors.EVENT_READ, self._from_server)
            going = True
            while going and not self.stopping.is_set():
                going = all(key.data() for key, _events in selector.select(timeout=0.05))

    def _from_client(self) -> bool:
        received = _receive_all(self.client)
        limit = self.disturbance.at_client_byte
        if limit is not None and self._passed + len(received) >= limit:
            self._pass(self.server, received[: limit - self._passed])
            return self._end()
        self._pass(self.server, received)
        self._passed += len(received)
        pattern = self.disturbance.after_client_sent
        if pattern is not None:
            window = self._tail + received
            self._tail = window[-len(pattern) :]
            if pattern in window:
                self._swallow_answer = self.disturbance.server_may_answer
                return self._swallow_answer or self._end()
        return bool(received)

    def _from_server(self) -> bool:
        received = _receive_all(self.server)
        if self._swallow_answer:
            return self._end()
        if self.disturbance.drip_s:
            for byte in received:
                if self.stopping.wait(self.disturbance.drip_s):
                    return False
                self.client.sendall(bytes([byte]))
        else:
            self._pass(self.client, received)
        return bool(received)

    def _pass(self, target: socket.socket, content: bytes) -> None:
        if content:
            self.stopping.wait(self.disturbance.delay_s)
            target.sendall(content)

    def _end(self) -> bool:
        """Disturb the client's connection; the server's is closed by the caller."""
        if self.disturbance.ending is Ending.FREEZE:
            self.stopping.wait()
        if self.disturbance.ending is Ending.RESET:
            self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False


def _receive_all(side: socket.socket) -> bytes:
    """Receive what is there, including what TLS has decrypted already."""
    received = side.recv(65_536)
    while isinstance(side, ssl.SSLSocket) and side.pending():
        received += side.recv(side.pending())
    return received
