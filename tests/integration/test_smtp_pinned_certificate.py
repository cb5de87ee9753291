"""A certificate that an administrator accepted: exactly that one, and only of a server in this house."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from backend.adapters.mail.smtp_attempt import goes_by_fingerprint
from backend.adapters.mail.smtp_connection import ServerAddress
from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import MailState
from backend.domain.sender_profile import ConnectionSecurity
from tests.integration.smtp_sending import STARTTLS, TLS, Shop, shop_sender
from tests.servers.certificates import Certificates
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import Script, Security

SECURITIES = pytest.mark.parametrize(("security", "served"), [(TLS, Security.TLS), (STARTTLS, Security.STARTTLS)])


@pytest.fixture
def shop(tmp_path: Path, certificates: Certificates) -> Shop:
    return Shop(tmp_path, certificates.client_context())


@SECURITIES
def test_the_accepted_certificate_is_as_good_as_a_trusted_one(
    scripted_smtp: Callable[[Script], ScriptedSmtp],
    shop: Shop,
    certificates: Certificates,
    security: ConnectionSecurity,
    served: Security,
) -> None:
    server = scripted_smtp(Script(security=served, certificate=certificates.self_signed))
    sender = shop_sender(server.port, security)
    mail = shop.mail("client@client.test")
    refused = shop.send(mail, sender)
    assert refused.mail.mail_cause is MailCause.CERTIFICATE_UNTRUSTED
    accepted = replace(sender, pinned_certificate=certificates.self_signed.fingerprint_sha256)
    assert shop.send(shop.mail("client@client.test"), accepted).mail.state is MailState.SENT


@SECURITIES
def test_any_other_certificate_is_refused_before_the_password(
    scripted_smtp: Callable[[Script], ScriptedSmtp],
    shop: Shop,
    certificates: Certificates,
    security: ConnectionSecurity,
    served: Security,
) -> None:
    server = scripted_smtp(Script(security=served, certificate=certificates.good))
    sender = shop_sender(server.port, security, pinned_certificate=certificates.self_signed.fingerprint_sha256)
    outcome = shop.send(shop.mail("client@client.test"), sender)
    assert outcome.mail.mail_cause is MailCause.CERTIFICATE_UNTRUSTED
    assert all(not session.credentials for session in server.sessions)


@pytest.mark.parametrize(
    ("host", "pinned", "counts"),
    [("192.168.1.5", "ab" * 32, True), ("127.0.0.1", "", False), ("9.9.9.9", "ab" * 32, False)],
)
def test_a_server_out_of_the_house_must_be_trusted_whatever_was_accepted(host: str, pinned: str, counts: bool) -> None:
    address = ServerAddress(socket.AF_INET, (host, 465))
    assert goes_by_fingerprint(shop_sender(465, TLS, pinned_certificate=pinned), address) is counts
