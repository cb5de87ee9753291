"""Fetch a small page over HTTPS, and over nothing else; every wait stands under one deadline."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast
from urllib.parse import urljoin, urlsplit

from backend.adapters.mail.certificates import system_trust
from backend.adapters.mail.smtp_connection import Deadline, ServerAddress, connect, look_up
from backend.adapters.mail.smtp_replies import RefusalError
from backend.domain.domain_name import is_host_name
from backend.domain.mail_failure import MailCause

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PAGE_MAX_BYTES = 100_000
_REDIRECTS_MAX = 3
_NEXT_ADDRESS_AFTER_S = 1.0
_MOVED = {301, 302, 303, 307, 308}

LookUp = Callable[[str, int, Deadline], Sequence[ServerAddress]]


class PageUnavailableError(Exception):
    """There is no such page; `was_reached` tells whether a server answered at all."""

    def __init__(self, reason: str, *, was_reached: bool) -> None:
        super().__init__(reason)
        self.was_reached = was_reached


class HttpsPages:
    """Fetches pages from servers whose certificate this PC trusts; tests say where names lead and what to trust."""

    def __init__(
        self, trust: Callable[[], ssl.SSLContext] = system_trust, find: LookUp = look_up, port: int = 443
    ) -> None:
        self._trust = trust
        self._find = find
        self._port = port

    def fetch(self, url: str, deadline: Deadline) -> bytes:
        """Return a page of at most PAGE_MAX_BYTES; raises PageUnavailableError.

        Redirections are followed to other HTTPS addresses only. No cookie, no name of this PC or program is sent.
        """
        for _ in range(_REDIRECTS_MAX + 1):
            status, location, body = self._get(url, deadline)
            if status == 200:
                return body
            if status not in _MOVED or not location:
                raise PageUnavailableError(f"status {status}", was_reached=True)
            url = _moved_to(url, location)
        raise PageUnavailableError("too many redirections", was_reached=True)

    def _get(self, url: str, deadline: Deadline) -> tuple[int, str, bytes]:
        host, target = _https_target(url)
        try:
            with self._connect(host, deadline) as tls:
                tls.settimeout(deadline.remaining())
                tls.sendall(_request(host, target))
                return _read(tls, deadline)
        except RefusalError as error:
            refused = error.mail_cause is MailCause.CONNECTION_REFUSED
            raise PageUnavailableError(error.mail_cause.value, was_reached=refused) from error
        except OSError as error:
            # A wrong certificate, too, is an answer: this PC is not offline.
            reached = isinstance(error, (ssl.SSLError, ConnectionError))
            raise PageUnavailableError(type(error).__name__, was_reached=reached) from error
        except (http.client.HTTPException, ValueError) as error:
            raise PageUnavailableError(type(error).__name__, was_reached=True) from error

    def _connect(self, host: str, deadline: Deadline) -> ssl.SSLSocket:
        addresses = self._find(host, self._port, deadline)
        plain = connect(addresses, deadline, next_after_s=_NEXT_ADDRESS_AFTER_S)
        try:
            plain.settimeout(deadline.remaining())
            return self._trust().wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise


def _moved_to(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise PageUnavailableError("no address", was_reached=True) from None


def _https_target(url: str) -> tuple[str, str]:
    """Return host and request target of an HTTPS address without port and user; raises PageUnavailableError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise PageUnavailableError("no address", was_reached=True) from None
    host = parts.hostname or ""
    if parts.scheme != "https" or port not in {None, 443} or "@" in parts.netloc or not is_host_name(host):
        raise PageUnavailableError("no HTTPS address", was_reached=True)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not target.isascii() or any(character <= " " for character in target):
        raise PageUnavailableError("no HTTPS address", was_reached=True)
    return host, target


def _request(host: str, target: str) -> bytes:
    headers = (f"GET {target} HTTP/1.1", f"Host: {host}", "Accept: text/xml, application/xml, */*", "Connection: close")
    return "\r\n".join((*headers, "", "")).encode("ascii")


def _read(tls: ssl.SSLSocket, deadline: Deadline) -> tuple[int, str, bytes]:
    """Return status, Location and body of the answer."""
    with http.client.HTTPResponse(cast("socket.socket", _TimedReading(tls, deadline)), method="GET") as response:
        response.begin()
        body = response.read(PAGE_MAX_BYTES + 1) if response.status == 200 else b""
        if len(body) > PAGE_MAX_BYTES:
            raise PageUnavailableError("too big", was_reached=True)
        return response.status, response.getheader("Location", ""), body


class _TimedReading:
    """Just enough of a socket for HTTPResponse."""

    def __init__(self, tls: ssl.SSLSocket, deadline: Deadline) -> None:
        self._raw = _RawReading(tls, deadline)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return what is read under the deadline."""
        return io.BufferedReader(self._raw)


class _RawReading(io.RawIOBase):
    """Reads a socket under a deadline that is for everything, not for each packet."""

    def __init__(self, tls: ssl.SSLSocket, deadline: Deadline) -> None:
        super().__init__()
        self._tls = tls
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._tls.settimeout(self._deadline.remaining())
        return self._tls.recv_into(buffer)
