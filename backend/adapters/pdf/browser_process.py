"""One browser that stays, driven over a pair of pipes (DevTools protocol, --remote-debugging-pipe).

A debugging port could be reached by every user of the PC; the pipes are ours alone, and the browser ends by itself
when they close, however this program ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backend.adapters.pdf.wkhtmltopdf_program import no_window
from backend.adapters.pdf.wkhtmltopdf_worker import WorkerDiedError, WorkerHungError

_EXIT_TIMEOUT_S = 3
_CHUNK_BYTES = 1 << 20
# Nothing of the user's, nothing out of this PC: what the page's policy and the interception let by would end here.
_FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--disable-breakpad",
    "--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider",
    "--metrics-recording-only",
    "--no-pings",
    "--mute-audio",
    "--password-store=basic",
    "--use-mock-keychain",
    "--font-render-hinting=none",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


class BrowserProcess:
    """A supervised browser for one request at a time; its owner holds the lock."""

    def __init__(self, program: Path, environment: Mapping[str, str], folder: Path) -> None:
        """Start a browser whose profile lies in `folder`; raises OSError."""
        self._said = folder / "said.txt"
        profile = folder / "profile"
        profile.mkdir(mode=0o700, exist_ok=True)
        command = [str(program), *_FLAGS, f"--user-data-dir={profile}"]
        self._process, self._orders, self._answers = _start(command, environment, folder, self._said)
        self._received = bytearray()
        self._count = 0
        self._expired = False

    @property
    def pid(self) -> int:
        """Return the process id; its helpers are in the same process group."""
        return self._process.pid

    @contextmanager
    def deadline(self, timeout_s: float) -> Iterator[None]:
        """Kill the browser when the block takes longer: then it raises WorkerHungError."""
        timer = threading.Timer(timeout_s, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        except WorkerDiedError as error:
            if self._expired:
                raise WorkerHungError(f"no answer within {timeout_s:g} s") from error
            raise
        finally:
            timer.cancel()

    def call(self, method: str, parameters: Mapping[str, object] | None = None, session: str = "") -> dict[str, Any]:
        """Give an order and return its result; raises WorkerDiedError, also where the browser refuses it."""
        self._count += 1
        number = self._count
        order: dict[str, object] = {"id": number, "method": method, "params": parameters or {}}
        self._send(order | ({"sessionId": session} if session else {}))
        while True:
            message = self._next()
            if message.get("id") == number:
                if "error" in message:
                    raise WorkerDiedError(f"{method}: {message['error']}")
                return dict(message["result"])
            if message.get("method") == "Fetch.requestPaused":  # nothing that a page asks for is ever fetched
                refusal = {"requestId": message["params"]["requestId"], "errorReason": "BlockedByClient"}
                self._count += 1
                answer = {"id": self._count, "method": "Fetch.failRequest", "params": refusal}
                self._send(answer | {"sessionId": message["sessionId"]})

    def last_words(self) -> str:
        """Return the end of what the browser said."""
        with contextlib.suppress(OSError):
            return self._said.read_bytes()[-500:].decode("utf-8", "replace").strip()
        return ""

    def close(self) -> None:
        """End the browser and its helpers."""
        for descriptor in (self._orders, self._answers):
            os.close(descriptor)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_EXIT_TIMEOUT_S)
        self._kill()
        self._process.wait()

    def _expire(self) -> None:
        self._expired = True
        self._kill()

    def _kill(self) -> None:
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def _send(self, message: Mapping[str, object]) -> None:
        content = memoryview(json.dumps(message).encode() + b"\0")
        try:
            while content:
                content = content[os.write(self._orders, content) :]
        except OSError as error:
            raise WorkerDiedError(f"{error}; {self.last_words()}") from error

    def _next(self) -> dict[str, Any]:
        while (end := self._received.find(b"\0")) < 0:
            try:
                chunk = os.read(self._answers, _CHUNK_BYTES)
            except OSError:
                chunk = b""
            if not chunk:
                raise WorkerDiedError(self.last_words() or "the browser ended")
            self._received += chunk
        message: dict[str, Any] = json.loads(bytes(self._received[:end]))
        del self._received[: end + 1]
        return message


def _start(
    command: list[str], environment: Mapping[str, str], folder: Path, said: Path
) -> tuple[subprocess.Popen[bytes], int, int]:
    """Return the process, where to write orders and where to read answers."""
    orders_read, orders_write = os.pipe()
    answers_read, answers_write = os.pipe()
    try:
        with said.open("wb") as errors:
            process = _popen(command, environment, folder, errors.fileno(), (orders_read, answers_write))
    except OSError:
        os.close(orders_write)
        os.close(answers_read)
        raise
    finally:
        os.close(orders_read)
        os.close(answers_write)
    return process, orders_write, answers_read


def _popen(
    command: list[str], environment: Mapping[str, str], folder: Path, errors: int, pipes: tuple[int, int]
) -> subprocess.Popen[bytes]:
    if sys.platform == "win32":
        import msvcrt

        handles = [msvcrt.get_osfhandle(pipe) for pipe in pipes]
        for handle in handles:
            os.set_handle_inheritable(handle, True)  # noqa: FBT003 - its only form
        names = ",".join(str(handle) for handle in handles)
        start = subprocess.STARTUPINFO(lpAttributeList={"handle_list": handles})
        return subprocess.Popen(
            [*command, f"--remote-debugging-io-pipes={names}"],
            cwd=folder,
            env=environment,
            startupinfo=start,
            creationflags=no_window(),
        )
    if not os.access(command[0], os.X_OK):
        raise FileNotFoundError(f"{command[0]} is no program")
    # The browser reads orders at 3 and writes answers at 4; the shell puts them there and becomes the browser.
    moved = 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null'
    return subprocess.Popen(
        ["/bin/sh", "-c", moved, "sh", *command],
        cwd=folder,
        env=environment,
        stdin=pipes[0],
        stdout=pipes[1],
        stderr=errors,
        start_new_session=True,
    )
