"""Fixtures of the real servers (tests/servers/__init__.py says what each gives), and of the program on a folder."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.import_files import a_shop_value, a_ticket_value, json_file
from tests.program import Program
from tests.servers.certificates import Certificates, make_certificates
from tests.servers.children import server_folder
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix, running_postfix
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.secret_service import (
    KeyringState,
    SecretService,
    environment_without_secret_service,
    running_secret_service,
)
from tests.servers.smtp_script import Script
from tests.servers.tcp_proxy import Disturbance, Encryption, TcpProxy

_MARKERS_BY_FIXTURE = {
    "postfix": ("postfix", "dovecot", "needs_root"),
    "secret_service": ("keyring_service",),
    "locked_secret_service": ("keyring_service",),
    "empty_secret_service": ("keyring_service",),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            for marker in _MARKERS_BY_FIXTURE.get(fixture, ()):
                item.add_marker(marker)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def postfix(certificates: Certificates) -> Iterator[Postfix]:
    with server_folder() as folder, running_postfix(folder, certificates) as running:
        yield running


@pytest.fixture(scope="session")
def dovecot(postfix: Postfix) -> Dovecot:
    return postfix.dovecot


@pytest.fixture
def scripted_smtp() -> Iterator[Callable[[Script], ScriptedSmtp]]:
    with ExitStack() as stack:

        def start(script: Script) -> ScriptedSmtp:
            server = ScriptedSmtp(script)
            stack.callback(server.stop)
            return server

        yield start


@pytest.fixture
def tcp_proxy(certificates: Certificates) -> Iterator[Callable[..., TcpProxy]]:
    with ExitStack() as stack:

        def start(server_port: int, disturbance: Disturbance, *, encryption: bool = False) -> TcpProxy:
            contexts = Encryption(certificates.good.server_context(), certificates.client_context())
            proxy = TcpProxy(server_port, disturbance, contexts if encryption else None)
            stack.callback(proxy.stop)
            return proxy

        yield start


@pytest.fixture(scope="session")
def secret_service() -> Iterator[SecretService]:
    with server_folder() as folder, running_secret_service(folder) as running:
        yield running


@pytest.fixture
def locked_secret_service() -> Iterator[SecretService]:
    with server_folder() as folder, running_secret_service(folder, KeyringState.LOCKED) as running:
        yield running


@pytest.fixture
def empty_secret_service() -> Iterator[SecretService]:
    with server_folder() as folder, running_secret_service(folder, KeyringState.EMPTY) as running:
        yield running


@pytest.fixture
def no_secret_service(tmp_path: Path) -> dict[str, str]:
    return environment_without_secret_service(tmp_path)


@pytest.fixture(scope="session")
def training_at_first(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Fill a training folder once; each test gets a copy."""
    program = Program(tmp_path_factory.mktemp("training"), ("--training",))
    assert program.call("ticket", "list").exit_code == 0
    return program


@pytest.fixture
def training(training_at_first: Program, tmp_path: Path) -> Program:
    """Give the training mode on a folder of the test's own."""
    shutil.copytree(training_at_first.data_dir, tmp_path / "data")
    return Program(tmp_path, ("--training",))


@pytest.fixture(scope="session")
def shop_at_first(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Fill a real shop once."""
    program = Program(tmp_path_factory.mktemp("shop"))
    files = program.folder
    assert program.call("shop", "load", json_file(files / "shop.json", a_shop_value())).exit_code == 0
    tickets = [a_ticket_value(), a_ticket_value(till="C1")]
    assert program.call("ticket", "import", json_file(files / "tickets.json", tickets)).exit_code == 0
    with program.opened() as services:
        services.accept_unprotected_secrets()
    return program


@pytest.fixture
def shop(shop_at_first: Program, tmp_path: Path) -> Program:
    """Give a real shop of the test's own: walk-in tickets K1-1 (foreign) and C1-1, secrets in a file, no sender."""
    shutil.copytree(shop_at_first.data_dir, tmp_path / "data")
    return Program(tmp_path)
