"""The scripted SMTP server does what its script says, seen with the standard library only."""

import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import nullcontext
from email.message import EmailMessage

import pytest

from tests.servers.certificates import Certificates
from tests.servers.ports import closed_port, unanswering_port
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import (
    CUT,
    LOST_ANSWER,
    LOST_ANSWER_BY_RESET,
    LOST_ANSWER_IN_SILENCE,
    NORMAL,
    RESET,
    SILENCE,
    Answer,
    Credentials,
    Script,
    Security,
    Step,
)
from tests.servers.tcp_proxy import FINAL_DOT

SENDER, RECIPIENT = "caisse1@boutique.test", "client@client.test"
StartServer = Callable[[Script], ScriptedSmtp]


def connect(port: int, timeout_s: float = 5.0) -> smtplib.SMTP:
    return smtplib.SMTP("localhost", port, "[127.0.0.1]", timeout=timeout_s)


def message(message_id: str = "<1@boutique.test>") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = SENDER, RECIPIENT, "Ticket", message_id
    mail.set_content("Bonjour,\n.\n..deux points\nAu revoir\n")
    return mail


def send(port: int, timeout_s: float = 5.0) -> None:
    """Send one message and leave, as `with smtplib.SMTP()` does."""
    with connect(port, timeout_s) as client:
        client.send_message(message())


def sign_in_and_send(port: int) -> None:
    with connect(port) as client:
        client.ehlo_or_helo_if_needed()
        client.user, client.password = SENDER, "secret"
        client.auth("PLAIN", client.auth_plain)
        client.send_message(message())


def test_a_normal_server_keeps_the_message_and_every_line(scripted_smtp: StartServer) -> None:
    server = scripted_smtp(Script())
    send(server.port)
    assert server.messages()[0].get_content().splitlines() == ["Bonjour,", ".", "..deux points", "Au revoir"]
    assert server.deliveries[0].sender == SENDER
    assert server.deliveries[0].recipients == (RECIPIENT,)
    assert server.count_by_message_id() == {"<1@boutique.test>": 1}
    assert [line.partition(" ")[0].upper() for line in server.commands] == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


@pytest.mark.parametrize(
    ("step", "reply"),
    [
        (Step.CONNECT, "421 4.3.2 Service not available"),
        (Step.EHLO, "550 5.7.1 Go away"),
        (Step.AUTH, "454 4.7.0 Temporary authentication failure"),
        (Step.AUTH, "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant"),
        (Step.AUTH, "550 5.7.30 Basic authentication is not supported for Client Submission"),
        (Step.AUTH, "534 5.7.9 Application-specific password required"),
        (Step.MAIL, "530 5.7.0 Authentication required"),
        (Step.RCPT, "450 4.2.0 Greylisted"),
        (Step.DATA, "421 4.7.0 Too many messages"),
        (Step.END_OF_DATA, "554 5.7.1 Spam"),
    ],
)
def test_each_step_answers_as_written(scripted_smtp: StartServer, step: Step, reply: str) -> None:
    server = scripted_smtp(Script(answers={step: Answer(reply)}))
    with pytest.raises(smtplib.SMTPException) as refusal:
        sign_in_and_send(server.port)
    assert reply[:3] in str(refusal.value)
    assert reply[4:] in str(refusal.value)
    assert server.deliveries == []


@pytest.mark.parametrize("then_close", [False, True])
def test_a_busy_answer_to_quit_leaves_the_message_delivered(scripted_smtp: StartServer, then_close: bool) -> None:
    server = scripted_smtp(Script(answers={Step.QUIT: Answer("421 4.3.2 Busy", then_close=then_close)}))
    with pytest.raises(smtplib.SMTPResponseException, match="421"):
        send(server.port)
    assert len(server.deliveries) == 1


def test_answers_follow_one_another_and_then_the_normal_ones(scripted_smtp: StartServer) -> None:
    busy = Answer("451 4.3.0 Busy")
    server = scripted_smtp(Script(answers={Step.END_OF_DATA: [busy, NORMAL, busy]}))
    with connect(server.port) as client:
        for refused in (True, False, True, False):
            with pytest.raises(smtplib.SMTPDataError) if refused else nullcontext():
                client.send_message(message())
    assert server.count_by_message_id() == {"<1@boutique.test>": 2}


def test_recipients_have_answers_of_their_own(scripted_smtp: StartServer) -> None:
    server = scripted_smtp(Script(recipients={"inconnu@client.test": Answer("550 5.1.1 No such user")}))
    with connect(server.port) as client:
        refused = client.sendmail(SENDER, [RECIPIENT, "inconnu@client.test"], message().as_bytes())
    assert refused == {"inconnu@client.test": (550, b"5.1.1 No such user")}
    assert server.deliveries[0].recipients == (RECIPIENT,)


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_passwords_are_checked_and_noted(scripted_smtp: StartServer, mechanism: str) -> None:
    server = scripted_smtp(Script(secrets={SENDER: "secret"}, auth_mechanisms=(mechanism,)))
    with connect(server.port) as client:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(SENDER, "wrong")
        client.login(SENDER, "secret")
    assert server.sessions[0].credentials == [
        Credentials(mechanism, SENDER, "wrong"),
        Credentials(mechanism, SENDER, "secret"),
    ]


