"""The short form of the fault campaign: every fault of the server, a few times (`build/test.py faults` meets all)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fault_shop import Campaign, FaultShop
from tests.server_faults import FAULTS, run_server_fault
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import Script

TRIES = 2


@pytest.fixture
def fault_shop(tmp_path: Path) -> Iterator[FaultShop]:
    shop = FaultShop(tmp_path / "shop")
    yield shop
    shop.close()


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_is_lost_doubled_or_in_a_wrong_state(
    name: str, fault_shop: FaultShop, scripted_smtp: Callable[[Script], ScriptedSmtp]
) -> None:
    server = scripted_smtp(Script())
    assert run_server_fault(name, FAULTS[name], fault_shop, server, Campaign(), tries=TRIES) == (0, 0, 0)


def test_a_thousand_mails_queued_while_the_server_is_down_leave_in_order(
    fault_shop: FaultShop, scripted_smtp: Callable[[Script], ScriptedSmtp]
) -> None:
    fault_shop.sends_to(1)
    mails = [fault_shop.queue() for _ in range(1000)]
    fault_shop.turn()
    server = scripted_smtp(Script())
    fault_shop.sends_to(server.port)
    fault_shop.work_until_empty()
    assert [one.recipients for one in server.deliveries] == [mail.recipients for mail in mails]
    assert set(server.count_by_message_id().values()) == {1}
    assert list(fault_shop.services.pdf_folder.iterdir()) == []
    assert len(server.sessions) <= 50, "some mails on each connection"
