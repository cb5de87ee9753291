"""Signing in at a provider: browser, loopback, PKCE, state, codes; what is kept, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import time
import urllib.parse
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from backend.adapters.mail.oauth_clients import CLIENTS_FILE
from backend.domain.oauth import SignInStep, grant_name
from backend.usecases.save_sender_profile import password_name
from tests.builders import NOON
from tests.integration.oauth_setting import (
    NAME,
    TEXTS,
    Setting,
    assert_nothing_changed,
    memory,
    reason_of,
    signed_in_profile,
)
from tests.servers.authorization_server import CLIENT_ID, SCOPE
from tests.servers.dovecot import USER


def test_who_agrees_in_the_browser_is_signed_in(setting: Setting) -> None:
    setting.services.secrets.set(password_name(NAME), "l’ancien")
    setting.services.settings.save_sender_profile(setting.profile.tested(NOON))
    assert setting.sign_in().step is SignInStep.DONE
    assert signed_in_profile(setting.profile)
    assert not setting.profile.gate_is_open
    (refresh_token,) = setting.server.refresh_tokens
    assert memory(setting).kept == {grant_name(NAME): f"tests {refresh_token}"}
    assert setting.access_token() == setting.server.access_tokens[-1]


def test_the_request_says_what_the_standards_ask(setting: Setting) -> None:
    state = setting.begin()
    query = {name: values[0] for name, values in parse_qs(urlsplit(state.url).query).items()}
    redirect = urlsplit(query["redirect_uri"])
    assert (redirect.scheme, redirect.hostname, redirect.path) == ("http", "127.0.0.1", "")
    assert (query["client_id"], query["response_type"], query["scope"]) == (CLIENT_ID, "code", SCOPE)
    assert query["code_challenge_method"] == "S256"
    assert query["login_hint"] == USER
    assert len(base64.urlsafe_b64decode(query["state"] + "==")) == 16  # 128 bits
    assert setting.end().step is SignInStep.DONE
    (form,) = setting.server.grants("authorization_code")
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == query["code_challenge"]
    assert setting.person.opened == [state.url]


def test_no_two_requests_share_state_or_verifier(setting: Setting) -> None:
    urls = [urlsplit(setting.begin().url) for _ in range(3)]
    for name in ("state", "code_challenge", "redirect_uri"):
        assert len({parse_qs(url.query)[name][0] for url in urls}) == 3


def test_microsoft_comes_back_to_localhost(setting: Setting) -> None:
    (setting.folder / CLIENTS_FILE).write_text(setting.server.toml(redirect_host="localhost"), "utf-8")
    assert setting.sign_in().step is SignInStep.DONE
    assert setting.person.came_back_to[0].startswith("http://localhost:")


def test_who_says_no_stays_as_he_was(setting: Setting) -> None:
    setting.person.decision = "deny"
    state = setting.sign_in()
    assert reason_of(state) == "denied"
    assert USER not in str(state.failure)
    setting.person.wait()
    assert TEXTS.refused_title in setting.person.pages[0]
    assert_nothing_changed(setting)


def test_whoever_closes_the_browser_is_given_up_in_time(setting: Setting) -> None:
    setting.limits = replace(setting.limits, user_s=0.3)
    setting.restart()
    setting.person.decision = ""
    started = time.monotonic()
    state = setting.sign_in()
    assert reason_of(state) == "time_up"
    assert time.monotonic() - started < 2
    assert_nothing_changed(setting)


def test_a_user_has_five_minutes() -> None:
    from backend.adapters.mail.oauth_attempt import SignInLimits

    assert SignInLimits().user_s == 300


def test_a_new_sign_in_takes_the_place_of_the_old_one(setting: Setting) -> None:
    setting.person.decision = ""
    setting.begin()
    setting.person.decision = "allow"
    assert setting.sign_in().step is SignInStep.DONE


def test_a_locked_keyring_is_told_and_changes_nothing(setting: Setting) -> None:
    memory(setting).unavailable = "locked"
    state = setting.sign_in()
    assert state.step is SignInStep.FAILED
    assert state.failure is not None
    assert state.failure.cause_code == "secrets_unavailable"
    memory(setting).unavailable = ""
    assert_nothing_changed(setting)


def test_addresses_are_quoted_on_the_way(setting: Setting) -> None:
    """An address may hold signs that mean something in a query."""
    setting.services.settings.save_sender_profile(replace(setting.profile, email="a+b&c=d@boutique.test"))
    query = urllib.parse.parse_qs(urlsplit(setting.begin().url).query)
    assert query["login_hint"] == ["a+b&c=d@boutique.test"]
