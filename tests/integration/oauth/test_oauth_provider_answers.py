"""What a provider can answer to a sign-in and to its end: kept, explained, or done without."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.adapters.mail.oauth_clients import CLIENTS_FILE
from backend.domain.oauth import SignInStep
from backend.usecases.sign_in_with_provider import forget_sign_in
from tests.integration.oauth_setting import (
    NAME,
    Setting,
    assert_nothing_changed,
    memory,
    other_authority,
    reason_of,
    signed_in_profile,
)
from tests.servers.authorization_server import CLIENT_ID
from tests.servers.certificates import Certificates
from tests.servers.dovecot import USER


def test_who_unticks_the_right_to_send_is_told_so(setting: Setting) -> None:
    setting.server.rules.granted_scope = "openid email"
    assert reason_of(setting.sign_in()) == "scope_missing"
    assert_nothing_changed(setting)


@pytest.mark.parametrize("granted", ["SMTP.Send", "https://MAIL.test/smtp.send openid", ""])
def test_providers_name_what_they_grant_in_their_own_way(setting: Setting, granted: str) -> None:
    setting.server.rules.granted_scope = granted
    assert setting.sign_in().step is SignInStep.DONE


def test_a_permission_that_does_not_last_is_refused(setting: Setting) -> None:
    setting.server.rules.gives_refresh_token = False
    assert reason_of(setting.sign_in()) == "no_refresh_token"
    assert_nothing_changed(setting)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((503, "<h1>later</h1>"), "busy"),
        ((429, "{}"), "busy"),
        ((400, '{"error": "temporarily_unavailable"}'), "busy"),
        ((400, '{"error": "unauthorized_client"}'), "client_refused"),
        ((400, '{"error": "something_else", "error_description": "for caisse1@boutique.test"}'), "refused"),
        ((200, "<h1>portail</h1>"), "refused"),
        ((200, "[1, 2]"), "refused"),
        ((200, '{"access_token": "x", "expires_in": "soon"}'), "refused"),
        ((302, "https://elsewhere.test/token"), "refused"),
        ((200, "x" * 5_000_000), "refused"),
    ],
)
def test_what_a_provider_can_answer_is_explained(setting: Setting, answer: tuple[int, str], reason: str) -> None:
    setting.server.rules.answers["/token"] = answer
    state = setting.sign_in()
    assert reason_of(state) == reason
    assert USER not in str(state.failure)
    assert_nothing_changed(setting)


def test_a_silent_provider_is_given_up(setting: Setting) -> None:
    setting.limits = replace(setting.limits, request_s=0.3)
    setting.restart()
    setting.server.rules.silent.add("/token")
    assert reason_of(setting.sign_in()) == "unreachable"


def test_a_provider_with_a_certificate_that_nobody_vouches_for_gets_no_code(
    setting: Setting, certificates: Certificates
) -> None:
    import ssl

    setting.certificates = replace(certificates, ca_file=other_authority(certificates))
    setting.restart()
    assert isinstance(setting.certificates.client_context(), ssl.SSLContext)
    assert reason_of(setting.sign_in()) == "unreachable"
    assert setting.server.forms == [(path, form) for path, form in setting.server.forms if path == "/decide"]


def test_an_installed_program_shows_its_secret_where_the_provider_wants_one(setting: Setting) -> None:
    setting.server.rules.client_secret = "GOCSPX-no-secret"
    assert reason_of(setting.sign_in()) == "client_refused"
    clients = setting.folder / CLIENTS_FILE
    clients.write_text(clients.read_text("utf-8") + 'client_secret = "GOCSPX-no-secret"\n', "utf-8")
    assert setting.sign_in().step is SignInStep.DONE
    setting.access_token()


def test_forgetting_takes_the_permission_back_at_the_provider(setting: Setting) -> None:
    setting.sign_in()
    (refresh_token,) = setting.server.refresh_tokens
    forget_sign_in(NAME, setting.services)
    assert setting.server.refresh_tokens == set()
    assert ("/revoke", {"client_id": CLIENT_ID, "token": refresh_token, "token_type_hint": "refresh_token"}) in [
        (path, dict(sorted(form.items()))) for path, form in setting.server.forms
    ]
    assert memory(setting).kept == {}
    assert not signed_in_profile(setting.profile)
    assert not setting.profile.gate_is_open


@pytest.mark.parametrize("trouble", ["gone", "silent", "busy"])
def test_forgetting_works_where_the_provider_does_not(setting: Setting, trouble: str) -> None:
    setting.sign_in()
    if trouble == "gone":
        setting.server.stop()
    elif trouble == "silent":
        setting.server.rules.silent.add("/revoke")
    else:
        setting.server.rules.answers["/revoke"] = (503, "")
    forget_sign_in(NAME, setting.services)
    assert memory(setting).kept == {}
