"""What every OAuthSignIn promises: the real one, with an authorization server on loopback, and the fake."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from backend.domain.errors import SecretsUnavailableError
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.oauth import (
    AnswerTexts,
    OAuthSignInError,
    OAuthTokens,
    SignInState,
    SignInStep,
    SignInWay,
    grant_name,
)
from backend.domain.sender_profile import Authentication, SenderProfile
from backend.ports import OAuthSignIn
from tests.builders import a_sender
from tests.fake_oauth import TOKENS, FakeOAuthSignIn
from tests.fake_settings import MemorySecretStore
from tests.integration.oauth_setting import oauth_setting
from tests.servers.certificates import Certificates, make_certificates

TEXTS = AnswerTexts("fr", "a", "b", "c", "d")


@dataclass
class Subject:
    """An OAuthSignIn, its secrets, a provider of his, and a user who says yes there."""

    oauth: OAuthSignIn
    secrets: MemorySecretStore
    provider_id: str
    agree: Callable[[], object]

    @property
    def sender(self) -> SenderProfile:
        return a_sender("Zoé", authentication=Authentication.OAUTH2, oauth_provider=self.provider_id)

    def begin(self, signed_in: Callable[[OAuthTokens], None], way: SignInWay = SignInWay.BROWSER) -> SignInState:
        return self.oauth.begin(self.sender, self.provider_id, way, TEXTS, signed_in)

    def end(self) -> SignInState:
        deadline = time.monotonic() + 10
        while (state := self.oauth.state("Zoé")).step is SignInStep.WAITING and time.monotonic() < deadline:
            time.sleep(0.01)
        return state


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(params=["fake", "real"])
def subject(request: pytest.FixtureRequest, tmp_path: Path, certificates: Certificates) -> Iterator[Subject]:
    if request.param == "fake":
        secrets = MemorySecretStore()
        fake = FakeOAuthSignIn(secrets)
        yield Subject(fake, secrets, "microsoft", lambda: fake.agree("Zoé"))
        return
    with oauth_setting(tmp_path, certificates) as setting:
        setting.person.decision = ""  # until he is asked
        oauth = setting.program()

        def agree() -> None:
            setting.person.decision = "allow"
            setting.person.open(oauth.state("zoé").url)

        yield Subject(oauth, setting.services.secrets, "tests", agree)
        oauth.close()


def test_nobody_has_begun_at_first(subject: Subject) -> None:
    assert subject.oauth.state("Zoé") == SignInState()
    subject.oauth.cancel("Zoé")
    assert subject.oauth.state("Zoé").step is SignInStep.NONE


def test_an_unheard_provider_has_no_client(subject: Subject) -> None:
    availability = subject.oauth.availability("unheard")
    assert (availability.is_available, availability.reason) == (False, "no_client")
    assert availability not in subject.oauth.availabilities()
    with pytest.raises(OAuthSignInError):
        subject.oauth.begin(subject.sender, "unheard", SignInWay.BROWSER, TEXTS, lambda _tokens: None)
    assert subject.oauth.availability(subject.provider_id) in subject.oauth.availabilities()


def test_who_agrees_gives_tokens_that_can_be_kept_and_used(subject: Subject) -> None:
    def keep(tokens: OAuthTokens) -> None:
        subject.oauth.keep("Zoé", subject.provider_id, tokens)

    state = subject.begin(keep)
    assert (state.step, state.provider_id, state.way) == (SignInStep.WAITING, subject.provider_id, SignInWay.BROWSER)
    assert state.url.startswith("https://")
    assert subject.oauth.state("zoé") == state  # upper and lower case alike
    subject.agree()
    assert subject.end().step is SignInStep.DONE
    assert list(subject.secrets.kept) == [grant_name("ZOÉ")]
    first = subject.oauth.access_token(subject.sender)
    assert subject.oauth.access_token(subject.sender) == first
    assert subject.oauth.access_token(subject.sender, renew=True) != first


def test_what_the_keeping_raises_is_the_failure(subject: Subject) -> None:
    def refuse(_tokens: OAuthTokens) -> None:
        raise SecretsUnavailableError("locked")

    subject.begin(refuse)
    subject.agree()
    state = subject.end()
    assert state.step is SignInStep.FAILED
    assert isinstance(state.failure, SecretsUnavailableError)


def test_a_cancelled_one_keeps_nothing(subject: Subject) -> None:
    subject.begin(lambda _tokens: pytest.fail("kept"))
    subject.oauth.cancel("zoé")
    assert subject.oauth.state("Zoé").step is SignInStep.CANCELLED


def test_without_a_permission_of_this_provider_one_must_sign_in(subject: Subject) -> None:
    def must_sign_in() -> bool:
        with pytest.raises(MailFailure) as failure:
            subject.oauth.access_token(subject.sender)
        return failure.value.mail_cause is MailCause.AUTHORIZATION_EXPIRED

    assert must_sign_in()
    subject.secrets.set(grant_name("Zoé"), "other a-token-of-another-provider")
    assert must_sign_in()
    subject.oauth.forget("Zoé")
    assert subject.secrets.kept == {}
    subject.oauth.forget("Zoé")
    assert must_sign_in()


def test_keeping_takes_the_place_of_what_was_kept(subject: Subject) -> None:
    for token in ("first", "second"):
        tokens = replace(TOKENS, refresh_token=token)
        subject.oauth.keep("Zoé", subject.provider_id, tokens)
    assert subject.secrets.kept == {grant_name("Zoé"): f"{subject.provider_id} second"}
