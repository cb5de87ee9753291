"""Mail through a managed relay: the sender that it assigns, and answers for the user."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.adapters.mail.relay import PASSWORD_NAME, RelayTransport
from backend.bootstrap import open_services
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.relay import Relay
from backend.domain.sender_profile import ConnectionSecurity, SendingMode
from backend.domain.ticket import TicketNumber
from backend.usecases.send_ticket import SendingWishes, send_ticket
from backend.usecases.test_sender import TestMailTexts, send_test_mail
from tests.builders import a_company, a_mail, a_sender, a_ticket, a_till, a_user
from tests.fake_mail import RecordingWatch
from tests.fake_settings import MemorySecretStore
from tests.servers.certificates import HOST, Certificates
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import Script, Security

TEXTS = TestMailTexts("Essai", "Ceci est un essai.")
BY_RELAY = a_sender(mode=SendingMode.RELAY, name="", host="smtp.orange.example", username="moi", read_receipt=True)


@pytest.fixture
def relay_server(
    scripted_smtp: Callable[[Script], ScriptedSmtp], certificates: Certificates
) -> tuple[ScriptedSmtp, RelayTransport]:
    server = scripted_smtp(Script(security=Security.STARTTLS, certificate=certificates.good))
    relay = Relay(HOST, server.port, ConnectionSecurity.STARTTLS, "boutique-42", "{shop}@tickets.example")
    secrets = MemorySecretStore()
    secrets.set(PASSWORD_NAME, "s3cr3t-é")
    return server, RelayTransport(relay, secrets, "BRICO", context_factory=certificates.client_context)


def test_the_relay_gets_its_own_account_and_the_users_address_only_as_reply_to(
    relay_server: tuple[ScriptedSmtp, RelayTransport],
) -> None:
    server, transport = relay_server
    transport.send(a_mail(attachments=(), read_receipt=True), BY_RELAY, RecordingWatch())
    (message,) = server.messages()
    assert message["From"] == "BRICO <brico@tickets.example>"
    assert message["Reply-To"] == "caisse@brico.example"
    assert message["Disposition-Notification-To"] == "caisse@brico.example"
    assert "MAIL FROM:<brico@tickets.example>" in " ".join(server.commands)
    token = base64.b64encode("\0boutique-42\0s3cr3t-é".encode()).decode()
    assert f"AUTH PLAIN {token}" in server.commands


def test_relay_toml_is_all_that_a_shop_needs(scripted_smtp: Callable[[Script], ScriptedSmtp], tmp_path: Path) -> None:
    server = scripted_smtp(Script())
    data = tmp_path / "data"
    data.mkdir()
    (data / "relay.toml").write_text(
        f'host = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nfrom = "{{shop}}@tickets.example"\n', "utf-8"
    )
    with open_services(data, training=False) as services:
        services.accept_unprotected_secrets()
        services.settings.save_company(a_company())
        services.shop.save([a_till("C1")])
        services.users.save(a_user())
        services.settings.save_sender_profile(BY_RELAY)
        services.tickets.record(a_ticket())
        assert send_test_mail("Zoé", "", TEXTS, services, RecordingWatch())[0].gate_is_open
        send_ticket(TicketNumber("C1", 1), "Zoé", SendingWishes(to="client@example.org"), services)
    assert [message["From"] for message in server.messages()] == ["BRICO <brico@tickets.example>"] * 2
    assert [message["To"] for message in server.messages()] == ["caisse@brico.example", "client@example.org"]


def test_without_relay_toml_no_other_way_is_taken(tmp_path: Path) -> None:
    with open_services(tmp_path / "data", training=False) as services:
        services.settings.save_sender_profile(BY_RELAY)
        with pytest.raises(MailFailure) as caught:
            send_test_mail("Zoé", "", TEXTS, services, RecordingWatch())
        assert caught.value.mail_cause is MailCause.RELAY_MISSING
        assert services.relay() is None


def test_the_password_in_relay_toml_is_nowhere_in_clear_afterwards(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    file = data / "relay.toml"
    file.write_text(
        'host = "smtp.relais.example"\naccount = "b42"\npassword = "s3cr3t"\nfrom = "a@b.example"\n', "utf-8"
    )
    with open_services(data, training=False) as services:
        services.accept_unprotected_secrets()
        services.relay()
        assert services.secrets.get(PASSWORD_NAME) == "s3cr3t"
    kept = [path for path in data.rglob("*") if path.is_file() and b"s3cr3t" in path.read_bytes()]
    assert kept == []
