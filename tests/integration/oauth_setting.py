"""A user with sender settings, his browser, and an authorization server: all that a sign-in needs, on loopback."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from backend.adapters.mail.oauth import ProviderSignIn
from backend.adapters.mail.oauth_attempt import Browser, SignInLimits
from backend.adapters.mail.oauth_clients import CLIENTS_FILE, OAuthClients
from backend.domain.oauth import AnswerTexts, OAuthSignInError, SignInState, SignInStep, SignInWay, grant_name
from backend.domain.sender_profile import Authentication, SenderProfile
from backend.ports import SecretStore
from backend.usecases.sign_in_with_provider import sign_in_state, start_sign_in
from tests.builders import a_sender
from tests.fake_settings import MemorySecretStore
from tests.fakes import FakeServices
from tests.servers.authorization_server import AuthorizationServer
from tests.servers.certificates import Certificates
from tests.servers.dovecot import USER
from tests.servers.sign_in_person import Person

TEXTS = AnswerTexts(
    "fr", "Vous êtes identifié", "Revenez à <Facteur>.", "Vous n’êtes pas identifié", "Facteur dit pourquoi."
)
NAME = "Zoé"
QUICK = SignInLimits(user_s=5.0, request_s=5.0, slower_s=0.05)


@dataclass
class Setting:
    """One PC: change `limits`, `browser_is_there` or the clients' file before `oauth` is first used."""

    folder: Path
    certificates: Certificates
    server: AuthorizationServer
    person: Person
    services: FakeServices
    limits: SignInLimits = QUICK
    browser_is_there: bool = True

    def program(self, secrets: SecretStore | None = None) -> ProviderSignIn:
        """Start a program of its own on the same folder and secrets; its memory is empty."""
        return ProviderSignIn(
            OAuthClients((self.folder,)),
            secrets or self.services.secrets,
            self.services.clock,
            self.folder / "locks" / "oauth.lock",
            browser=Browser(lambda: self.browser_is_there, self.person.open),
            limits=self.limits,
            context_factory=self.certificates.client_context,
        )

    @property
    def profile(self) -> SenderProfile:
        """Return the user's settings as they are now."""
        profile = self.services.settings.sender_profile(NAME)
        assert profile is not None
        return profile

    def restart(self) -> None:
        """Start the program anew."""
        self.services.oauth = cast("Any", self.program())

    def begin(self, way: SignInWay | None = None) -> SignInState:
        return start_sign_in(NAME, "tests", TEXTS, self.services, way)

    def sign_in(self, way: SignInWay | None = None) -> SignInState:
        """Sign in, and wait for what comes of it."""
        self.begin(way)
        return self.end()

    def end(self, timeout_s: float = 10.0) -> SignInState:
        """Wait until the sign-in is over."""
        deadline = time.monotonic() + timeout_s
        while (state := sign_in_state(NAME, self.services)).step is SignInStep.WAITING:
            assert time.monotonic() < deadline, "the sign-in goes on"
            time.sleep(0.01)
        return state

    def access_token(self, **options: bool) -> str:
        return self.services.oauth.access_token(self.profile, **options)


@contextlib.contextmanager
def oauth_setting(folder: Path, certificates: Certificates) -> Iterator[Setting]:
    """Run the authorization server; `tests` is a generic provider, as an administrator configures one."""
    server = AuthorizationServer(certificates.good.server_context())
    person = Person(certificates.client_context())
    setting = Setting(folder, certificates, server, person, FakeServices(folder))
    (folder / CLIENTS_FILE).write_text(server.toml(), "utf-8")
    setting.services.settings.save_sender_profile(a_sender(NAME, email=USER, username=USER))
    setting.restart()
    try:
        yield setting
    finally:
        setting.services.oauth.cancel(NAME)
        server.stop()


def signed_in_profile(profile: SenderProfile) -> bool:
    """Tell whether settings say that their user signs in at the provider of the tests."""
    return (profile.authentication, profile.oauth_provider) == (Authentication.OAUTH2, "tests")


def memory(setting: Setting) -> MemorySecretStore:
    """Return the secret store of a setting, to look into."""
    return setting.services.secrets


def reason_of(state: SignInState) -> str:
    assert state.step is SignInStep.FAILED
    assert isinstance(state.failure, OAuthSignInError)
    return state.failure.reason


def assert_nothing_changed(setting: Setting) -> None:
    assert setting.services.secrets.get(grant_name(NAME)) is None
    assert setting.profile.secret_version == "v1"
    assert not signed_in_profile(setting.profile)


def other_authority(certificates: Certificates) -> Path:
    """Return a file with a certificate that vouches for nobody but itself."""
    text = certificates.self_signed.file.read_text("ascii")
    file = certificates.ca_file.with_name("other-ca.pem")
    file.write_text(text[text.index("-----BEGIN CERTIFICATE-----") :], "ascii")
    return file


def with_code(setting: Setting, way: SignInWay | None = None) -> SignInState:
    """Begin, and wait for the code that is shown."""
    setting.begin(way)
    deadline = time.monotonic() + 5
    while not (state := setting.services.oauth.state(NAME)).user_code:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return state
