"""An SMTP server of our own that does on purpose what a real one can't be made to do."""

import email
import email.policy
import socket
import threading
from collections import Counter
from collections.abc import Sequence
from email.message import EmailMessage
from email.parser import BytesHeaderParser

from tests.servers.certificates import HOST
from tests.servers.ports import LOOPBACK
from tests.servers.smtp_dialogue import Dialogue
from tests.servers.smtp_script import NORMAL, Answer, Answers, Delivery, Script, Session, Step


class ScriptedSmtp:
    """A threaded server that follows a Script and keeps what it accepts: `sessions` and `deliveries`, in order."""

    host = HOST

    def __init__(self, script: Script | None = None) -> None:
        self.sessions: list[Session] = []
        self.deliveries: list[Delivery] = []
        self._script = script or Script()
        self._asked: Counter[tuple[Step, str]] = Counter()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._running: list[tuple[Dialogue, threading.Thread]] = []
        self._listener = socket.create_server((LOOPBACK, 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, name="scripted-smtp", daemon=True)
        self._acceptor.start()

    def play(self, script: Script) -> None:
        """Follow another script from the next connection on."""
        with self._lock:
            self._script = script
            self._asked.clear()

    def stop(self) -> None:
        """End every session and close the port; a second time does nothing."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()
        for dialogue, thread in self._running:
            dialogue.interrupt()
            thread.join()

    @property
    def commands(self) -> list[str]:
        """Every line received in all sessions, in clear."""
        return [command for session in self.sessions for command in session.commands]

    def messages(self) -> list[EmailMessage]:
        """Give what was delivered, as messages."""
        return [email.message_from_bytes(one.content, policy=email.policy.default) for one in self.deliveries]

    def count_by_message_id(self) -> Counter[str]:
        """Count the deliveries of each Message-ID."""
        headers = BytesHeaderParser(policy=email.policy.default)
        return Counter(str(headers.parsebytes(one.content)["Message-ID"]) for one in self.deliveries)

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            session = Session()
            with self._lock:
                script = self._script
            self.sessions.append(session)
            dialogue = Dialogue(connection, script, session, self._next_answer, self.deliveries.append, self._stopping)
            thread = threading.Thread(target=dialogue.run, name="scripted-smtp-session", daemon=True)
            self._running.append((dialogue, thread))
            thread.start()

    def _next_answer(self, step: Step, recipient: str) -> Answer:
        with self._lock:
            if recipient in self._script.recipients:
                return self._pick(self._script.recipients[recipient], (step, recipient))
            return self._pick(self._script.answers.get(step, NORMAL), (step, ""))

    def _pick(self, answers: Answers, key: tuple[Step, str]) -> Answer:
        if isinstance(answers, Answer):
            return answers
        self._asked[key] += 1
        return _nth(answers, self._asked[key])


def _nth(answers: Sequence[Answer], number: int) -> Answer:
    return answers[number - 1] if number <= len(answers) else NORMAL
