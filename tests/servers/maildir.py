"""What arrived: mailboxes in the Maildir format, read as messages."""

import email
import email.policy
import itertools
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from pathlib import Path

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Mailbox:
    """The mail delivered to one address: every address of a domain shares one Maildir, Postfix notes whose it is."""

    address: str
    maildir: Path
    settle: Callable[[], None]

    def messages(self) -> list[EmailMessage]:
        """Give the delivered messages, oldest first, once the server's queue is empty."""
        self.settle()
        return [email.message_from_bytes(content, policy=email.policy.default) for content in self.contents()]

    def contents(self) -> list[bytes]:
        """Give the delivered messages as bytes, as they lie there now."""
        files = sorted((self.maildir / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns)
        return [content for content in map(Path.read_bytes, files) if _recipient(content) == self.address.lower()]

    def count_by_message_id(self) -> Counter[str]:
        """Count the deliveries of each Message-ID: every count other than 1 is a doubled mail."""
        self.settle()
        headers = BytesHeaderParser(policy=email.policy.default)
        return Counter(str(headers.parsebytes(content)["Message-ID"]) for content in self.contents())

    def wait_for_message(self, timeout_s: float = 10.0) -> EmailMessage:
        """Wait for the first message.

        Raises TimeoutError when none comes within `timeout_s` seconds.
        """
        deadline = time.monotonic() + timeout_s
        while not self.contents():
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing arrived for {self.address}")
            time.sleep(0.02)
        return self.messages()[0]


def fresh_address(name: str = "client", domain: str = "client.test") -> str:
    """Make an address that no other test writes to."""
    return f"{name}-{next(_numbers)}-{time.monotonic_ns()}@{domain}"


def _recipient(content: bytes) -> str:
    """Read the recipient whom virtual(8) notes at the head of what it delivers."""
    for line in content.split(b"\n", 4)[:4]:
        name, _, value = line.partition(b":")
        if name.lower() == b"x-original-to":
            return value.strip().decode("utf-8", errors="replace").lower()
    return ""
