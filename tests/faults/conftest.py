"""The campaign's counts, printed as a table at its end; `--tries N` says how often each fault is met."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.adapters.mail.certificates import system_trust
from tests.fault_shop import Campaign, FaultShop
from tests.integration.conftest import certificates, postfix, pytest_collection_modifyitems, scripted_smtp, tcp_proxy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers.certificates import Certificates

__all__ = ["certificates", "postfix", "pytest_collection_modifyitems", "scripted_smtp", "tcp_proxy"]
_CAMPAIGN = Campaign()


@pytest.fixture(scope="session")
def tries(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--tries"))


@pytest.fixture
def campaign() -> Campaign:
    return _CAMPAIGN


@pytest.fixture
def fault_shop(tmp_path: Path) -> Iterator[FaultShop]:
    shop = FaultShop(tmp_path / "shop")
    yield shop
    shop.close()


@pytest.fixture
def trusted(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.ca_file))
    system_trust.cache_clear()
    yield
    system_trust.cache_clear()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("faults")
    for line in _CAMPAIGN.table():
        terminalreporter.write_line(line)
