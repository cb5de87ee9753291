from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.domain.errors import InvalidInputError, NotFoundError, SecretsUnavailableError
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.outgoing_mail import RecipientResult, RecipientStatus
from backend.domain.sender_profile import ConnectionSecurity, SenderProfile
from backend.domain.ticket import TicketNumber, TicketQuery
from backend.domain.user import Role, User
from backend.usecases.delete_user import delete_user
from backend.usecases.manage_users import (
    LastAdministratorError,
    check_password,
    ensure_user,
    restore_user,
    save_user,
    user_for_command,
)
from backend.usecases.open_training import open_training
from backend.usecases.save_sender_profile import password_name, save_sender_profile
from backend.usecases.test_pdf import forget_test_pdf, make_test_pdf
from backend.usecases.test_sender import TestMailTexts, send_test_mail
from tests.builders import a_sender, a_tested_sender, a_user
from tests.fake_mail import RecordingWatch
from tests.fakes import FakeServices

PASSWORD = "secret"
TEXTS = TestMailTexts("Essai", "Ceci est un essai.")


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    services = FakeServices(tmp_path)
    services.users.save(a_user())
    return services


def _saved(services: FakeServices, password: str | None = PASSWORD, **changes: Any) -> SenderProfile:  # noqa: ANN401 - fields of a profile
    return save_sender_profile(replace(a_sender(), **changes), password, services)


def _tested(services: FakeServices) -> SenderProfile:
    _saved(services)
    send_test_mail("Zoé", "", TEXTS, services, RecordingWatch())
    return _profile(services)


def _profile(services: FakeServices) -> SenderProfile:
    profile = services.settings.sender_profile("Zoé")
    assert profile is not None
    return profile


def test_the_password_goes_to_the_secret_store_and_nowhere_else(services: FakeServices) -> None:
    saved = _saved(services, "s3cr3t-é")
    assert services.secrets.get(password_name("Zoé")) == "s3cr3t-é"
    assert "s3cr3t" not in repr(saved)


def test_without_a_keyring_nothing_is_saved(services: FakeServices) -> None:
    services.secrets.unavailable = "none"
    with pytest.raises(SecretsUnavailableError):
        _saved(services)
    assert services.settings.sender_profile("Zoé") is None


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"email": "caisse"}, "email"),
        ({"host": "  "}, "host"),
        ({"host": "http://smtp.example"}, "host"),
        ({"port": 0}, "port"),
        ({"name": "Brico\r\nBcc: x@y.fr"}, "name"),
        ({"security": ConnectionSecurity.NONE}, "security"),
    ],
)
def test_settings_that_cannot_be_right_are_refused_by_field(
    services: FakeServices, changes: dict[str, Any], where: str
) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        _saved(services, **changes)
    assert refusal.value.where == where


def test_the_test_mail_goes_to_the_user_and_opens_the_gate(services: FakeServices) -> None:
    assert not _saved(services).gate_is_open
    assert _tested(services).gate_is_open
    (mail,) = services.transport.sent
    assert mail.recipients == ("caisse@brico.example",)


def test_saving_the_same_again_leaves_the_gate_open_and_any_change_closes_it(services: FakeServices) -> None:
    _tested(services)
    assert _saved(services).gate_is_open
    assert _saved(services, None).gate_is_open
    assert not _saved(services, "other").gate_is_open
    _tested(services)
    assert not _saved(services, None, host="other.example").gate_is_open


@pytest.mark.parametrize(
    ("cause", "stays_open"),
    [(MailCause.NO_ANSWER, True), (MailCause.SERVER_BUSY, True), (MailCause.LOGIN_REFUSED, False)],
)
def test_only_a_failure_that_lasts_closes_an_open_gate(
    services: FakeServices, cause: MailCause, *, stays_open: bool
) -> None:
    _tested(services)
    services.transport.refuse(cause)
    with pytest.raises(MailFailure):
        send_test_mail("Zoé", "", TEXTS, services, RecordingWatch())
    assert _profile(services).gate_is_open is stays_open


def test_a_test_mail_whose_recipient_is_refused_opens_nothing(services: FakeServices) -> None:
    _saved(services)
    refused = RecipientResult(RecipientStatus.REJECTED, "554 5.7.1", MailCause.RELAY_DENIED)
    services.transport.answers = {"other@example.org": refused}
    with pytest.raises(MailFailure) as failure:
        send_test_mail("Zoé", "other@example.org", TEXTS, services, RecordingWatch())
    assert failure.value.mail_cause is MailCause.RELAY_DENIED
    assert not _profile(services).gate_is_open


def test_a_password_is_kept_as_a_hash_and_checked(services: FakeServices) -> None:
    user = save_user(User("Marc", Role.CASHIER), "1234", services.users)
    assert user.password_hash.startswith("$argon2id$")
    assert check_password(user, "1234")
    assert not check_password(user, "1235")
    assert not check_password(replace(user, password_hash=""), "")
    assert not check_password(replace(user, password_hash="rubbish"), "1234")


