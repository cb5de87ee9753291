"""Access tokens: refreshed in time, in memory only; refresh tokens in real stores; a withdrawn permission is told."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from backend.adapters.mail.oauth_clients import CLIENTS_FILE
from backend.adapters.secrets.choose import keep_unprotected
from backend.adapters.secrets.os_keyring import OsKeyring
from backend.domain.errors import SecretsUnavailableError
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.oauth import SignInStep, grant_name
from backend.ports import SecretStore
from tests.fake_keyring import DictKeyring
from tests.integration.oauth_setting import (
    NAME,
    Setting,
    memory,
    other_authority,
)
from tests.servers.certificates import Certificates

LONG = 5_000


@pytest.fixture
def setting(setting: Setting) -> Setting:
    """Sign in."""
    assert setting.sign_in().step is SignInStep.DONE
    return setting


def refreshes(setting: Setting) -> int:
    return len(setting.server.grants("refresh_token"))


def cause_of(setting: Setting) -> MailFailure:
    with pytest.raises(MailFailure) as failure:
        setting.access_token()
    return failure.value


def test_a_token_is_used_until_shortly_before_its_end(setting: Setting) -> None:
    first = setting.access_token()
    setting.services.clock.advance(minutes=57)
    assert setting.access_token() == first
    assert refreshes(setting) == 1
    setting.services.clock.advance(minutes=2)  # 59 of 60 minutes: a mail could take longer than it lasts
    assert setting.access_token() == setting.server.access_tokens[-1] != first
    assert refreshes(setting) == 2


def test_a_token_that_the_server_refuses_is_renewed_at_once(setting: Setting) -> None:
    first = setting.access_token()
    assert setting.access_token(renew=True) != first
    assert refreshes(setting) == 2


def test_a_token_without_an_end_is_refreshed_often(setting: Setting) -> None:
    setting.server.rules.lifetime_s = None
    first = setting.access_token()
    setting.services.clock.advance(minutes=4)
    assert setting.access_token() != first


def test_the_refresh_token_outlives_the_program(setting: Setting) -> None:
    setting.restart()
    assert setting.access_token() == setting.server.access_tokens[-1]


def test_a_new_refresh_token_takes_the_place_of_the_old_one(setting: Setting) -> None:
    setting.server.rules.rotates = True
    version = setting.profile.secret_version
    for _ in range(3):
        setting.restart()
        setting.access_token()
        assert memory(setting).kept == {grant_name(NAME): f"tests {next(iter(setting.server.refresh_tokens))}"}
    assert setting.profile.secret_version == version  # the gate is not about that


def test_programs_that_share_a_folder_do_not_use_a_refresh_token_twice(setting: Setting) -> None:
    setting.server.rules.rotates = True
    programs = [setting.program() for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda program: program.access_token(setting.profile), programs * 2))
    assert set(tokens) <= set(setting.server.access_tokens)
    assert refreshes(setting) == 4


def test_threads_of_one_program_refresh_once(setting: Setting) -> None:
    start = threading.Barrier(6)

    def ask(_number: int) -> str:
        start.wait()
        return setting.access_token()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(ask, range(6)))) == 1
    assert refreshes(setting) == 1


def test_a_withdrawn_permission_asks_to_sign_in_again(setting: Setting) -> None:
    setting.access_token()
    setting.server.revoke_everything()
    setting.services.clock.advance(hours=2)
    failure = cause_of(setting)
    assert failure.mail_cause is MailCause.AUTHORIZATION_EXPIRED
    assert not failure.is_temporary
    (_, token) = memory(setting).kept[grant_name(NAME)].split(" ")
    assert failure.reply == "invalid_grant: AADSTS70000: … was revoked"
    assert token not in str(failure)
    assert setting.sign_in().step is SignInStep.DONE
    assert setting.access_token()


@pytest.mark.parametrize("code", ["interaction_required", "invalid_client", "consent_required", "never_heard_of"])
def test_any_refusal_asks_to_sign_in_again(setting: Setting, code: str) -> None:
    setting.server.rules.answers["/token"] = (400, f'{{"error": "{code}"}}')
    assert cause_of(setting).mail_cause is MailCause.AUTHORIZATION_EXPIRED


@pytest.mark.parametrize(
    "answer",
    [(503, ""), (429, ""), (400, '{"error": "server_error"}'), (200, "<h1>portail</h1>"), (302, "https://x.test/")],
)
def test_a_provider_in_trouble_is_asked_again_later(setting: Setting, answer: tuple[int, str]) -> None:
    setting.server.rules.answers["/token"] = answer
    failure = cause_of(setting)
    assert failure.mail_cause is MailCause.LOGIN_UNAVAILABLE
    assert failure.is_temporary
    assert (failure.host, failure.port) == ("localhost", 443)
    del setting.server.rules.answers["/token"]
    assert setting.access_token()


def test_without_a_network_it_is_tried_again_later(setting: Setting, certificates: Certificates) -> None:
    setting.server.stop()
    assert cause_of(setting).mail_cause is MailCause.NO_ANSWER
    assert cause_of(setting).is_temporary
    setting.certificates = replace(certificates, ca_file=other_authority(certificates))
    (setting.folder / CLIENTS_FILE).write_text(
        setting.server.toml(token_url="https://introuvable.invalid/token"), "utf-8"
    )
    assert cause_of(setting).mail_cause is MailCause.NAME_NOT_FOUND


def test_a_provider_that_nobody_vouches_for_gets_no_token(setting: Setting, certificates: Certificates) -> None:
    setting.certificates = replace(certificates, ca_file=other_authority(certificates))
    setting.restart()
    assert cause_of(setting).mail_cause is MailCause.CERTIFICATE_UNTRUSTED
    assert refreshes(setting) == 0


def test_a_silent_provider_is_given_up(setting: Setting) -> None:
    setting.limits = replace(setting.limits, request_s=0.3)
    setting.restart()
    setting.server.rules.silent.add("/token")
    assert cause_of(setting).mail_cause is MailCause.NO_ANSWER


def test_a_dripping_provider_is_given_up_at_the_deadline(setting: Setting) -> None:
    setting.limits = replace(setting.limits, request_s=0.5)
    setting.restart()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        context = setting.certificates.good.server_context()
        ended = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with context.wrap_socket(connection, server_side=True) as encrypted:
                while not ended.wait(0.05):
                    encrypted.sendall(b"H")

        thread = threading.Thread(target=drip)
        thread.start()
        (setting.folder / CLIENTS_FILE).write_text(
            setting.server.toml(token_url=f"https://localhost:{port}/token"), "utf-8"
        )
        assert cause_of(setting).mail_cause is MailCause.NO_ANSWER
        ended.set()
        thread.join()


def test_a_token_is_never_shown_to_another_provider(setting: Setting) -> None:
    clients = setting.server.toml() + setting.server.toml("other")
    (setting.folder / CLIENTS_FILE).write_text(clients, "utf-8")
    setting.services.settings.save_sender_profile(replace(setting.profile, oauth_provider="other"))
    assert cause_of(setting).mail_cause is MailCause.AUTHORIZATION_EXPIRED
    assert refreshes(setting) == 0


def test_a_client_that_is_gone_asks_to_sign_in_again(setting: Setting) -> None:
    for content in ("", "[tests", "[tests]\nclient_id = 4\n"):
        (setting.folder / CLIENTS_FILE).write_text(content, "utf-8")
        assert cause_of(setting).mail_cause is MailCause.AUTHORIZATION_EXPIRED


def test_a_locked_keyring_is_said_as_such(setting: Setting) -> None:
    memory(setting).unavailable = "locked"
    with pytest.raises(SecretsUnavailableError):
        setting.access_token()


def _real_stores(folder: Path) -> list[SecretStore]:
    for name in ("file", "keyring"):
        (folder / name).mkdir()
    keyring = OsKeyring(DictKeyring(), "Facteur/tests", folder / "keyring" / "secrets.sealed")
    return [keep_unprotected(folder / "file"), keyring]


@pytest.mark.parametrize("which", [0, 1], ids=["file", "keyring"])
def test_a_token_of_5000_characters_is_stored_and_found_again(setting: Setting, which: int, tmp_path: Path) -> None:
    secrets = _real_stores(tmp_path)[which]
    setting.services.secrets = cast("Any", secrets)
    setting.server.rules.refresh_length = LONG
    setting.server.rules.mint = lambda: "y" * LONG
    setting.restart()
    assert setting.sign_in().step is SignInStep.DONE
    token = next(token for token in setting.server.refresh_tokens if len(token) == LONG)
    assert secrets.get(grant_name(NAME)) == f"tests {token}"
    setting.restart()
    assert setting.access_token() == "y" * LONG
    assert setting.server.grants("refresh_token")[-1]["refresh_token"] == token
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and token[:40].encode() in file.read_bytes()]
