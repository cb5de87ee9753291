"""Who may come in: one-time launch tokens and the sessions they open, in the memory of this process only."""

from __future__ import annotations

import hmac
import secrets
import threading
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"

_MAX_UNUSED_TOKENS = 16


def new_secret() -> str:
    """Return 256 random bits as 43 characters that need no quoting in a URL, a header or a cookie."""
    return secrets.token_urlsafe(32)


def is_same(given: str, expected: str) -> bool:
    """Compare two secrets in a time that does not depend on where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())


class LaunchTokens:
    """The one-time tokens with which the person who started Facteur enters on `port`.

    The window, the line that `serve` prints and a second start each take one of their own.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self._unused: list[str] = []
        self._lock = threading.Lock()

    @property
    def host(self) -> str:
        """Return the only Host that the server answers to (RFC 9110 7.2 leaves port 80 out)."""
        return LOOPBACK if self.port == 80 else f"{LOOPBACK}:{self.port}"

    @property
    def origin(self) -> str:
        """Return the only Origin (RFC 6454) that pages of ours have."""
        return f"http://{self.host}"

    def new(self) -> str:
        """Return a token that lets one browser in, once; of many unused ones only the latest 16 stay good."""
        token = new_secret()
        with self._lock:
            self._unused = [*self._unused[1 - _MAX_UNUSED_TOKENS :], token]
        return token

    def new_url(self) -> str:
        """Return an address with a fresh token; it is a secret until it has been used."""
        return f"{self.origin}/enter?t={self.new()}"

    def spend(self, given: str) -> bool:
        """Tell whether `given` is an unused token; it is used from then on."""
        with self._lock:
            matches = [token for token in self._unused if is_same(given, token)]
            self._unused = [token for token in self._unused if token not in matches]
        return bool(matches)


@dataclass(frozen=True, slots=True)
class LinkToast:
    """A confirmation that leads somewhere."""

    text: str
    action: str
    url: str


@dataclass(eq=False)
class Session:
    """One window or browser that came in; `user` is the name of who signed in, "" before.

    `header_token` stands in the page and returns with every write: cookies of 127.0.0.1 are the same on all ports,
    so a server of somebody else could be sent ours or set it; a header it can neither read nor set.
    """

    header_token: str = field(default_factory=new_secret, repr=False)
    user: str = ""
    language: str = ""
    training: bool = False  # in the sample shop, beside the real one
    is_touring: bool = False  # the tour of the training mode (tour.py)
    toasts: list[str | LinkToast] = field(default_factory=list)
    drafts: dict[str, object] = field(default_factory=dict, repr=False)  # what an assistant holds until it ends
    undo: dict[str, object] = field(default_factory=dict, repr=False)  # what was deleted and can be put back


class Sessions:
    """The open sessions by the secret in their cookie."""

    def __init__(self) -> None:
        self._open: dict[str, Session] = {}

    def open(self, session: Session) -> str:
        """Keep a session and return the new secret of its cookie."""
        secret = new_secret()
        self._open[secret] = session
        return secret

    def find(self, secret: str) -> Session | None:
        """Return the session of a cookie."""
        return self._open.get(secret)

    def close(self, secret: str) -> None:
        """Forget a session."""
        self._open.pop(secret, None)
