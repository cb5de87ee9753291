"""The server on its own port of 127.0.0.1: who reaches it, and how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from backend.desktop.server import LocalServer, PortUnavailableError
from backend.web.desktop_port import SENDING_THREADS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534


def _hello(_: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


@dataclass(frozen=True)
class Program:
    """`app.py serve` at work over a shop of its own."""

    url: str
    data_dir: Path
    pid: int

    @property
    def port(self) -> int:
        return int(re.search(r":(\d+)/", self.url)[1])  # type: ignore[index]  # a test fails where there is none

    def ask(self, request: str) -> str:
        """Send a request as it stands and return the first line of the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(request.replace("\n", "\r\n").encode())
            return connection.makefile("rb").readline().decode("ascii").strip()


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with _serving(tmp_path_factory.mktemp("shop"), training=True) as running:
        yield running


@contextlib.contextmanager
def _serving(data_dir: Path, *options: str, training: bool = False) -> Iterator[Program]:
    start = [sys.executable, "app.py", "--data-dir", str(data_dir), *(["--training"] if training else [])]
    with subprocess.Popen([*start, "serve", *options, "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            yield Program(
                json.loads(child.stdout.readline())["url"], data_dir / "training" if training else data_dir, child.pid
            )
        finally:
            child.terminate()
            assert child.wait(10) == 0
            assert child.stdout.read() == "", "serve says one line"


# Who reaches it


def test_it_listens_on_the_loopback_address_and_nowhere_else(program: Program) -> None:
    listening = [
        line.split()[1]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{program.pid}/net/{table}").read_text("ascii").splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{program.port:04X}")
    ]
    assert listening == [f"0100007F:{program.port:04X}"]


def test_another_address_of_this_host_is_refused(program: Program) -> None:
    for address in ("127.0.0.2", _own_address()):
        with socket.socket() as probe:
            probe.settimeout(3)
            assert probe.connect_ex((address, program.port)) != 0


def test_the_port_differs_from_start_to_start() -> None:
    ports = set()
    for _ in range(20):
        server = LocalServer()
        ports.add(server.launch.port)
        server.stop()
    assert len(ports) >= 15


@pytest.mark.parametrize(
    ("hosts", "status"),
    [
        (["127.0.0.1:PORT"], "403"),
        ([], "421"),
        (["localhost:PORT"], "421"),
        (["127.0.0.1:PORT", "evil.example"], "421"),
        (["evil.example", "127.0.0.1:PORT"], "421"),
        (["127.0.0.1:PORT", "127.0.0.1:PORT"], "421"),
    ],
)
def test_the_host_is_ours_and_there_is_one(program: Program, hosts: list[str], status: str) -> None:
    lines = "".join(f"Host: {host.replace('PORT', str(program.port))}\n" for host in hosts)
    assert program.ask(f"GET / HTTP/1.1\n{lines}Connection: close\n\n").split()[1] == status


def test_an_absolute_address_in_the_request_changes_nothing(program: Program) -> None:
    request = f"GET http://evil.example/ HTTP/1.1\nHost: 127.0.0.1:{program.port}\nConnection: close\n\n"
    assert program.ask(request).split()[1] == "403"


def test_a_proxy_header_changes_nothing(program: Program) -> None:
    headers = f"X-Forwarded-Host: 127.0.0.1:{program.port}\nForwarded: host=127.0.0.1:{program.port}\n"
    assert program.ask(f"GET / HTTP/1.1\nHost: evil.example\n{headers}Connection: close\n\n").split()[1] == "421"


@pytest.mark.needs_root
def test_another_user_of_the_host_gets_nothing(program: Program) -> None:
    with contextlib.closing(HTTPConnection("127.0.0.1", program.port, timeout=10)) as inside:
        inside.request("GET", program.url[program.url.index("/enter") :])
        cookie = inside.getresponse().headers["Set-Cookie"].partition(";")[0]
    # What /tmp/pytest-of-root closes must be closed by the data folder itself.
    with _open_way_to(program.data_dir):
        spied = json.loads(_as_nobody(_SPY, str(program.port), str(program.data_dir), str(program.pid)))
    assert spied["statuses"] == {"/": 403, "/sign-in": 403, "/tickets": 403, "/enter?t=x": 403, "POST /": 403}
    assert spied["readable"] == []
    assert "enter" not in spied["command_line"]
    assert cookie.partition("=")[2] not in spied["command_line"]


def test_the_data_folder_is_closed_to_others(program: Program) -> None:
    assert program.data_dir.stat().st_mode & 0o077 == 0


