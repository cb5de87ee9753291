"""Lines over a socket (RFC 5321 2.3.8), every wait under one deadline, and what was said, without secrets.

smtplib isn't used: its time limit holds per packet, so that a dripping server never ends; it gives the final dot and
the data in one call, and it signs in three times where once is asked.
"""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
from collections.abc import Iterable, Iterator

from backend.adapters.mail.smtp_connection import Deadline
from backend.adapters.mail.smtp_replies import MalformedReplyError, Reply, decode, parse_reply_line
from backend.domain.email_address import mask_addresses

_LINE_MAX = 8192
_REPLY_LINES_MAX = 200
_CHUNK = 32_768
_SECRET_MIN = 4  # shorter ones would blot out half of the words


class NetworkTroubleError(Exception):
    """The connection failed or time was up: `error` is what `socket` or `ssl` said."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error

    @property
    def is_timeout(self) -> bool:
        """Tell whether time was up."""
        return isinstance(self.error, TimeoutError)


class Transcript:
    """The dialogue as people may see it: no address, no secret."""

    def __init__(self, addresses: Iterable[str] = (), secrets: Iterable[str] = ()) -> None:
        self._lines: list[str] = []
        self._addresses = tuple(addresses)
        self._secrets: list[str] = []
        self.hide(secrets)

    def hide(self, secrets: Iterable[str]) -> None:
        """Never show these, as they are or in base64."""
        self._secrets += (
            form for secret in secrets if len(secret) >= _SECRET_MIN for form in (_base64(secret), secret)
        )

    def add(self, who: str, text: str) -> None:
        """Note a line of `C` (us), `S` (the server) or `*` (what happened)."""
        self._lines.append(f"{who}: {text}")

    def mask(self, text: str) -> str:
        """Return a text without secrets and addresses."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return mask_addresses(text, self._addresses)

    def __str__(self) -> str:
        return "\n".join(self.mask(line) for line in self._lines)


class Wire:
    """A connection that takes commands and gives replies; NetworkTroubleError stands for every OSError."""

    def __init__(self, sock: socket.socket, deadline: Deadline, transcript: Transcript) -> None:
        self._sock = sock
        self._unread = bytearray()
        self.deadline = deadline
        self.transcript = transcript
        self.has_heard = False

    def ask(self, command: str, *, shown: str = "") -> Reply:
        """Send one command and return the reply; `shown` stands in the transcript for one that holds a secret."""
        self.say(command, shown=shown)
        return self.read_reply()

    def say(self, command: str, *, shown: str = "") -> None:
        """Send one command; a line break in it would be a second command."""
        if "\r" in command or "\n" in command:
            raise ValueError("line break in an SMTP command")
        self.transcript.add("C", shown or command)
        self.send(command.encode("utf-8") + b"\r\n")

    def send(self, content: bytes) -> None:
        """Send bytes as they are."""
        view = memoryview(content)
        with _network():
            for start in range(0, len(view), _CHUNK):
                self._sock.settimeout(self.deadline.remaining())
                self._sock.sendall(view[start : start + _CHUNK])

    def read_reply(self) -> Reply:
        """Read a whole reply, of one line or several; raises MalformedReplyError."""
        lines: list[str] = []
        while len(lines) < _REPLY_LINES_MAX:
            line = self._read_line()
            self.transcript.add("S", decode(line))
            code, is_last, text = parse_reply_line(line)
            lines.append(text)
            if is_last:
                return Reply(code, tuple(lines))
        raise MalformedReplyError("endless reply")

    def says_something_within(self, seconds: float) -> bool:
        """Wait for the first bytes of a reply; leaves them to be read."""
        try:
            self._receive(self.deadline.within(seconds))
        except NetworkTroubleError as trouble:
            if trouble.is_timeout:
                return False
            raise
        return True

    def has_words_now(self) -> bool:
        """Tell, without waiting, whether the server has said something unasked; a closed connection shows here, too."""
        with _network():
            self._sock.settimeout(0)
            try:
                received = self._sock.recv(_LINE_MAX)
            except (BlockingIOError, ssl.SSLWantReadError):
                return bool(self._unread)
            return self._keep(received)

    def start_tls(self, context: ssl.SSLContext, host: str) -> str:
        """Encrypt from here on and return version and cipher.

        A failed handshake is a NetworkTroubleError of an SSLError. Plain bytes that came early are an attempt to slip
        commands or replies in, and end it.
        """
        if self._unread:
            raise MalformedReplyError("plain text after STARTTLS")
        with _network():
            self._sock.settimeout(self.deadline.remaining())
            encrypted = context.wrap_socket(self._sock, server_hostname=host)
        self._sock = encrypted
        self.has_heard = True
        cipher = encrypted.cipher()
        agreed = f"{encrypted.version()} {cipher[0] if cipher else ''}".strip()
        self.transcript.add("*", agreed)
        return agreed

    def peer_certificate(self) -> bytes | None:
        """Return the server's certificate in DER form, once encrypted."""
        return self._sock.getpeercert(binary_form=True) if isinstance(self._sock, ssl.SSLSocket) else None

    def close(self) -> None:
        """Close without a word."""
        with contextlib.suppress(OSError):
            self._sock.close()

    def _read_line(self) -> bytes:
        while (end := self._unread.find(b"\n")) < 0:
            if len(self._unread) > _LINE_MAX:
                raise MalformedReplyError("endless line")
            self._receive(self.deadline)
        line = bytes(self._unread[: end + 1])
        del self._unread[: end + 1]
        return line

    def _receive(self, deadline: Deadline) -> None:
        with _network():
            self._sock.settimeout(deadline.remaining())
            self._keep(self._sock.recv(_LINE_MAX))

    def _keep(self, received: bytes) -> bool:
        if not received:
            raise ConnectionResetError("closed by the server")
        self.has_heard = True
        self._unread += received
        return True


@contextlib.contextmanager
def _network() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NetworkTroubleError(error) from error


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
