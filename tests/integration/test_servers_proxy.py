"""The proxy disturbs a real connection at the chosen moment."""

import smtplib
import time
from collections.abc import Callable

import pytest

from tests.servers.bare_client import message_for
from tests.servers.certificates import Certificates
from tests.servers.dovecot import PASSWORD, USER
from tests.servers.postfix import Postfix
from tests.servers.postfix_behaviours import Behaviour
from tests.servers.tcp_proxy import FINAL_DOT, Disturbance, Ending, TcpProxy

StartProxy = Callable[..., TcpProxy]


def test_an_undisturbed_proxy_delivers(postfix: Postfix, tcp_proxy: StartProxy) -> None:
    mailbox = postfix.fresh_mailbox()
    send_through(tcp_proxy(postfix.port(Behaviour.PLAIN), Disturbance()), mailbox.address)
    assert len(mailbox.messages()) == 1


@pytest.mark.parametrize("ending", list(Ending))
def test_a_message_cut_on_the_way_is_not_delivered(postfix: Postfix, tcp_proxy: StartProxy, ending: Ending) -> None:
    mailbox = postfix.fresh_mailbox()
    proxy = tcp_proxy(postfix.port(Behaviour.PLAIN), Disturbance(at_client_byte=300, ending=ending, times=1))
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send_through(proxy, mailbox.address, timeout_s=1)
    send_through(proxy, mailbox.address)
    assert proxy.connections == 2
    proxy.stop()
    assert len(mailbox.messages()) == 1


@pytest.mark.parametrize("ending", list(Ending))
def test_a_real_server_delivers_although_its_answer_is_lost(
    postfix: Postfix, tcp_proxy: StartProxy, ending: Ending
) -> None:
    mailbox = postfix.fresh_mailbox()
    lost = Disturbance(after_client_sent=FINAL_DOT, server_may_answer=True, ending=ending)
    proxy = tcp_proxy(postfix.port(Behaviour.PLAIN), lost)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send_through(proxy, mailbox.address, timeout_s=1)
    assert len(mailbox.messages()) == 1


def test_an_answer_is_lost_in_an_encrypted_session_too(
    postfix: Postfix, tcp_proxy: StartProxy, certificates: Certificates
) -> None:
    mailbox = postfix.fresh_mailbox()
    lost = Disturbance(after_client_sent=FINAL_DOT, server_may_answer=True)
    proxy = tcp_proxy(postfix.port(Behaviour.TLS), lost, encryption=True)
    client = smtplib.SMTP_SSL("localhost", proxy.port, timeout=5, context=certificates.client_context())
    client.login(USER, PASSWORD)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        client.send_message(message_for(mailbox.address, 400))
    client.close()
    assert len(mailbox.messages()) == 1


def test_a_proxy_delays_and_drips(postfix: Postfix, tcp_proxy: StartProxy) -> None:
    mailbox = postfix.fresh_mailbox()
    for disturbance in (Disturbance(delay_s=0.03), Disturbance(drip_s=0.002)):
        started = time.monotonic()
        send_through(tcp_proxy(postfix.port(Behaviour.PLAIN), disturbance), mailbox.address)
        assert time.monotonic() - started > 0.3
    assert len(mailbox.messages()) == 2


def send_through(proxy: TcpProxy, recipient: str, timeout_s: float = 10) -> None:
    with smtplib.SMTP("localhost", proxy.port, "[127.0.0.1]", timeout=timeout_s) as client:
        client.send_message(message_for(recipient, 400))