@pytest.mark.parametrize(
    ("name", "password", "where"), [("", "1234", "name"), ("Marc", "123", "password"), ("zoé", "1234", "name")]
)
def test_a_user_that_cannot_be_is_refused(services: FakeServices, name: str, password: str, where: str) -> None:
    known = services.users.users()
    with pytest.raises(InvalidInputError) as refusal:
        save_user(User(name, Role.CASHIER), password, services.users, previous_name="" if name != "zoé" else "Marc")
    assert refusal.value.where == where
    assert services.users.users() == known


def test_renaming_a_user_keeps_password_and_leaves_no_old_one(services: FakeServices) -> None:
    save_user(User("Marc", Role.CASHIER), "1234", services.users)
    renamed = save_user(User("Marcel", Role.CASHIER), None, services.users, previous_name="Marc")
    assert check_password(renamed, "1234")
    assert {user.name for user in services.users.users()} == {"Zoé", "Marcel"}


def test_the_last_administrator_stays(services: FakeServices) -> None:
    with pytest.raises(LastAdministratorError):
        delete_user("Zoé", services)
    with pytest.raises(LastAdministratorError):
        save_user(replace(a_user(), role=Role.CASHIER), None, services.users, previous_name="Zoé")
    save_user(User("Ada", Role.ADMINISTRATOR), "1234", services.users)
    assert delete_user("Zoé", services).name == "Zoé"


def test_a_deleted_user_leaves_neither_password_nor_open_gate(services: FakeServices) -> None:
    save_user(User("Marc", Role.CASHIER), "1234", services.users)
    services.settings.save_sender_profile(a_tested_sender("Marc"))
    services.secrets.set(password_name("Marc"), "motdepasse")
    gone = delete_user("Marc", services)
    assert services.secrets.get(password_name("Marc")) is None
    restore_user(gone, services.users)
    left = services.settings.sender_profile("Marc")
    assert left is not None
    assert not left.gate_is_open
    assert (left.email, left.secret_version) == ("caisse@brico.example", "")


def test_a_user_whose_password_cannot_be_forgotten_stays(services: FakeServices) -> None:
    save_user(User("Marc", Role.CASHIER), "1234", services.users)
    services.settings.save_sender_profile(a_tested_sender("Marc"))
    services.secrets.unavailable = "locked"
    with pytest.raises(SecretsUnavailableError):
        delete_user("Marc", services)
    assert services.users.find("Marc").name == "Marc"


def test_a_command_acts_for_the_only_sender_or_the_only_administrator_or_asks_which(services: FakeServices) -> None:
    with pytest.raises(InvalidInputError, match="no_sender"):
        user_for_command("", services)
    save_user(User("Marc", Role.CASHIER), None, services.users)
    services.settings.save_sender_profile(a_sender("Marc"))
    assert user_for_command("", services).name == "Marc"
    services.settings.save_sender_profile(a_sender())
    assert user_for_command("", services).name == "Zoé"
    save_user(User("Ada", Role.ADMINISTRATOR), None, services.users)
    services.settings.save_sender_profile(a_sender("Ada"))
    with pytest.raises(InvalidInputError, match="user_missing"):
        user_for_command("", services)
    assert user_for_command("marc", services).name == "Marc"


def test_only_an_empty_shop_gets_its_administrator_from_a_command(tmp_path: Path) -> None:
    services = FakeServices(tmp_path)
    made = ensure_user("Anna", services.users)
    assert made.is_administrator
    assert not check_password(made, "")
    with pytest.raises(NotFoundError):
        ensure_user("Bob", services.users)


def test_the_training_shop_is_made_once_and_completed_after_a_crash(tmp_path: Path) -> None:
    services = FakeServices(tmp_path, training=True)
    assert open_training(services)
    assert not open_training(services)
    ticket = services.tickets.find(TicketNumber("C1", 4)).ticket
    assert (ticket.customer_name, ticket.gross_total, ticket.change_due) == ("ATELIER DUVAL", 14840, 160)
    assert ticket.cashier_name == "DUPOND"
    assert ticket.training
    assert services.tickets.count(TicketQuery()) == 30
    assert all(profile.gate_is_open for profile in services.settings.sender_profiles())


def test_no_sample_ticket_is_of_the_future(tmp_path: Path) -> None:
    services = FakeServices(tmp_path, training=True)
    services.clock.advance(hours=-4)  # eight in the morning
    open_training(services)
    rows = services.tickets.search(TicketQuery(limit=100))
    assert max(row.issued_at for row in rows) < services.clock.now()


def test_the_test_pdf_is_made_and_removed(services: FakeServices) -> None:
    report = make_test_pdf(services)
    assert report.page_count == 1
    assert report.size_bytes > 0
    forget_test_pdf(report)
    assert list(services.pdf_folder.iterdir()) == []
