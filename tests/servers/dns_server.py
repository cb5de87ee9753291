"""A name server on loopback that knows what a test tells it, and counts what it was asked."""

import contextlib
import socket
import threading
from collections.abc import Mapping, Sequence

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.servers.ports import LOOPBACK

Zone = Mapping[tuple[str, str], Sequence[str]]


class DnsServer:
    """Answers over UDP from `zone`, {("brico.example", "MX"): ["10 mx1.mail.ovh.net."]}.

    A name that stands nowhere in the zone, and has none below it, does not exist. `silent_for` are kinds (MX, SRV)
    that get no answer, `rcode` is given instead of any.
    """

    def __init__(self, zone: Zone, *, silent_for: Sequence[str] = (), rcode: dns.rcode.Rcode | None = None) -> None:
        self.asked: list[tuple[str, str]] = []
        self._zone = zone
        self._silent_for = silent_for
        self._rcode = rcode
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, 0))
        self.port: int = self._socket.getsockname()[1]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="dns-server", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, and close the port."""
        self._stopping.set()
        with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as waker:
            waker.sendto(b"", (LOOPBACK, self.port))
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            question, sender = self._socket.recvfrom(4096)
            if self._stopping.is_set():
                return
            with contextlib.suppress(dns.exception.DNSException):
                if answer := self._answer(dns.message.from_wire(question)):
                    self._socket.sendto(answer.to_wire(), sender)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if kind in self._silent_for:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if self._rcode is not None:
            answer.set_rcode(self._rcode)
        elif records := self._zone.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
        elif not any(known == name or known.endswith(f".{name}") for known, _ in self._zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer
