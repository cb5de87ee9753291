"""Faults of the server and of the way to it: scripted, and in front of a real Postfix counted in its Maildir."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from backend.domain.sender_profile import ConnectionSecurity
from tests.fault_shop import Campaign, FaultShop
from tests.server_faults import FAULTS, MESSAGE_BYTES, run_server_fault, tls_faults
from tests.servers.certificates import HOST, Certificates
from tests.servers.dovecot import PASSWORD, USER
from tests.servers.postfix import Postfix
from tests.servers.postfix_behaviours import Behaviour
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import Script
from tests.servers.tcp_proxy import FINAL_DOT, Disturbance, Ending, TcpProxy

Smtp = Callable[[Script], ScriptedSmtp]
Proxy = Callable[..., TcpProxy]
NO_FAULTS = (0, 0, 0)
TLS_FAULTS = (
    "TLS certificate expired",
    "TLS certificate for another name",
    "plain on a TLS port",
    "TLS on a plain port",
)


@pytest.mark.parametrize("name", FAULTS)
def test_a_server_fault(name: str, fault_shop: FaultShop, scripted_smtp: Smtp, campaign: Campaign, tries: int) -> None:
    assert run_server_fault(name, FAULTS[name], fault_shop, scripted_smtp(Script()), campaign, tries=tries) == NO_FAULTS


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("name", TLS_FAULTS)
def test_a_fault_of_the_encryption(
    name: str, fault_shop: FaultShop, scripted_smtp: Smtp, certificates: Certificates, campaign: Campaign, tries: int
) -> None:
    fault = tls_faults(certificates)[name]
    assert run_server_fault(name, fault, fault_shop, scripted_smtp(Script()), campaign, tries=tries) == NO_FAULTS


DISTURBANCES: dict[str, Callable[[], Disturbance]] = {
    "Postfix: cut at any byte": lambda: Disturbance(
        at_client_byte=random.randint(1, MESSAGE_BYTES), ending=random.choice((Ending.CLOSE, Ending.RESET)), times=1
    ),
    "Postfix: answer to the final dot lost": lambda: Disturbance(
        after_client_sent=FINAL_DOT, server_may_answer=True, times=1
    ),
}


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("name", DISTURBANCES)
def test_a_cut_line_to_a_real_server(
    name: str, fault_shop: FaultShop, postfix: Postfix, tcp_proxy: Proxy, campaign: Campaign, tries: int
) -> None:
    counts = campaign.of(name)
    shop, port = fault_shop, postfix.port(Behaviour.TLS)
    settings = {"host": HOST, "security": ConnectionSecurity.TLS, "email": USER, "username": USER, "password": PASSWORD}
    for _ in range(tries):
        box = postfix.fresh_mailbox()
        proxy = tcp_proxy(port, DISTURBANCES[name](), encryption=True)
        shop.sends_to(proxy.port, **settings)
        mails = [shop.queue(box.address) for _ in range(2)]
        shop.turn()
        proxy.stop()
        shop.sends_to(port, **settings)
        shop.work_until_empty()
        counts.add(shop.now(mails), box.count_by_message_id(), may_be_unknown=True, is_over=True)
        counts.tries += 1
    assert counts.faults == NO_FAULTS


@pytest.mark.usefixtures("trusted")
def test_one_of_three_recipients_refused_by_a_real_server(
    fault_shop: FaultShop, postfix: Postfix, campaign: Campaign, tries: int
) -> None:
    counts = campaign.of("Postfix: one of three recipients refused")
    for _ in range(tries):
        boxes = [postfix.fresh_mailbox() for _ in range(2)]
        fault_shop.sends_to(
            postfix.port(Behaviour.SUBMISSION),
            host=HOST,
            security=ConnectionSecurity.STARTTLS,
            email=USER,
            username=USER,
            password=PASSWORD,
        )
        mail = fault_shop.queue(boxes[0].address, "inconnu@client.test", boxes[1].address)
        fault_shop.turn()
        (now,) = fault_shop.now([mail])
        for box in boxes:
            counts.add([replace(now, results={})], {}, may_be_unknown=False)
            counts.doubled += box.count_by_message_id()[mail.message_id] > 1
            counts.lost += box.count_by_message_id()[mail.message_id] == 0
        counts.wrong += now.state.value != "rejected" or now.remaining_recipients != ("inconnu@client.test",)
        counts.tries += 1
    assert counts.faults == NO_FAULTS
