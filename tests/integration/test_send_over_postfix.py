"""Real sending by the commands: a shop set up from nothing, a real Postfix with Dovecot, every way to fail there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from backend.adapters.mail.certificates import system_trust
from backend.domain.sender_profile import ConnectionSecurity
from tests.import_files import a_shop_value, a_ticket_value, json_file
from tests.program import Program, set_tested_sender
from tests.servers.certificates import HOST
from tests.servers.dovecot import PASSWORD, USER
from tests.servers.maildir import Mailbox
from tests.servers.ports import closed_port
from tests.servers.postfix import Postfix
from tests.servers.postfix_behaviours import SMALL_SIZE_BYTES, Behaviour
from tests.servers.tcp_proxy import FINAL_DOT, Disturbance, TcpProxy

pytestmark = pytest.mark.wkhtmltopdf
STARTTLS, TLS = ConnectionSecurity.STARTTLS, ConnectionSecurity.TLS
Proxy = Callable[..., TcpProxy]


def trusting(program: Program, postfix: Postfix) -> Program:
    """Let the child trust the tests' authority as its system's own: OpenSSL reads this variable, no switch of ours."""
    return program.with_environment(SSL_CERT_FILE=postfix.certificates.ca_file)


@pytest.mark.parametrize(("behaviour", "security"), [(Behaviour.SUBMISSION, STARTTLS), (Behaviour.TLS, TLS)])
def test_a_shop_set_up_by_commands_mails_a_ticket_once(
    behaviour: Behaviour, security: ConnectionSecurity, tmp_path: Path, postfix: Postfix
) -> None:
    program = trusting(Program(tmp_path), postfix)
    shop = json_file(tmp_path / "shop.json", a_shop_value())
    tickets = json_file(tmp_path / "tickets.json", a_ticket_value(1041, labels=["Crêpe à l'œuf"]))
    setting = ["--user", "DUPOND", "--email", USER, "--name", "Brico Dijon", "--host", HOST]
    setting += ["--port", str(postfix.port(behaviour)), "--security", security.value, "--username", USER]
    mailbox = postfix.fresh_mailbox()
    prepare = program.run if behaviour is Behaviour.SUBMISSION else program.call  # once is proof enough, and slow
    assert prepare("shop", "load", shop).exit_code == 0
    assert prepare("ticket", "import", tickets).exit_code == 0
    saving = prepare("sender", "set", *setting, "--password-stdin", "--unprotected-secrets", stdin=PASSWORD + "\n")
    assert saving.exit_code == 0, saving
    too_early = prepare("send", "K1-1041", "--to", mailbox.address, "--json")
    assert (too_early.exit_code, too_early.json["cause"]) == (3, "sender_not_tested")
    tested = program.run("check", "mail", "--to", mailbox.address, "--json")
    assert tested.exit_code == 0, tested
    assert [step["step"] for step in tested.json["steps"]] == [
        *("name_found", "connected", "encrypted", "signed_in", "sender_accepted", "recipient_accepted"),
        "message_accepted",
    ]
    sending = program.run("send", "K1-1041", "--to", mailbox.address, "--json")
    assert (sending.exit_code, sending.stderr) == (0, ""), sending
    sent = sending.json
    assert sent["status"] == "sent"
    assert sent["recipients"] == {mailbox.address: "accepted"}
    assert sent["server_reply"].startswith("250 2.0.0 Ok: queued as ")
    _test_mail, mail = mailbox.messages()
    assert mailbox.count_by_message_id()[sent["message_id"]] == 1
    assert sum(mailbox.count_by_message_id().values()) == 2
    assert str(mail["From"]) == f"Brico Dijon <{USER}>"
    assert str(mail["Subject"]) == "Votre ticket de caisse n° 1041 du 23/11/2024"
    assert [part.get_filename() for part in mail.iter_attachments()] == ["K1-1041-BRICO.pdf"]
    for said in (saving, too_early, tested, sending):
        assert PASSWORD not in said.stdout + said.stderr


@dataclass(frozen=True)
class Failing:
    """How the sender is set, what must be said, and what must become of the mail."""

    cause: str
    event: str
    words: str  # of the English sentence
    behaviour: Behaviour = Behaviour.SUBMISSION
    security: ConnectionSecurity = STARTTLS
    recipient: str = ""
    email: str = USER
    password: str = PASSWORD
    attached_bytes: int = 0
    failed_logins: int = 0
    delivered: int = 0
    status: str = "failed"
    disturbance: Disturbance | None = None


FAILURES = {
    "wrong password": Failing(
        *("login_refused", "failed", "refuses the user name or the password"), password="faux", failed_logins=1
    ),
    "unknown recipient": Failing(
        *("recipient_unknown", "rejected", "address does not exist"), recipient="inconnu@client.test"
    ),
    "refused sender": Failing(
        *("sender_refused", "failed", "does not belong to this account"), email="patron@boutique.test"
    ),
    "expired certificate": Failing(
        *("certificate_expired", "failed", "2020-02-01 only"), behaviour=Behaviour.EXPIRED_CERTIFICATE, security=TLS
    ),
    "expired certificate after STARTTLS": Failing(
        *("certificate_expired", "failed", "2020-02-01 only"), behaviour=Behaviour.EXPIRED_CERTIFICATE_STARTTLS
    ),
    "wrong host name": Failing(
        *("certificate_wrong_name", "failed", "“smtp.autre.test”, and not for “localhost”"),
        behaviour=Behaviour.WRONG_HOST,
        security=TLS,
    ),
    "wrong host name after STARTTLS": Failing(
        *("certificate_wrong_name", "failed", "“smtp.autre.test”, and not for “localhost”"),
        behaviour=Behaviour.WRONG_HOST_STARTTLS,
    ),
    "plain port taken for TLS": Failing(*("tls_not_spoken", "failed", "doesn't begin with encryption"), security=TLS),
    "message too big": Failing(
        *("message_too_big", "failed", "at most"),
        behaviour=Behaviour.SMALL_SIZE,
        attached_bytes=SMALL_SIZE_BYTES,
    ),
    "message too big, as the server says only later": Failing(
        *("message_too_big", "failed", "too big for your mail server"),
        behaviour=Behaviour.SMALL_SIZE_UNANNOUNCED,
        attached_bytes=SMALL_SIZE_BYTES,
    ),
    "cut before the final dot": Failing(
        *("connection_lost", "failed", "was cut: nothing was sent"),
        behaviour=Behaviour.TLS,
        security=TLS,
        disturbance=Disturbance(at_client_byte=9_000),
    ),
    "cut after the final dot": Failing(
        *("answer_lost", "unknown", "perhaps been sent"),
        behaviour=Behaviour.TLS,
        security=TLS,
        status="unknown",
        delivered=1,
        disturbance=Disturbance(after_client_sent=FINAL_DOT, server_may_answer=True),
    ),
}


@pytest.fixture
def system_trusts_the_tests(postfix: Postfix, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the tests' authority the one that this process's system trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(postfix.certificates.ca_file))
    system_trust.cache_clear()
    yield
    system_trust.cache_clear()


@pytest.mark.usefixtures("system_trusts_the_tests")
@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_at_the_server_is_told_and_kept_as_it_was(
    name: str, shop: Program, postfix: Postfix, tcp_proxy: Proxy
) -> None:
    failing, mailbox = FAILURES[name], postfix.fresh_mailbox()
    port = postfix.port(failing.behaviour)
    if failing.disturbance:
        port = tcp_proxy(port, failing.disturbance, encryption=True).port
    set_sender(shop, port, failing.security, email=failing.email, password=failing.password)
    logins = postfix.failed_logins(USER)
    french = failed_sending(shop.with_options("--lang", "fr"), failing, mailbox)
    assert postfix.failed_logins(USER) == logins + failing.failed_logins
    # Set anew: the limit of its mails that the server has told is forgotten.
    set_sender(shop, port, failing.security, email=failing.email, password=failing.password)
    english = failed_sending(shop.with_options("--lang", "en"), failing, mailbox)
    assert failing.words in english["message"]
    for part in ("message", "remedy"):
        assert french[part].strip()
        assert french[part] != english[part]
    counts = mailbox.count_by_message_id()
    assert sorted(counts.values()) == [1] * 2 * failing.delivered
    with shop.opened() as services:
        events = [entry.event for entry in services.journal.entries("K1-1")]
        assert events == [failing.event, "cancelled"] * 2


def test_nobody_listening_is_told_with_the_port(shop: Program) -> None:
    port = closed_port()
    set_sender(shop, port, STARTTLS)
    english = shop.with_options("--lang", "en").call("send", "K1-1", "--to", "client@example.org", "--json")
    french = shop.call("send", "K1-1", "--to", "client@example.org", "--json")
    assert english.exit_code == french.exit_code == 1
    assert english.json["cause"] == "connection_refused"
    assert f"takes no mail on port {port}" in english.json["message"]
    assert "465" in english.json["remedy"]
    for part in ("message", "remedy"):
        assert french.json[part] != english.json[part]


def test_one_failed_sign_in_of_the_real_program_is_one_at_the_server(shop: Program, postfix: Postfix) -> None:
    set_sender(shop, postfix.port(Behaviour.TLS), TLS, password="faux")
    logins = postfix.failed_logins(USER)
    refused = trusting(shop, postfix).run("check", "mail", "--json")
    assert (refused.exit_code, refused.json["cause"], refused.stderr) == (1, "login_refused", "")
    assert postfix.failed_logins(USER) == logins + 1
    assert [step["step"] for step in refused.json["steps"]] == ["name_found", "connected", "encrypted"]
    assert "faux" not in refused.stdout
    with shop.opened() as services:
        profile = services.settings.sender_profile("DUPOND")
        assert profile
        assert not profile.gate_is_open


def test_an_authority_that_the_system_does_not_trust_is_told_before_anything_is_sent(
    shop: Program, postfix: Postfix
) -> None:
    set_sender(shop, postfix.port(Behaviour.TLS), TLS)
    refused = shop.run("check", "mail", "--json")
    assert (refused.exit_code, refused.json["cause"]) == (1, "certificate_untrusted")


def test_of_two_recipients_the_good_one_gets_the_mail_and_the_other_is_named(
    shop: Program, postfix: Postfix, system_trusts_the_tests: None
) -> None:
    set_sender(shop, postfix.port(Behaviour.SUBMISSION), STARTTLS)
    mailbox = postfix.fresh_mailbox()
    partial = shop.call("send", "K1-1", "--to", f"{mailbox.address};inconnu@client.test", "--json")
    assert partial.exit_code == 1
    assert partial.json["status"] == "partial"
    assert partial.json["recipients"] == {mailbox.address: "accepted", "inconnu@client.test": "rejected"}
    assert partial.json["message"].startswith("inconnu@client.test: ")
    assert mailbox.address not in partial.json["message"]
    assert mailbox.count_by_message_id() == {partial.json["message_id"]: 1}


def set_sender(
    program: Program, port: int, security: ConnectionSecurity, *, email: str = USER, password: str = PASSWORD
) -> None:
    """Set a sender to the test Postfix."""
    changes = {"host": HOST, "security": security, "email": email, "username": USER}
    set_tested_sender(program, port, password=password, **changes)


def failed_sending(program: Program, failing: Failing, mailbox: Mailbox) -> dict[str, str]:
    """Send the ticket, which must fail as `failing` says; return what was told."""
    command = ["send", "K1-1", "--to", failing.recipient or mailbox.address, "--json"]
    if failing.attached_bytes:
        attached = program.folder / "notice.bin"
        attached.write_bytes(b"x" * failing.attached_bytes)
        command += ["--attach", str(attached)]
    failed = program.call(*command)
    assert (failed.exit_code, failed.stderr) == (1, "")
    answer = failed.json
    assert (answer["status"], answer["cause"]) == (failing.status, failing.cause)
    assert Path(answer["pdf_folder"], answer["pdf"]["name"]).is_file()
    return {part: answer[part] for part in ("message", "remedy")}
