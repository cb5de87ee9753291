"""The mail server of the training mode: it takes everything, on this PC alone, and nothing ever leaves."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
import weakref
from dataclasses import replace
from typing import TYPE_CHECKING

from backend.adapters.mail.smtp import SmtpTransport
from backend.adapters.mail.training_mailbox import FolderMailbox
from backend.domain.outgoing_mail import Delivery, OutgoingMail
from backend.domain.sender_profile import Authentication, ConnectionSecurity, SenderProfile, SendingMode
from backend.ports import SendingWatch

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from aiosmtpd.smtp import SMTP, Envelope, Session

_LOOPBACK = "127.0.0.1"
_END_S = 5.0


class TrainingServer:
    """An SMTP server in a thread of its own; mails go into `mailbox`. It may be started and stopped at any time."""

    def __init__(self, mailbox: FolderMailbox) -> None:
        self._mailbox = mailbox
        self._running: _Running | None = None
        self._lock = threading.Lock()

    def start(self) -> int:
        """Start unless it runs already; return its port on 127.0.0.1."""
        with self._lock:
            if self._running is None:
                self._running = _Running(self._mailbox)
            return self._running.port

    def stop(self) -> None:
        """End the server and its connections; what was accepted is on disk."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.end()


class TrainingTransport:
    """Sends every mail to the training server, whatever the sender's own settings are (PRODUCT H3)."""

    def __init__(self, server: TrainingServer) -> None:
        self._server = server
        self._smtp = SmtpTransport()

    def send(self, mail: OutgoingMail, sender: SenderProfile, watch: SendingWatch) -> Delivery:
        """Send as `ports.MailTransport` says."""
        return self._smtp.send(mail, self._here(sender), watch)

    def kept_open(self) -> AbstractContextManager[None]:
        """Keep the connection for more mails."""
        return self._smtp.kept_open()

    def is_reachable(self, sender: SenderProfile) -> bool:
        """Connect and hang up."""
        return self._smtp.is_reachable(self._here(sender))

    def _here(self, sender: SenderProfile) -> SenderProfile:
        return replace(
            sender,
            mode=SendingMode.SMTP,
            host=_LOOPBACK,
            port=self._server.start(),
            security=ConnectionSecurity.NONE,
            username="",
            authentication=Authentication.PASSWORD,
        )


class _Running:
    """A server that runs from its making to `end`."""

    def __init__(self, mailbox: FolderMailbox) -> None:
        self._mailbox = mailbox
        # Connections wait in this socket until the thread is ready to take them: nobody waits for the thread.
        self._listener = socket.create_server((_LOOPBACK, 0))
        # Connections inherit it. Without it every answer of several lines waits 40 ms for an acknowledgement (Nagle):
        # asyncio sets it only on sockets whose protocol was named at their making.
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = int(self._listener.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._connections: weakref.WeakSet[SMTP] = weakref.WeakSet()
        self._thread = threading.Thread(target=self._run, name="training-server", daemon=True)
        self._thread.start()

    def end(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(_END_S)

    def _run(self) -> None:
        # At lower levels aiosmtpd writes addresses into the log.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        with contextlib.closing(self._loop):
            self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        server = await self._loop.create_server(self._connection, sock=self._listener)
        await self._ended.wait()
        server.close()
        for connection in list(self._connections):
            if connection.transport is not None:
                connection.transport.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _connection(self) -> SMTP:
        from aiosmtpd.smtp import SMTP  # imported in this thread, while the client gets ready

        # Without a host name aiosmtpd looks this PC's up, which may take seconds.
        connection = SMTP(
            _Catcher(self._mailbox), hostname=_LOOPBACK, ident="Facteur", enable_SMTPUTF8=True, loop=self._loop
        )
        self._connections.add(connection)
        return connection


class _Catcher:
    """Keeps what is sent (aiosmtpd calls these by name)."""

    def __init__(self, mailbox: FolderMailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        """Accept a mail once it is safely on disk."""
        try:
            number = self._mailbox.add(bytes(envelope.original_content or b""))
        except OSError as error:
            return f"452 4.3.1 {error.strerror}"
        return f"250 2.0.0 Ok: kept as number {number}"

    async def handle_exception(self, error: Exception) -> str:
        """Answer without details, and without aiosmtpd's line in the log."""
        return f"451 4.3.0 {type(error).__name__}"
