"""What a sign-in at a provider changes in a user's settings, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backend.domain.errors import InvalidInputError, SecretsUnavailableError
from backend.domain.mail_failure import SenderNotSetError
from backend.domain.oauth import (
    REASONS,
    AnswerTexts,
    OAuthAvailability,
    OAuthSignInError,
    SignInState,
    SignInStep,
    SignInWay,
    grant_name,
)
from backend.domain.sender_profile import Authentication, ConnectionSecurity, SenderProfile
from backend.usecases.save_sender_profile import password_name, save_sender_profile
from backend.usecases.sign_in_with_provider import (
    cancel_sign_in,
    forget_sign_in,
    oauth_available,
    sign_in_state,
    start_sign_in,
)
from backend.web.messages import explain
from backend.web.oauth_messages import answer_texts
from tests.builders import NOON, a_sender
from tests.fake_oauth import A_PROVIDER, TOKENS
from tests.fakes import FakeServices
from tests.languages import LANGUAGES, speaking

TEXTS = AnswerTexts("fr", "a", "b", "c", "d")
USER = "Zoé"


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    services = FakeServices(tmp_path)
    services.settings.save_sender_profile(a_sender(USER).tested(NOON))
    services.secrets.set(password_name(USER), "ancien")
    return services


def profile_of(services: FakeServices) -> SenderProfile:
    profile = services.settings.sender_profile(USER)
    assert profile is not None
    return profile


def test_a_sign_in_changes_the_settings_once_the_user_has_agreed(services: FakeServices) -> None:
    before = profile_of(services)
    state = start_sign_in(USER, "microsoft", TEXTS, services)
    assert (state.step, state.way) == (SignInStep.WAITING, SignInWay.BROWSER)
    assert profile_of(services) == before
    services.oauth.agree(USER)
    assert sign_in_state(USER, services).step is SignInStep.DONE
    after = profile_of(services)
    assert (after.authentication, after.oauth_provider) == (Authentication.OAUTH2, "microsoft")
    assert not after.gate_is_open
    assert services.secrets.kept == {grant_name(USER): "microsoft a-refresh-token"}


def test_signing_in_again_closes_the_gate_again(services: FakeServices) -> None:
    """It may be another account."""
    versions = set()
    for _ in range(2):
        start_sign_in(USER, "microsoft", TEXTS, services)
        services.oauth.agree(USER)
        versions.add(profile_of(services).secret_version)
        services.settings.save_sender_profile(profile_of(services).tested(NOON))
    assert len(versions) == 2


def test_what_was_changed_meanwhile_stays_changed(services: FakeServices) -> None:
    start_sign_in(USER, "microsoft", TEXTS, services)
    services.settings.save_sender_profile(replace(profile_of(services), name="Brico Nord"))
    services.oauth.agree(USER)
    assert profile_of(services).name == "Brico Nord"


def test_who_has_no_settings_saves_them_first(tmp_path: Path) -> None:
    with pytest.raises(SenderNotSetError):
        start_sign_in(USER, "microsoft", TEXTS, FakeServices(tmp_path))


def test_a_provider_that_is_not_available_says_why(services: FakeServices) -> None:
    services.oauth.offered = OAuthAvailability(A_PROVIDER, reason="no_client_microsoft")
    assert not oauth_available("microsoft", services).is_available
    for provider, reason in (("microsoft", "no_client_microsoft"), ("unheard", "no_client")):
        with pytest.raises(OAuthSignInError) as error:
            start_sign_in(USER, provider, TEXTS, services)
        assert error.value.reason == reason


def test_a_code_is_asked_for_where_there_is_no_browser_or_it_is_chosen(services: FakeServices) -> None:
    assert start_sign_in(USER, "microsoft", TEXTS, services, SignInWay.DEVICE_CODE).user_code
    services.oauth.offered = OAuthAvailability(A_PROVIDER, (SignInWay.DEVICE_CODE,))
    assert start_sign_in(USER, "microsoft", TEXTS, services).user_code


def test_a_keyring_that_is_locked_when_it_matters_leaves_the_settings_alone(services: FakeServices) -> None:
    before = profile_of(services)
    start_sign_in(USER, "microsoft", TEXTS, services)
    services.secrets.unavailable = "locked"
    services.oauth.agree(USER)
    state = sign_in_state(USER, services)
    assert state.step is SignInStep.FAILED
    assert isinstance(state.failure, SecretsUnavailableError)
    assert profile_of(services) == before


def test_a_cancelled_sign_in_is_over(services: FakeServices) -> None:
    start_sign_in(USER, "microsoft", TEXTS, services)
    assert cancel_sign_in(USER, services).step is SignInStep.CANCELLED
    assert cancel_sign_in("Somebody", services) == SignInState()


def test_going_back_to_a_password_forgets_the_permission(services: FakeServices) -> None:
    start_sign_in(USER, "microsoft", TEXTS, services)
    services.oauth.agree(USER)
    forget_sign_in(USER, services)
    profile = profile_of(services)
    assert (profile.authentication, profile.oauth_provider) == (Authentication.PASSWORD, "")
    assert services.secrets.kept == {}
    forget_sign_in("Somebody", services)


def test_saved_settings_keep_the_permission(services: FakeServices) -> None:
    start_sign_in(USER, "microsoft", TEXTS, services)
    services.oauth.agree(USER)
    services.settings.save_sender_profile(profile_of(services).tested(NOON))
    for password in (None, "", "typed"):
        assert save_sender_profile(profile_of(services), password, services).gate_is_open
    assert services.secrets.kept == {grant_name(USER): "microsoft a-refresh-token"}


@pytest.mark.parametrize(("password", "kept"), [("neu", {password_name(USER): "neu"}), (None, {}), ("", {})])
def test_settings_saved_with_a_password_forget_the_permission(
    services: FakeServices, password: str | None, kept: dict[str, str]
) -> None:
    start_sign_in(USER, "microsoft", TEXTS, services)
    services.oauth.agree(USER)
    services.settings.save_sender_profile(profile_of(services).tested(NOON))
    back = replace(profile_of(services), authentication=Authentication.PASSWORD, oauth_provider="")
    assert not save_sender_profile(back, password, services).gate_is_open
    assert services.secrets.kept == kept


def test_a_token_never_goes_in_clear(services: FakeServices) -> None:
    clear = replace(
        profile_of(services), username="", security=ConnectionSecurity.NONE, authentication=Authentication.OAUTH2
    )
    with pytest.raises(InvalidInputError, match="password_in_clear"):
        save_sender_profile(clear, None, services)


def test_the_settings_say_as_whom_one_signs_in() -> None:
    by_password = a_sender(username="", security=ConnectionSecurity.TLS)
    assert by_password.signs_in_as == ""
    assert replace(by_password, authentication=Authentication.OAUTH2).signs_in_as == by_password.email
    assert a_sender(username="boite", authentication=Authentication.OAUTH2).signs_in_as == "boite"


def test_tokens_are_not_in_what_is_printed_of_them() -> None:
    assert "token" not in repr(TOKENS).replace("OAuthTokens", "").lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words_of_its_own(language: str) -> None:
    with speaking(language):
        unknown = explain(OAuthSignInError("Microsoft", "something_new", "x"))
        told = {reason: explain(OAuthSignInError("Microsoft", reason, "x")) for reason in REASONS}
    assert unknown.sentence
    for reason, explained in told.items():
        assert explained.sentence != unknown.sentence, reason
        assert explained.remedy, reason


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_browser_shows_the_language_of_the_user(language: str) -> None:
    with speaking(language):
        texts = answer_texts()
    assert texts.language == language
    assert "" not in (texts.accepted_title, texts.accepted_text, texts.refused_title, texts.refused_text)
