"""A form sent to a provider over https, within a time limit, and its answer; nothing is followed or kept."""

from __future__ import annotations

import http.client
import queue
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO

_ANSWER_MAX_BYTES = 256_000
_SOCKET_S = 10.0


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """What a provider answered."""

    status: int
    body: str

    @property
    def is_of_a_busy_server(self) -> bool:
        """Tell whether the same question may have another answer later."""
        return self.status >= HTTPStatus.INTERNAL_SERVER_ERROR or self.status == HTTPStatus.TOO_MANY_REQUESTS


class UnreachableError(Exception):
    """No answer came; `error` says why: no such name, no connection, a certificate that isn't trusted, time up."""

    def __init__(self, error: Exception) -> None:
        super().__init__(type(error).__name__)
        self.error = error


@dataclass(frozen=True, slots=True)
class Https:
    """Sends forms; `make_context` gives the certificates to trust, and nothing takes longer than `limit_s`."""

    make_context: Callable[[], ssl.SSLContext]
    limit_s: float = 20.0

    def post(self, url: str, body: str) -> FormAnswer:
        """Send a form; raises UnreachableError.

        A request can't be interrupted, and its time limits hold per packet: it is left behind in its thread.
        """
        request = urllib.request.Request(  # noqa: S310 - https, as the reader of the clients and oauthlib ensure
            url,
            data=body.encode("ascii"),
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
        )
        request.add_header("User-Agent", "Facteur")
        answers: queue.SimpleQueue[FormAnswer | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._ask(request))
            except (OSError, http.client.HTTPException, ValueError) as error:
                answers.put(error)

        threading.Thread(target=ask, name="oauth-request", daemon=True).start()
        try:
            answer = answers.get(timeout=self.limit_s)
        except queue.Empty:
            answer = TimeoutError()
        if isinstance(answer, Exception):
            raise UnreachableError(_reason(answer)) from None
        return answer

    def _ask(self, request: urllib.request.Request) -> FormAnswer:
        handler = urllib.request.HTTPSHandler(context=self.make_context())
        opener = urllib.request.build_opener(handler, _NoRedirect())
        try:
            with opener.open(request, timeout=min(_SOCKET_S, self.limit_s)) as response:
                return _read(response.status, response)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return _read(refusal.code, refusal)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Never sends a token anywhere else."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Follow nothing: the redirection itself is the answer."""


def _read(status: int, response: IO[bytes]) -> FormAnswer:
    return FormAnswer(status, response.read(_ANSWER_MAX_BYTES).decode("utf-8", "replace"))


def _reason(error: Exception) -> Exception:
    """Return what stands behind urllib's own error."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return reason if isinstance(reason, Exception) else error
