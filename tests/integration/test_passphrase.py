"""A PC without a keyring whose passwords a passphrase protects: chosen, asked for after a start, right and wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend.cli.context import NOT_READY, WRONG_USE
from backend.domain.errors import SecretsUnavailableError
from backend.usecases.save_sender_profile import password_name
from tests.program import Program

WORDS = "trois mots à moi"
SENDER = (
    *("sender", "set", "--user", "DUPOND", "--email", "caisse@brico.example", "--host", "smtp.brico.example"),
    *("--port", "587", "--security", "starttls", "--username", "caisse", "--password-stdin", "--json"),
)


@pytest.fixture
def protected(tmp_path: Path) -> Program:
    """Give a shop whose only password was set under a passphrase."""
    program = Program(tmp_path)
    saved = program.with_options("--passphrase-stdin").call(*SENDER, stdin=f"{WORDS}\nmot-de-passe\n")
    assert (saved.exit_code, saved.json["sender"]["password_set"]) == (0, True), saved
    return program


def test_both_come_by_standard_input_one_line_each(protected: Program) -> None:
    assert json.loads((protected.data_dir / "secrets.json").read_text("utf-8"))["store"] == "passphrase"
    with protected.opened() as services:
        before = services.needs_passphrase
        services.enter_passphrase(WORDS)
        assert (before, services.needs_passphrase) == (True, False)
        assert services.secrets.get(password_name("DUPOND")) == "mot-de-passe"
    kept = b"".join(path.read_bytes() for path in protected.data_dir.rglob("*") if path.is_file())
    assert b"mot-de-passe" not in kept
    assert WORDS.encode() not in kept


def test_without_it_a_command_says_what_is_missing(protected: Program) -> None:
    refused = protected.call(*SENDER, stdin="autre\n")
    assert (refused.exit_code, refused.json["cause"]) == (NOT_READY, "secrets_unavailable")
    assert "phrase secrète" in refused.json["message"]
    assert "--passphrase-stdin" in refused.json["remedy"]


def test_a_wrong_one_is_said_and_changes_nothing(protected: Program) -> None:
    wrong = protected.with_options("--passphrase-stdin").call(*SENDER, stdin="faux-faux\nautre\n")
    assert wrong.exit_code == NOT_READY
    assert "Ce n’est pas la phrase secrète" in wrong.json["message"]
    with protected.opened() as services:
        with pytest.raises(SecretsUnavailableError, match="passphrase_wrong"):
            services.enter_passphrase("faux-faux")
        assert services.needs_passphrase
        services.enter_passphrase(WORDS)
        assert services.secrets.get(password_name("DUPOND")) == "mot-de-passe"


def test_a_short_one_settles_nothing(tmp_path: Path) -> None:
    program = Program(tmp_path).with_options("--passphrase-stdin")
    refused = program.call(*SENDER, stdin="court\nx\n")
    assert (refused.exit_code, refused.json["cause"]) == (WRONG_USE, "invalid_input")
    assert not (program.data_dir / "secrets.json").exists()


def test_what_needs_no_password_goes_on_without_it(protected: Program) -> None:
    assert protected.call("sender", "show", "--json").exit_code == 0
    assert protected.call("ticket", "list", "--json").exit_code == 0
