"""`sender set` for the three modes, and `sender sign-in` with a code against a real authorization server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.adapters.mail.oauth_clients import CLIENTS_FILE
from backend.cli.context import FAILED, NOT_READY, WRONG_USE
from backend.domain.sender_profile import SenderProfile, SendingMode
from tests.program import Program, Ran
from tests.servers.authorization_server import AuthorizationServer
from tests.servers.certificates import Certificates

WHO = ("sender", "set", "--user", "DUPOND", "--email")
RELAY = 'host = "127.0.0.1"\nport = 2525\nsecurity = "none"\nfrom = "{shop}@tickets.example"\n'


def saved_of(program: Program) -> SenderProfile:
    with program.opened() as services:
        profile = services.settings.sender_profile("DUPOND")
    assert profile is not None
    return profile


def test_a_known_address_needs_no_server(tmp_path: Path) -> None:
    program = Program(tmp_path)
    options = ("--password-stdin", "--unprotected-secrets", "--json")
    answer = program.call(*WHO, "marie@free.fr", *options, stdin="geheim\n").json["sender"]
    assert (answer["host"], answer["port"], answer["security"]) == ("smtp.free.fr", 465, "tls")
    assert (answer["username"], answer["password_set"]) == ("marie", True)


def test_an_own_domain_needs_one(tmp_path: Path) -> None:
    refused = Program(tmp_path).call(*WHO, "caisse@brico.example", "--json")
    assert refused.exit_code == WRONG_USE
    assert "--host" in refused.stderr


def test_the_mail_program_of_the_pc(tmp_path: Path) -> None:
    program = Program(tmp_path)
    answer = program.call(*WHO, "caisse@brico.example", "--mode", "mail_client", "--show-message", "--json")
    assert (answer.exit_code, answer.json["sender"]["mode"]) == (0, "mail_client")
    assert (saved_of(program).mode, saved_of(program).show_message) == (SendingMode.MAIL_CLIENT, True)
    assert "mail_client" in program.call("sender", "show").stdout


def test_the_relay_only_where_there_is_one(tmp_path: Path) -> None:
    program = Program(tmp_path)
    refused = program.call(*WHO, "caisse@brico.example", "--mode", "relay", "--json")
    assert (refused.exit_code, refused.json["cause"]) == (NOT_READY, "relay_missing")
    assert program.call("sender", "show", "--json").json == {"senders": []}
    (program.data_dir / "relay.toml").write_text(RELAY, "utf-8")
    assert program.call(*WHO, "caisse@brico.example", "--mode", "relay", "--json").json["sender"]["mode"] == "relay"


@pytest.fixture
def server(certificates: Certificates) -> Iterator[AuthorizationServer]:
    server = AuthorizationServer(certificates.good.server_context())
    yield server
    server.stop()


@pytest.fixture
def program(tmp_path: Path, server: AuthorizationServer, certificates: Certificates) -> Program:
    """Give a shop with a provider of its own, and sender settings without a password."""
    program = Program(tmp_path).with_environment(SSL_CERT_FILE=certificates.ca_file)
    server_options = ("--host", "smtp.brico.example", "--port", "587", "--security", "starttls")
    assert program.call(*WHO, "caisse@brico.example", *server_options, "--unprotected-secrets").exit_code == 0
    (program.data_dir / CLIENTS_FILE).write_text(server.toml(), "utf-8")
    return program


def signed_in(program: Program, server: AuthorizationServer, decision: str) -> Ran:
    """Sign in as somebody does who reads the code and types it elsewhere."""
    with program.start("sender", "sign-in", "--provider", "tests", "--json") as child:
        assert child.stderr is not None
        told = child.stderr.readline()
        code = re.search(r"([0-9A-F]{8})$", told.strip())
        assert code, told
        server.decide_device(code[1], decision)
        stdout, stderr = child.communicate(timeout=60)
    return Ran(child.returncode, stdout, stderr)


def test_who_types_the_code_elsewhere_is_signed_in(program: Program, server: AuthorizationServer) -> None:
    with program.opened() as services:
        services.accept_unprotected_secrets()
    answer = signed_in(program, server, "allow")
    assert (answer.exit_code, answer.json["status"]) == (0, "signed_in"), answer
    (shown,) = program.call("sender", "show", "--json").json["senders"]
    assert (shown["authentication"], shown["password_set"], shown["tested"]) == ("oauth2", False, False)
    assert not re.search(r"ey[A-Za-z0-9_-]{20}", answer.stdout + answer.stderr), "no token is printed"


def test_who_says_no_there_is_not(program: Program, server: AuthorizationServer) -> None:
    answer = signed_in(program, server, "deny")
    assert (answer.exit_code, answer.json["cause"]) == (FAILED, "oauth_sign_in")
    assert answer.json["remedy"]
    (shown,) = program.call("sender", "show", "--json").json["senders"]
    assert shown["authentication"] == "password"


def test_without_a_registration_or_settings_it_says_what_is_missing(tmp_path: Path, program: Program) -> None:
    refused = program.call("sender", "sign-in", "--provider", "microsoft", "--json")
    assert (refused.exit_code, refused.json["cause"]) == (FAILED, "oauth_sign_in")
    nobody = Program(tmp_path / "other").call("sender", "sign-in", "--json")
    assert (nobody.exit_code, nobody.json["cause"]) == (NOT_READY, "invalid_input")
