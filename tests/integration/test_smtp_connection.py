"""Reaching a server in time: dead addresses, silence, dripping, private and public addresses, certificates."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from backend.adapters.mail.certificates import handshake_cause, read_certificate, system_trust
from backend.adapters.mail.smtp import SmtpTransport
from backend.adapters.mail.smtp_attempt import Timeouts
from backend.adapters.mail.smtp_connection import Deadline, ServerAddress, connect, look_up
from backend.adapters.mail.smtp_replies import RefusalError
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.outgoing_mail import MailState
from tests.fake_mail import RecordingWatch
from tests.integration.smtp_sending import NONE, Shop, shop_sender
from tests.servers.certificates import Certificates
from tests.servers.ports import closed_port, unanswering_port
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import SILENCE, Answer, Script, Step


@pytest.fixture
def shop(tmp_path: Path, certificates: Certificates) -> Shop:
    return Shop(tmp_path, certificates.client_context())


def at(port: int, host: str = "127.0.0.1") -> ServerAddress:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return ServerAddress(family, (host, port))


def test_a_dead_first_address_costs_a_second_and_no_mail(scripted_smtp: Callable[[Script], ScriptedSmtp]) -> None:
    server = scripted_smtp(Script())
    started = time.monotonic()
    with unanswering_port() as dead:
        addresses = [at(dead), at(server.port)]
        with connect(addresses, Deadline(10), next_after_s=Timeouts().next_address_s) as connected:
            assert connected.getpeername()[1] == server.port
    assert time.monotonic() - started < 3


def test_a_refusing_first_address_costs_nothing(scripted_smtp: Callable[[Script], ScriptedSmtp]) -> None:
    server = scripted_smtp(Script())
    started = time.monotonic()
    with connect([at(closed_port()), at(server.port)], Deadline(10), next_after_s=5) as connected:
        assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert time.monotonic() - started < 0.5


def test_the_families_take_turns(scripted_smtp: Callable[[Script], ScriptedSmtp]) -> None:
    server = scripted_smtp(Script())
    unroutable = [at(9, f"2001:db8::{place}") for place in (1, 2, 3)]
    started = time.monotonic()
    with connect([*unroutable, at(server.port)], Deadline(10), next_after_s=0.3):
        assert time.monotonic() - started < 0.6


@pytest.mark.parametrize(
    ("make_addresses", "cause"),
    [
        (lambda dead: [at(dead), at(dead)], MailCause.NO_ANSWER),
        (lambda dead: [at(dead), at(closed_port())], MailCause.CONNECTION_REFUSED),
        (lambda dead: [at(9, "2001:db8::1")], MailCause.NO_ANSWER),
    ],
)
def test_the_cause_is_the_best_that_any_address_gave(
    make_addresses: Callable[[int], list[ServerAddress]], cause: MailCause
) -> None:
    with unanswering_port() as dead, pytest.raises(RefusalError) as caught:
        connect(make_addresses(dead), Deadline(0.5), next_after_s=0.1)
    assert caught.value.mail_cause is cause


@pytest.mark.parametrize(
    ("address", "is_private"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("192.168.1.10", True),
        ("172.20.0.1", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("fd00::1", True),
        ("8.8.8.8", False),
        ("172.32.0.1", False),
        ("2a00:1450:4007::1", False),
    ],
)
def test_private_addresses_are_known(address: str, is_private: bool) -> None:
    assert at(25, address).is_private is is_private


def test_nothing_goes_unencrypted_to_a_public_address(shop: Shop) -> None:
    outcome = shop.send(shop.mail("client@client.test"), shop_sender(25, NONE, host="8.8.8.8", username=""))
    assert (outcome.mail.state, outcome.mail.mail_cause) == (MailState.FAILED, MailCause.ENCRYPTION_REQUIRED)
    assert [name for name, _ in shop.watch.steps] == ["name_found"]


def test_names_are_looked_up_within_a_time() -> None:
    assert look_up("127.0.0.1", 25, Deadline(5)) == [at(25)]
    with pytest.raises(RefusalError):
        look_up("introuvable.invalid", 25, Deadline(5))
    with pytest.raises(RefusalError):
        look_up("localhost", 25, Deadline(0.000001))


@pytest.mark.parametrize("step", [Step.CONNECT, Step.EHLO, Step.MAIL, Step.RCPT, Step.DATA])
def test_a_dripping_server_is_given_up_at_the_deadline(
    scripted_smtp: Callable[[Script], ScriptedSmtp], shop: Shop, step: Step
) -> None:
    server = scripted_smtp(Script(answers={step: Answer("250 " + "goutte à goutte " * 20, drip_s=0.05)}))
    shop.timeouts = replace(shop.timeouts, session_s=1.0)
    started = time.monotonic()
    outcome = shop.send(shop.mail("client@client.test"), shop_sender(server.port, NONE, username=""))
    assert time.monotonic() - started < 1.6
    assert (outcome.mail.state, outcome.mail.mail_cause) == (MailState.DEFERRED, MailCause.CONNECTION_LOST)
    assert server.deliveries == []


def test_a_dripping_answer_to_the_final_dot_is_given_up_too(
    scripted_smtp: Callable[[Script], ScriptedSmtp], shop: Shop
) -> None:
    server = scripted_smtp(Script(answers={Step.END_OF_DATA: Answer("250 " + "x" * 100, drip_s=0.05)}))
    shop.timeouts = replace(shop.timeouts, final_answer_s=0.5)
    outcome = shop.send(shop.mail("client@client.test"), shop_sender(server.port, NONE, username=""))
    assert outcome.mail.state is MailState.UNKNOWN


def test_a_slow_server_that_answers_in_time_is_waited_for(
    scripted_smtp: Callable[[Script], ScriptedSmtp], shop: Shop
) -> None:
    answers = {Step.CONNECT: Answer(after_s=0.8), Step.END_OF_DATA: Answer(after_s=1.2)}
    server = scripted_smtp(Script(answers=answers))
    shop.timeouts = replace(shop.timeouts, session_s=2.0, final_answer_s=4.0)
    outcome = shop.send(shop.mail("client@client.test"), shop_sender(server.port, NONE, username=""))
    assert outcome.mail.state is MailState.SENT


def test_a_server_that_takes_no_more_bytes_is_given_up(shop: Shop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        shop.timeouts = replace(shop.timeouts, session_s=1.0, bytes_per_s=1e9)
        mail = shop.mail("client@client.test", pdf_bytes=8_000_000)
        started = time.monotonic()
        with pytest.raises(MailFailure) as caught:
            ScriptedTalk(listener).serve(
                lambda port: shop.transport().send(mail, shop_sender(port, NONE, username=""), shop.watch)
            )
    assert caught.value.mail_cause is MailCause.CONNECTION_LOST
    assert time.monotonic() - started < 3


class ScriptedTalk:
    """Answers up to DATA, then reads nothing more."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener

    def serve(self, client: Callable[[int], object]) -> None:
        from threading import Thread

        talker = Thread(target=self._talk, daemon=True)
        talker.start()
        client(self._listener.getsockname()[1])

    def _talk(self) -> None:
        connection, _ = self._listener.accept()
        connection.sendall(b"220 hi\r\n")
        for answer in (b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"):
            connection.recv(4096)
            connection.sendall(answer)
        time.sleep(3)
        connection.close()


def test_silence_before_the_greeting_is_no_answer(scripted_smtp: Callable[[Script], ScriptedSmtp], shop: Shop) -> None:
    server = scripted_smtp(Script(answers={Step.CONNECT: SILENCE}))
    shop.timeouts = replace(shop.timeouts, session_s=1.0, silence_s=0.2)
    outcome = shop.send(shop.mail("client@client.test"), shop_sender(server.port, NONE, username=""))
    assert outcome.mail.mail_cause is MailCause.NO_ANSWER


def test_a_secret_store_that_is_locked_stops_before_any_connection(
    scripted_smtp: Callable[[Script], ScriptedSmtp], shop: Shop
) -> None:
    server = scripted_smtp(Script())

    def locked() -> str:
        raise PermissionError("locked")

    with pytest.raises(PermissionError):
        SmtpTransport(locked).send(shop.mail("client@client.test"), shop_sender(server.port), RecordingWatch())
    assert server.sessions == []


def test_the_system_decides_what_is_trusted_once_for_all() -> None:
    context = system_trust()
    assert context is system_trust()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_certificate_tells_its_names_its_days_and_its_fingerprint(certificates: Certificates) -> None:
    seen = read_certificate(der_of(certificates.wrong_host.file))
    assert seen.names == ("smtp.autre.test",)
    assert seen.sha256 == certificates.wrong_host.fingerprint_sha256
    assert seen.fact_for(MailCause.CERTIFICATE_WRONG_NAME) == "smtp.autre.test"
    expired = read_certificate(der_of(certificates.expired.file))
    assert expired.fact_for(MailCause.CERTIFICATE_EXPIRED).endswith("2020-02-01")
    assert certificates.expired.fingerprint_sha256 in str(expired)


def der_of(pem: Path) -> bytes:
    text = pem.read_text("ascii")
    start = text.index("-----BEGIN CERTIFICATE-----")
    return ssl.PEM_cert_to_DER_cert(text[start : text.index("-----END CERTIFICATE-----", start) + 26])


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (10, MailCause.CERTIFICATE_EXPIRED),  # OpenSSL
        (9, MailCause.CERTIFICATE_EXPIRED),
        (62, MailCause.CERTIFICATE_WRONG_NAME),
        (64, MailCause.CERTIFICATE_WRONG_NAME),
        (18, MailCause.CERTIFICATE_UNTRUSTED),
        (20, MailCause.CERTIFICATE_UNTRUSTED),
        (0x800B0101, MailCause.CERTIFICATE_EXPIRED),  # Windows
        (0x800B010F, MailCause.CERTIFICATE_WRONG_NAME),
        (0x800B0109, MailCause.CERTIFICATE_UNTRUSTED),
        (-67818, MailCause.CERTIFICATE_EXPIRED),  # macOS
        (-67602, MailCause.CERTIFICATE_WRONG_NAME),
        (-67843, MailCause.CERTIFICATE_UNTRUSTED),
    ],
)
def test_every_system_numbers_certificate_faults_in_its_own_way(code: int, cause: MailCause) -> None:
    error = ssl.SSLCertVerificationError("certificate verify failed")
    error.verify_code = code
    assert handshake_cause(error) is cause


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number", MailCause.TLS_NOT_SPOKEN),
        ("[SSL: RECORD_LAYER_FAILURE] record layer failure", MailCause.TLS_NOT_SPOKEN),
        ("[SSL: UNSUPPORTED_PROTOCOL] unsupported protocol", MailCause.ENCRYPTION_NOT_OFFERED),
        ("[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] handshake failure", MailCause.ENCRYPTION_NOT_OFFERED),
    ],
)
def test_a_failed_handshake_is_told_from_no_handshake(text: str, cause: MailCause) -> None:
    assert handshake_cause(ssl.SSLError(1, text)) is cause
