"""Web sites on one loopback port, over TLS with a certificate for each of their names, in plain HTTP, or mute."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import trustme

from backend.adapters.mail.smtp_connection import Deadline, ServerAddress
from backend.adapters.mail.smtp_replies import RefusalError
from backend.domain.mail_failure import MailCause
from tests.servers.ports import LOOPBACK


@dataclass(frozen=True)
class WebAnswer:
    """What a site answers; `drips_s` sends it byte by byte, `is_mute` never."""

    body: bytes = b""
    status: int = 200
    location: str = ""
    drips_s: float = 0.0
    is_mute: bool = False

    def raw(self) -> bytes:
        """Return the answer as it is sent."""
        head = f"HTTP/1.1 {self.status} X\r\nContent-Type: text/xml\r\nConnection: close\r\n"
        if self.location:
            head += f"Location: {self.location}\r\n"
        return f"{head}Content-Length: {len(self.body)}\r\n\r\n".encode() + self.body


class HttpsSites:
    """Serves `pages`, {"autoconfig.brico.example/mail/config-v1.1.xml": WebAnswer(...)}; any other page is a 404.

    `requests` keeps host and target of what was asked, `plain` what came without encryption. `find` leads the names
    of the pages here, and no other; `trust` is a context for their authority only.
    """

    def __init__(self, pages: Mapping[str, WebAnswer], folder: Path, *, wrong_name: bool = False) -> None:
        self.requests: list[str] = []
        self.plain: list[bytes] = []
        self._pages = pages
        self._hosts = {page.partition("/")[0] for page in pages}
        authority = trustme.CA(organization_name="Facteur tests")
        authority.cert_pem.write_to_path(folder / "site-ca.pem")
        self._ca_file = folder / "site-ca.pem"
        names = {"other.example"} if wrong_name else self._hosts or {"nobody.example"}
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*sorted(names)).configure_cert(self._context)
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept, name="https-site", daemon=True)
        self._acceptor.start()

    def trust(self) -> ssl.SSLContext:
        """Return a context that trusts these sites' authority."""
        return ssl.create_default_context(cafile=str(self._ca_file))

    def find(self, host: str, port: int, _deadline: Deadline) -> Sequence[ServerAddress]:
        """Lead the names of the pages to this server."""
        if host not in self._hosts:
            raise RefusalError(MailCause.NAME_NOT_FOUND)
        return [ServerAddress(socket.AF_INET, (LOOPBACK, port))]

    def stop(self) -> None:
        """End every conversation, and close the port."""
        self._stopping.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), name="https-site-page", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket) -> None:
        with plain, contextlib.suppress(OSError):
            plain.settimeout(10)
            first = plain.recv(1, socket.MSG_PEEK)
            if first != b"\x16":  # no TLS handshake
                self.plain.append(plain.recv(4096))
                return
            with self._context.wrap_socket(plain, server_side=True) as tls:
                self._talk(tls)

    def _talk(self, tls: ssl.SSLSocket) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            request += tls.recv(4096)
        lines = request.decode("ascii").split("\r\n")
        host = next(line.split(": ")[1] for line in lines if line.lower().startswith("host:"))
        target = lines[0].split(" ")[1]
        self.requests.append(f"{host}{target}")
        answer = self._pages.get(f"{host}{target.partition('?')[0]}", WebAnswer(status=404))
        while answer.is_mute and not self._stopping.wait(0.05):
            pass
        if not answer.drips_s:
            tls.sendall(answer.raw())
        for byte in answer.raw() if answer.drips_s else b"":
            if self._stopping.is_set():
                return
            tls.sendall(bytes([byte]))
            time.sleep(answer.drips_s)