def test_an_unknown_mechanism_and_a_cancelled_sign_in_are_refused(scripted_smtp: StartServer) -> None:
    server = scripted_smtp(Script())
    with connect(server.port) as client:
        assert client.docmd("AUTH", "CRAM-MD5")[0] == 504
        assert client.docmd("AUTH", "LOGIN")[0] == 334
        assert client.docmd("*")[0] == 501
    assert server.sessions[0].credentials == []


def test_a_refused_token_is_explained_before_the_refusal(scripted_smtp: StartServer) -> None:
    server = scripted_smtp(Script(secrets={SENDER: "good-token"}))
    response = f"user={SENDER}\x01auth=Bearer old-token\x01\x01"
    with connect(server.port) as client:
        client.ehlo()
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.auth("XOAUTH2", lambda challenge=None: response if challenge is None else "")
        client.auth("XOAUTH2", lambda challenge=None: response.replace("old", "good") if challenge is None else "")
    assert [one.secret for one in server.sessions[0].credentials] == ["old-token", "good-token"]


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_encryption_from_the_start_and_on_demand(
    scripted_smtp: StartServer, certificates: Certificates, security: Security
) -> None:
    server = scripted_smtp(Script(security=security, certificate=certificates.good, secrets={SENDER: "secret"}))
    context = certificates.client_context()
    if security is Security.TLS:
        client: smtplib.SMTP = smtplib.SMTP_SSL("localhost", server.port, "[127.0.0.1]", timeout=5, context=context)
    else:
        client = connect(server.port)
        client.ehlo()
        assert not client.has_extn("auth")
        client.starttls(context=context)
    with client:
        client.login(SENDER, "secret")
        client.send_message(message())
    assert server.sessions[0].encrypted
    assert len(server.deliveries) == 1


def test_a_refused_certificate_is_noted(scripted_smtp: StartServer, certificates: Certificates) -> None:
    server = scripted_smtp(Script(security=Security.TLS, certificate=certificates.expired))
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        smtplib.SMTP_SSL("localhost", server.port, timeout=5, context=certificates.client_context())
    server.stop()
    assert "expired" in server.sessions[0].failure


def test_a_plain_server_on_a_tls_port_is_a_wrong_version(
    scripted_smtp: StartServer, certificates: Certificates
) -> None:
    server = scripted_smtp(Script())
    with pytest.raises(ssl.SSLError, match="WRONG_VERSION_NUMBER"):
        smtplib.SMTP_SSL("localhost", server.port, timeout=5, context=certificates.client_context())


@pytest.mark.parametrize("cut_at_byte", [1, 50, 150])
def test_data_cut_at_a_byte_delivers_nothing_once_and_then_works(scripted_smtp: StartServer, cut_at_byte: int) -> None:
    server = scripted_smtp(Script(answers={Step.DATA: [Answer(cut_at_byte=cut_at_byte)]}))
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(server.port)
    assert len(server.sessions[0].data) == cut_at_byte
    assert server.deliveries == []
    send(server.port)
    assert len(server.deliveries) == 1


@pytest.mark.parametrize(
    ("answer", "delivered"),
    [
        (CUT, 0),
        (RESET, 0),
        (SILENCE, 0),
        (LOST_ANSWER, 1),
        (LOST_ANSWER_BY_RESET, 1),
        (LOST_ANSWER_IN_SILENCE, 1),
    ],
)
def test_an_answer_lost_after_the_final_dot(scripted_smtp: StartServer, answer: Answer, delivered: int) -> None:
    server = scripted_smtp(Script(answers={Step.END_OF_DATA: answer}))
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(server.port, timeout_s=1)
    assert server.sessions[0].data.endswith(FINAL_DOT)
    assert len(server.deliveries) == delivered


def test_every_reply_can_be_delayed(scripted_smtp: StartServer) -> None:
    server = scripted_smtp(Script(delay_per_reply_s=0.02))
    started = time.monotonic()
    send(server.port)
    assert 7 * 0.02 <= time.monotonic() - started < 5


def test_a_dripping_server_never_runs_into_a_timeout_per_byte(scripted_smtp: StartServer) -> None:
    server = scripted_smtp(Script(answers={Step.CONNECT: Answer(drip_s=0.03)}))
    started = time.monotonic()
    send(server.port, timeout_s=0.6)
    assert time.monotonic() - started > 0.6


def test_a_server_ends_although_a_client_waits(scripted_smtp: StartServer) -> None:
    server = scripted_smtp(Script(answers={Step.CONNECT: SILENCE}))
    with socket.create_connection(("localhost", server.port)) as client:
        while not server.sessions:
            time.sleep(0.005)
        server.stop()
        assert client.recv(1) == b""


def test_another_script_counts_from_the_next_connection(scripted_smtp: StartServer) -> None:
    server = scripted_smtp(Script(answers={Step.MAIL: Answer("451 4.3.0 Down")}))
    with pytest.raises(smtplib.SMTPSenderRefused):
        send(server.port)
    server.play(Script())
    send(server.port)
    assert len(server.deliveries) == 1


def test_nobody_listens_on_a_closed_port() -> None:
    with pytest.raises(ConnectionRefusedError):
        connect(closed_port())


def test_connecting_to_an_unanswering_port_takes_all_the_time_there_is() -> None:
    with unanswering_port() as port, pytest.raises(TimeoutError):
        socket.create_connection(("127.0.0.1", port), timeout=0.3)
