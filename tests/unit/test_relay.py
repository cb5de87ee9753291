"""The managed relay: its file, its password, the sender that it assigns, and the gate that hangs on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backend.adapters.mail.relay import PASSWORD_NAME, RelayFile, RelayTransport
from backend.domain.errors import SecretsUnavailableError
from backend.domain.mail_failure import MailCause, MailFailure, SenderNotTestedError
from backend.domain.relay import Relay
from backend.domain.sender_profile import Authentication, ConnectionSecurity, SendingMode
from backend.usecases.prepare_sending import tested_sender_of as ready_sender
from backend.usecases.test_sender import TestMailTexts, send_test_mail
from tests.builders import a_mail, a_sender
from tests.fake_mail import RecordingWatch
from tests.fake_settings import MemorySecretStore
from tests.fakes import FakeServices, FixedClock

FILE = """# Relais de la boutique
host = "SMTP.relais.example"
account = "boutique-42"
password = "s3cr3t-é"  # ne pas diffuser
from = "{shop}@tickets.example"
"""
RELAY = Relay("smtp.relais.example", 587, ConnectionSecurity.STARTTLS, "boutique-42", "{shop}@tickets.example")
TEXTS = TestMailTexts("Essai", "Ceci est un essai.")


@pytest.fixture
def secrets() -> MemorySecretStore:
    return MemorySecretStore()


def relay_file(tmp_path: Path, text: str = FILE, clock: FixedClock | None = None) -> RelayFile:
    folder = tmp_path / "data"
    folder.mkdir(exist_ok=True)
    (folder / "relay.toml").write_text(text, "utf-8")
    return RelayFile((folder, tmp_path / "program"), tmp_path / "locks", clock or FixedClock())


def test_the_file_says_all_but_what_goes_without_saying(tmp_path: Path, secrets: MemorySecretStore) -> None:
    relay = relay_file(tmp_path).current(secrets)
    assert relay is not None
    assert replace(relay, password_mark="") == RELAY


def test_the_password_moves_to_the_secret_store_and_out_of_the_file(tmp_path: Path, secrets: MemorySecretStore) -> None:
    relay_file(tmp_path).current(secrets)
    assert secrets.kept == {PASSWORD_NAME: "s3cr3t-é"}
    kept = (tmp_path / "data/relay.toml").read_text("utf-8")
    assert "s3cr3t" not in kept
    assert kept == FILE.replace(
        'password = "s3cr3t-é"  # ne pas diffuser', 'password_taken = "2026-11-24T12:00:00+01:00"'
    )


def test_the_same_relay_keeps_its_version_and_any_change_gives_another(
    tmp_path: Path, secrets: MemorySecretStore
) -> None:
    def version(text: str | None = None, clock: FixedClock | None = None) -> str:
        path = tmp_path / "data/relay.toml"
        file = relay_file(tmp_path, text or path.read_text("utf-8"), clock)
        relay = file.current(secrets)
        assert relay is not None
        return relay.version

    first = version(FILE)
    assert version() == first
    later = FixedClock()
    later.advance(minutes=5)
    renewed = version((tmp_path / "data/relay.toml").read_text("utf-8") + 'password = "other"\n', later)
    assert renewed != first
    assert secrets.kept == {PASSWORD_NAME: "other"}
    assert version() == renewed
    assert version((tmp_path / "data/relay.toml").read_text("utf-8") + "port = 465\n") != renewed


def test_without_a_keyring_the_password_stays_where_it_is(tmp_path: Path, secrets: MemorySecretStore) -> None:
    secrets.unavailable = "locked"
    relay = relay_file(tmp_path).current(secrets)
    assert relay is not None
    assert "s3cr3t" in (tmp_path / "data/relay.toml").read_text("utf-8")
    with pytest.raises(SecretsUnavailableError):
        RelayTransport(relay, secrets, "BRICO").send(a_mail(attachments=()), a_sender(), RecordingWatch())


def test_the_data_folder_goes_before_the_programs_folder(tmp_path: Path, secrets: MemorySecretStore) -> None:
    program = tmp_path / "program"
    program.mkdir()
    (program / "relay.toml").write_text('host = "p.example"\nfrom = "a@b.example"\n', "utf-8")
    both = relay_file(tmp_path).current(secrets)
    (tmp_path / "data/relay.toml").unlink()
    alone = RelayFile((tmp_path / "data", program), tmp_path / "locks", FixedClock()).current(secrets)
    assert both is not None
    assert alone is not None
    assert (both.host, alone.host) == ("smtp.relais.example", "p.example")


def test_an_installation_without_the_file_has_no_relay(tmp_path: Path, secrets: MemorySecretStore) -> None:
    assert RelayFile((tmp_path,), tmp_path, FixedClock()).current(secrets) is None
    with pytest.raises(MailFailure) as caught:
        RelayTransport(None, secrets, "BRICO").send(a_mail(attachments=()), a_sender(), RecordingWatch())
    assert caught.value.mail_cause is MailCause.RELAY_MISSING


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('from = "a@b.example"', "host"),
        ('host = "smtp .example"\nfrom = "a@b.example"', "host"),
        ('host = "h"\nfrom = "nobody"', "from"),
        ('host = "h"\nfrom = "a@{shop}.example"', "from"),
        ('host = "h"', "from"),
        ('host = "h"\nfrom = "a@b.example"\nport = "587"', "port"),
        ('host = "h"\nfrom = "a@b.example"\nport = true', "port"),
        ('host = "h"\nfrom = "a@b.example"\nport = 70000', "port"),
        ('host = "h"\nfrom = "a@b.example"\nsecurity = "ssl"', "security"),
        ('host = "h"\nfrom = "a@b.example"\naccount = 42', "account"),
        ('host = "h"\nfrom = "a@b.example"\npassword = """\ns3cr3t\n"""', "password"),
        ('host = "h"\nfrom = "a@b.example"\npassword = s3cr3t', "line 3, column 12"),
    ],
)
def test_a_file_that_can_not_be_right_is_refused_by_place_and_without_its_secret(
    tmp_path: Path, secrets: MemorySecretStore, text: str, place: str
) -> None:
    with pytest.raises(MailFailure) as caught:
        relay_file(tmp_path, text).current(secrets)
    assert (caught.value.mail_cause, caught.value.detail) == (MailCause.RELAY_FILE_WRONG, place)
    assert "s3cr3t" not in str(caught.value)


def test_a_password_that_this_account_has_not_got_is_named(secrets: MemorySecretStore) -> None:
    with pytest.raises(MailFailure) as caught:
        RelayTransport(RELAY, secrets, "BRICO").send(
            a_mail(attachments=()), a_sender(mode=SendingMode.RELAY), RecordingWatch()
        )
    assert caught.value.mail_cause is MailCause.RELAY_PASSWORD_MISSING


@pytest.mark.parametrize(
    ("shop", "address"),
    [
        ("BRICO", "brico@tickets.example"),
        ("Café d'Art & Cie", "cafe-d-art-cie@tickets.example"),
        ("Ресторан", "shop@tickets.example"),
        ("", "shop@tickets.example"),
        ("É" * 100, "e" * 64 + "@tickets.example"),
    ],
)
def test_the_relay_assigns_each_shop_its_address(shop: str, address: str) -> None:
    assert RELAY.address_for(shop) == address
    assert replace(RELAY, sender="caisse@tickets.example").address_for(shop) == "caisse@tickets.example"


def test_the_relays_sender_has_nothing_of_the_users_own_server() -> None:
    own = a_sender(name="", authentication=Authentication.OAUTH2, pinned_certificate="ab" * 32)
    sender = RELAY.sender_for(own, "BRICO")
    assert (sender.email, sender.name) == ("brico@tickets.example", "BRICO")
    assert (sender.host, sender.port, sender.username) == ("smtp.relais.example", 587, "boutique-42")
    assert (sender.authentication, sender.pinned_certificate) == (Authentication.PASSWORD, "")
    assert RELAY.sender_for(a_sender(name="Brico Dijon"), "BRICO").name == "Brico Dijon"


def test_another_relay_than_the_tested_one_closes_the_gate_and_the_old_one_opens_it_again(tmp_path: Path) -> None:
    services = FakeServices(tmp_path, relay_in_force=RELAY)
    services.settings.save_sender_profile(a_sender(mode=SendingMode.RELAY))
    send_test_mail("Zoé", "", TEXTS, services, RecordingWatch())
    assert ready_sender("Zoé", services).gate_is_open
    services.relay_in_force = replace(RELAY, port=465)
    with pytest.raises(SenderNotTestedError):
        ready_sender("Zoé", services)
    shown = services.settings.sender_profile("Zoé")
    assert shown is not None
    assert not shown.gate_is_open
    services.relay_in_force = RELAY
    assert ready_sender("Zoé", services).gate_is_open


def test_the_relay_means_nothing_to_a_user_with_a_server_of_his_own(tmp_path: Path) -> None:
    services = FakeServices(tmp_path, relay_in_force=RELAY)
    services.settings.save_sender_profile(a_sender())
    send_test_mail("Zoé", "", TEXTS, services, RecordingWatch())
    services.relay_in_force = None
    assert ready_sender("Zoé", services).gate_is_open
