"""Signing in with a code that is typed in a browser elsewhere."""

from __future__ import annotations

import time

import pytest

from backend.adapters.mail.oauth_clients import CLIENTS_FILE
from backend.domain.oauth import OAuthSignInError, SignInStep, SignInWay
from backend.usecases.sign_in_with_provider import cancel_sign_in
from tests.integration.oauth_setting import (
    NAME,
    Setting,
    assert_nothing_changed,
    reason_of,
    signed_in_profile,
    with_code,
)


def test_a_code_from_a_browser_elsewhere_signs_in(setting: Setting) -> None:
    setting.browser_is_there = False
    state = with_code(setting)
    assert (state.way, state.url) == (SignInWay.DEVICE_CODE, f"{setting.server.url}/activate")
    setting.server.decide_device(state.user_code, "allow")
    assert setting.end().step is SignInStep.DONE
    assert signed_in_profile(setting.profile)
    assert setting.person.opened == []


def test_asking_for_a_code_goes_slower_when_told_so(setting: Setting) -> None:
    setting.browser_is_there = False
    state = with_code(setting)
    for _ in range(2):
        setting.server.decide_device(state.user_code, "slow_down")
    time.sleep(0.4)
    asked = len(setting.server.grants("urn:ietf:params:oauth:grant-type:device_code"))
    assert 2 <= asked <= 5  # at 0.05 s it would be 8
    setting.server.decide_device(state.user_code, "allow")
    assert setting.end().step is SignInStep.DONE


@pytest.mark.parametrize(("decision", "reason"), [("deny", "denied"), ("expired", "time_up")])
def test_a_code_that_comes_to_nothing_says_why(setting: Setting, decision: str, reason: str) -> None:
    setting.browser_is_there = False
    setting.server.decide_device(with_code(setting).user_code, decision)
    assert reason_of(setting.end()) == reason
    assert_nothing_changed(setting)


def test_a_code_that_nobody_types_ends(setting: Setting) -> None:
    setting.browser_is_there = False
    setting.server.rules.device_lifetime_s = 0.2
    assert reason_of(setting.sign_in()) == "time_up"


def test_a_code_can_be_chosen_where_there_is_a_browser_and_be_cancelled(setting: Setting) -> None:
    state = with_code(setting, SignInWay.DEVICE_CODE)
    assert state.user_code
    assert cancel_sign_in(NAME, setting.services).step is SignInStep.CANCELLED
    setting.server.decide_device(state.user_code, "allow")
    time.sleep(0.2)
    assert_nothing_changed(setting)


def test_a_provider_that_does_not_know_the_client_gives_no_code(setting: Setting) -> None:
    setting.server.rules.answers["/device"] = (400, '{"error": "invalid_client"}')
    assert reason_of(setting.sign_in(SignInWay.DEVICE_CODE)) == "client_refused"
    setting.server.rules.answers["/device"] = (
        200,
        '{"device_code": "x", "user_code": "Y", "verification_uri": "http://x"}',
    )
    assert reason_of(setting.sign_in(SignInWay.DEVICE_CODE)) == "refused"


def test_a_failing_network_does_not_end_the_waiting_for_a_code(setting: Setting) -> None:
    setting.browser_is_there = False
    state = with_code(setting)
    setting.server.rules.answers["/token"] = (502, "")
    time.sleep(0.2)
    del setting.server.rules.answers["/token"]
    setting.server.decide_device(state.user_code, "allow")
    assert setting.end().step is SignInStep.DONE


def test_without_browser_and_code_there_is_no_button(setting: Setting) -> None:
    setting.browser_is_there = False
    (setting.folder / CLIENTS_FILE).write_text(setting.server.toml(device_url=""), "utf-8")
    availability = setting.services.oauth.availability("tests")
    assert (availability.is_available, availability.reason) == (False, "no_browser")
    with pytest.raises(OAuthSignInError) as refusal:
        setting.begin()
    assert refusal.value.reason == "no_browser"
