"""One connection to the scripted SMTP server, at the level of the socket."""

import base64
import binascii
import contextlib
import re
import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from tests.servers.smtp_script import (
    NORMAL_REPLIES,
    Answer,
    Credentials,
    Delivery,
    Script,
    Security,
    Session,
    Step,
)

_END_OF_DATA = b"\r\n.\r\n"


class _ConnectionEndedError(Exception):
    """The client left, or the script said to."""


@dataclass
class Dialogue:
    """Talk with one client. `next_answer` tells what the script says at a step (and for a recipient)."""

    connection: socket.socket
    script: Script
    session: Session
    next_answer: Callable[[Step, str], Answer]
    deliver: Callable[[Delivery], None]
    stopping: Event

    def __post_init__(self) -> None:
        self._received = b""
        self._sender = ""
        self._recipients: list[str] = []

    def run(self) -> None:
        """Hold the whole session, then close the connection."""
        try:
            if self.script.security is Security.TLS:
                self._encrypt()
            self._answer(Step.CONNECT)
            while self._obey(self._read_line()):
                pass
        except (_ConnectionEndedError, OSError) as error:
            self.session.failure = str(error)
        finally:
            self.interrupt()
            self.connection.close()

    def interrupt(self) -> None:
        """End the session from another thread: whatever waits for the client ends at once."""
        with contextlib.suppress(OSError):
            # Not SSLSocket's own, which would take the encryption away under the other thread's feet.
            socket.socket.shutdown(self.connection, socket.SHUT_RDWR)

    def _obey(self, line: str) -> bool:
        """Answer one command; tell whether the session goes on."""
        verb = line.partition(" ")[0].upper()
        if verb in {"EHLO", "HELO"}:
            self._answer(Step.EHLO, self._greeting(extended=verb == "EHLO"))
        elif verb == "STARTTLS":
            self._start_tls()
        elif verb == "AUTH":
            self._sign_in(line)
        elif verb == "MAIL":
            self._sender, self._recipients = _address(line), []
            self._answer(Step.MAIL)
        elif verb == "RCPT":
            self._take_recipient(_address(line))
        elif verb == "DATA":
            self._take_message()
        elif verb in {"RSET", "NOOP", "QUIT"}:
            self._answer(Step(verb))
        else:
            self._send("502 5.5.2 Error: command not recognized", Answer())
        return verb != "QUIT"

    def _greeting(self, *, extended: bool) -> str:
        if not extended:
            return "250 scripted.test"
        lines = ["scripted.test", *self.script.extensions]
        on_demand = self.script.security is Security.STARTTLS and not self.session.encrypted
        if on_demand:
            lines.append("STARTTLS")
        if self.script.auth_mechanisms and (not on_demand or self.script.auth_in_clear):
            lines.append("AUTH " + " ".join(self.script.auth_mechanisms))
        return "\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"])

    def _start_tls(self) -> None:
        if self._answer(Step.STARTTLS).startswith("220"):
            self._received = b""
            self._encrypt()

    def _encrypt(self) -> None:
        assert self.script.certificate is not None, "a script with encryption needs a certificate"
        context = self.script.certificate.server_context()
        connection = context.wrap_socket(self.connection, server_side=True, do_handshake_on_connect=False)
        self.connection = connection
        connection.do_handshake()
        self.session.encrypted = True

    def _sign_in(self, line: str) -> None:
        _verb, mechanism, *initial = line.split(" ", 2)
        mechanism = mechanism.upper()
        if mechanism not in self.script.auth_mechanisms:
            self._send("504 5.5.4 Unrecognized authentication type", Answer())
            return
        try:
            credentials = self._ask_credentials(mechanism, initial)
        except binascii.Error:
            self._send("501 5.7.0 Authentication aborted", Answer())
            return
        self.session.credentials.append(credentials)
        secrets = self.script.secrets
        if secrets is None or secrets.get(credentials.user) == credentials.secret:
            self._answer(Step.AUTH)
            return
        if mechanism in {"XOAUTH2", "OAUTHBEARER"}:
            # RFC 7628 3.2.3: the reason comes as a challenge, which the client has to answer before the refusal.
            self._ask(f"334 {base64.b64encode(self.script.token_challenge.encode()).decode('ascii')}")
        self._answer(Step.AUTH, "535 5.7.8 Error: authentication failed")

    def _ask_credentials(self, mechanism: str, initial: list[str]) -> Credentials:
        if mechanism == "LOGIN":
            user = _decode(initial[0] if initial else self._ask("334 VXNlcm5hbWU6"))
            return Credentials(mechanism, user, _decode(self._ask("334 UGFzc3dvcmQ6")))
        return _credentials(mechanism, _decode(initial[0] if initial else self._ask("334 ")))

    def _take_recipient(self, address: str) -> None:
        if self._answer(Step.RCPT, recipient=address).startswith("2"):
            self._recipients.append(address)

    def _take_message(self) -> None:
        answer = self.next_answer(Step.DATA, "")
        if not self._send(NORMAL_REPLIES[Step.DATA], answer).startswith("354"):
            return
        content = self._read_message(answer.cut_at_byte)
        answer = self.next_answer(Step.END_OF_DATA, "")
        reply = answer.text or NORMAL_REPLIES[Step.END_OF_DATA]
        kept = answer.kept if answer.kept is not None else reply.startswith("2") and not (answer.cut or answer.silent)
        if kept:
            self.deliver(Delivery(self._sender, tuple(self._recipients), content))
        self._send(reply, answer)

    def _answer(self, step: Step, normal: str = "", *, recipient: str = "") -> str:
        return self._send(normal or NORMAL_REPLIES[step], self.next_answer(step, recipient))

    def _ask(self, challenge: str) -> str:
        self._send(challenge, Answer())
        return self._read_line()

    def _send(self, normal: str, answer: Answer) -> str:
        """Send the answer, or do what the script says instead; give the reply's text."""
        reply = answer.text or normal
        self.stopping.wait(self.script.delay_per_reply_s + answer.after_s)
        if answer.cut:
            self._cut(answer, "cut")
        if answer.silent:
            while self.connection.recv(65_536):
                pass
            raise _ConnectionEndedError("the client left after a silence")
        wire = reply.replace("\n", "\r\n").encode() + b"\r\n"
        if answer.drip_s:
            self._drip(wire, answer.drip_s)
        else:
            self.connection.sendall(wire)
        if answer.then_close:
            raise _ConnectionEndedError("closed after the answer")
        return reply

    def _drip(self, wire: bytes, pause_s: float) -> None:
        for byte in wire:
            if self.stopping.wait(pause_s):
                raise _ConnectionEndedError("the server ends")
            self.connection.sendall(bytes([byte]))

    def _cut(self, answer: Answer, reason: str) -> None:
        if answer.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        raise _ConnectionEndedError(reason)

    def _read_line(self) -> str:
        while b"\n" not in self._received:
            self._receive()
        line, _, self._received = self._received.partition(b"\n")
        text = line.rstrip(b"\r").decode("utf-8", errors="surrogateescape")
        self.session.commands.append(text)
        return text

    def _read_message(self, cut_at_byte: int | None) -> bytes:
        data = self.session.data
        data.clear()
        while True:
            data += self._received
            self._received = b""
            if cut_at_byte is not None and len(data) >= cut_at_byte:
                del data[cut_at_byte:]
                raise _ConnectionEndedError(f"cut at byte {cut_at_byte} of the message")
            if data.endswith(_END_OF_DATA) or data == _END_OF_DATA.lstrip():
                return _unstuffed(bytes(data))
            self._receive()

    def _receive(self) -> None:
        try:
            received = self.connection.recv(65_536)
        except ssl.SSLError as error:
            raise _ConnectionEndedError(str(error)) from error
        if not received:
            raise _ConnectionEndedError("the client left")
        self._received += received


def _unstuffed(data: bytes) -> bytes:
    """Take away the final dot and the dots that RFC 5321 4.5.2 adds."""
    return re.sub(rb"(?m)^\.", b"", data.removesuffix(b".\r\n"))


def _address(line: str) -> str:
    start, end = line.find("<"), line.find(">")
    return line[start + 1 : end] if 0 <= start < end else ""


def _decode(encoded: str) -> str:
    return base64.b64decode(encoded, validate=True).decode("utf-8", errors="surrogateescape")


def _credentials(mechanism: str, response: str) -> Credentials:
    if mechanism == "PLAIN":
        _authority, user, secret = response.split("\0", 2)
        return Credentials(mechanism, user, secret)
    owner = re.search(r"(?:user=|a=)([^\x01,]*)", response)
    token = re.search(r"auth=Bearer ([^\x01]*)", response)
    return Credentials(mechanism, owner[1] if owner else "", token[1] if token else "")