def test_no_secret_of_a_session_is_written_anywhere(program: Program) -> None:
    with contextlib.closing(HTTPConnection("127.0.0.1", program.port, timeout=10)) as browser:
        browser.request("GET", "/enter?t=wrong-CANARY")
        answer = browser.getresponse()
        answer.read()
        assert answer.status == 403
    secrets = [b"CANARY", program.url.partition("t=")[2].encode()]
    written = [path for path in program.data_dir.rglob("*") if path.is_file()]
    assert written
    assert [path for path in written for secret in secrets if secret in path.read_bytes()] == []


# How it ends


def test_it_ends_at_once_when_nothing_is_under_way() -> None:
    server = LocalServer()
    server.start(_hello)
    assert _get(server.launch.port) == b"hello"
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 1
    with pytest.raises(ConnectionError):
        _get(server.launch.port)


def test_an_answer_under_way_still_arrives() -> None:
    asked = threading.Event()

    def slow(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        asked.set()
        time.sleep(0.4)
        return _hello(environ, start_response)

    server = LocalServer()
    server.start(slow)
    answers: list[bytes] = []
    client = threading.Thread(target=lambda: answers.append(_get(server.launch.port)))
    client.start()
    assert asked.wait(5)
    server.stop()
    client.join(5)
    assert answers == [b"hello"]


def test_a_sending_under_way_gets_a_few_seconds() -> None:
    sent = threading.Event()
    server = LocalServer()
    server.start(_hello)
    threading.Timer(0.3, sent.set).start()
    threading.Thread(target=sent.wait, name=f"{SENDING_THREADS}-1", daemon=True).start()
    server.stop()
    assert sent.is_set()


def test_a_sending_that_hangs_is_left_behind() -> None:
    never = threading.Event()
    server = LocalServer()
    server.start(_hello)
    threading.Thread(target=never.wait, name=f"{SENDING_THREADS}-2", daemon=True).start()
    began = time.monotonic()
    server.stop(patience_s=0.3)
    assert 0.3 <= time.monotonic() - began < 2
    never.set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_serve_ends_cleanly_when_it_is_told_to(tmp_path: Path, number: signal.Signals) -> None:
    with _serving(tmp_path) as program:
        os.kill(program.pid, number)  # and SIGTERM at once after it


def test_serve_says_a_url_on_the_port_that_was_asked_for(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with _serving(tmp_path, "--port", str(port)) as program:
        assert re.fullmatch(rf"http://127\.0\.0\.1:{port}/enter\?t=[\w-]{{43}}", program.url)


def test_a_port_that_is_taken_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortUnavailableError) as refused:
            LocalServer(port)
    assert refused.value.facts() == {"port": port}


def _get(port: int) -> bytes:
    with contextlib.closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request("GET", "/")
        return connection.getresponse().read()


def _own_address() -> str:
    """Return the address of another interface of this host, where there is one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737, nothing is sent
        except OSError:
            return "127.0.0.3"
        return str(probe.getsockname()[0])


_SPY = """
import http.client, json, os, pathlib, sys
port, folder, pid = int(sys.argv[1]), sys.argv[2], sys.argv[3]
def status(method, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers={"X-Facteur-Token": "x"})
    return connection.getresponse().status
statuses = {path: status("GET", path) for path in ("/", "/sign-in", "/tickets", "/enter?t=x")}
statuses["POST /"] = status("POST", "/")
readable = [name for name in [folder] + json.loads(sys.argv[4]) if os.access(name, os.R_OK)]
command_line = pathlib.Path("/proc", pid, "cmdline").read_bytes().decode()
print(json.dumps({"statuses": statuses, "readable": readable, "command_line": command_line}))
"""


def _as_nobody(script: str, port: str, folder: str, pid: str) -> str:
    files = json.dumps([str(path) for path in Path(folder).rglob("*")])
    assert files != "[]", "there is something to spy on"
    command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "/usr/bin/python3", "-I", "-c"]
    done = subprocess.run([*command, script, port, folder, pid, files], check=True, capture_output=True, text=True)
    return done.stdout


@contextlib.contextmanager
def _open_way_to(folder: Path) -> Iterator[None]:
    closed = [parent for parent in folder.parents if parent.stat().st_mode & 0o005 != 0o005]
    modes: dict[Path, Any] = {parent: parent.stat().st_mode & 0o777 for parent in closed}
    for parent in closed:
        parent.chmod(0o755)
    try:
        yield
    finally:
        for parent, mode in modes.items():
            parent.chmod(mode)
