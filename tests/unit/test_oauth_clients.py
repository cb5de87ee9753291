"""The file that registers Facteur at providers: what it may hold, what is wrong with it, and what follows from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.adapters.mail.oauth import ProviderSignIn
from backend.adapters.mail.oauth_attempt import Browser
from backend.adapters.mail.oauth_clients import CLIENTS_FILE, GOOGLE, MICROSOFT, ClientsFileError, OAuthClients
from backend.domain.oauth import OAuthClient, SignInWay
from tests.fake_settings import MemorySecretStore
from tests.fakes import FixedClock

GENERIC = """
[maison]
name = "Notre messagerie"
client_id = "facteur"
authorize_url = "https://sso.brico.example/authorize"
token_url = "https://sso.brico.example/token"
scope = "smtp offline_access"
"""


def write(folder: Path, content: str) -> OAuthClients:
    folder.mkdir(exist_ok=True)
    (folder / CLIENTS_FILE).write_text(content, "utf-8")
    return OAuthClients((folder,))


def sign_in(clients: OAuthClients, folder: Path, *, browser: bool = True, training: bool = False) -> ProviderSignIn:
    return ProviderSignIn(
        clients,
        MemorySecretStore(),
        FixedClock(),
        folder / "oauth.lock",
        training=training,
        browser=Browser(lambda: browser, lambda _url: browser),
    )


def test_a_client_id_is_all_that_a_known_provider_needs(tmp_path: Path) -> None:
    clients = write(
        tmp_path, '[microsoft]\nclient_id = "1234"\n[google]\nclient_id = "5"\nclient_secret = "GOCSPX-6"\n'
    )
    microsoft, google = clients.find("microsoft"), clients.find("google")
    assert microsoft is not None
    assert google is not None
    assert (microsoft.provider, microsoft.client) == (MICROSOFT, OAuthClient("1234"))
    assert (google.provider, google.client) == (GOOGLE, OAuthClient("5", "GOCSPX-6"))
    assert "GOCSPX" not in repr(google)


def test_a_company_may_name_its_own_tenant(tmp_path: Path) -> None:
    url = "https://login.microsoftonline.com/brico.example/oauth2/v2.0/token"
    found = write(tmp_path, f'[microsoft]\nclient_id = "1"\ntoken_url = "{url}"\n').find("microsoft")
    assert found is not None
    assert (found.provider.token_url, found.provider.scope) == (url, MICROSOFT.scope)


def test_a_generic_provider_comes_from_the_file_alone(tmp_path: Path) -> None:
    clients = write(tmp_path, GENERIC)
    assert [provider.id for provider in clients.providers()] == ["microsoft", "google", "maison"]
    found = clients.find("maison")
    assert found is not None
    assert (found.provider.name, found.provider.device_url) == ("Notre messagerie", "")


def test_the_shop_goes_before_the_build(tmp_path: Path) -> None:
    write(tmp_path / "program", '[microsoft]\nclient_id = "publisher"\n[google]\nclient_id = "publisher"\n')
    write(tmp_path / "shop", '[microsoft]\nclient_id = "shop"\n')
    clients = OAuthClients((tmp_path / "shop", tmp_path / "program"))
    ids = [found.client.client_id for name in ("microsoft", "google") if (found := clients.find(name))]
    assert ids == ["shop", "publisher"]


def test_without_a_file_nobody_is_registered(tmp_path: Path) -> None:
    assert OAuthClients((tmp_path, tmp_path / "gone")).find("microsoft") is None


MISTAKES = {
    "no TOML": ("[microsoft", "microsoft"),
    "no table": ('client_id = "1"', "[microsoft]"),
    "strange name": ('["our sso"]\nclient_id = "1"\n', "our sso: use small letters"),
    "no client": ("[google]\n", "google: client_id is missing"),
    "no text": ("[google]\nclient_id = 4\n", "google.client_id must be a text in quotation marks"),
    "strange field": ('[google]\nclient_id = "1"\nclientid = "2"\n', "google: unknown clientid"),
    "no address": ('[maison]\nclient_id = "1"\nscope = "smtp"\n', "maison: authorize_url is missing"),
    "no https": (
        GENERIC.replace("https://sso.brico.example/token", "http://x/token"),
        "token_url must begin with https",
    ),
    "way back": (GENERIC + 'redirect_host = "evil.test"\n', "redirect_host must be 127.0.0.1 or localhost"),
    "path": (GENERIC + 'redirect_path = "x"\n', "redirect_path must begin with /"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, name: str) -> None:
    content, words = MISTAKES[name]
    clients = write(tmp_path, content)
    if name != "no TOML":
        with pytest.raises(ClientsFileError) as error:
            clients.find("microsoft")
        assert words in str(error.value)
    availability = sign_in(clients, tmp_path).availability("microsoft")
    assert (availability.is_available, availability.reason) == (False, "client_file")
    assert CLIENTS_FILE in availability.detail
    assert len(sign_in(clients, tmp_path).availabilities()) == 2


def test_a_file_that_is_no_text_is_a_mistake_too(tmp_path: Path) -> None:
    (tmp_path / CLIENTS_FILE).write_bytes(b"\xff\xfe[microsoft]")
    assert sign_in(OAuthClients((tmp_path,)), tmp_path).availability("google").reason == "client_file"


@pytest.mark.parametrize(
    ("provider", "browser", "training", "ways", "reason"),
    [
        ("microsoft", True, False, (SignInWay.BROWSER, SignInWay.DEVICE_CODE), ""),
        ("microsoft", False, False, (SignInWay.DEVICE_CODE,), ""),
        ("google", True, False, (SignInWay.BROWSER,), ""),
        ("google", False, False, (), "no_browser"),  # Google's device codes don't give the mail scope
        ("google", True, True, (), "training"),
    ],
)
def test_the_ways_to_sign_in_here(
    tmp_path: Path, provider: str, browser: bool, training: bool, ways: tuple[SignInWay, ...], reason: str
) -> None:
    clients = write(tmp_path, '[microsoft]\nclient_id = "1"\n[google]\nclient_id = "1"\n')
    availability = sign_in(clients, tmp_path, browser=browser, training=training).availability(provider)
    assert (availability.ways, availability.reason, availability.is_available) == (ways, reason, bool(ways))


def test_without_a_client_each_provider_has_its_own_remedy(tmp_path: Path) -> None:
    oauth = sign_in(OAuthClients((tmp_path,)), tmp_path)
    reasons = {each.provider.id: each.reason for each in oauth.availabilities()}
    assert reasons == {"microsoft": "no_client_microsoft", "google": "no_client_google"}
    assert oauth.availability("maison").reason == "no_client"


def test_a_client_that_is_put_there_counts_at_once(tmp_path: Path) -> None:
    oauth = sign_in(OAuthClients((tmp_path,)), tmp_path)
    assert not oauth.availability("microsoft").is_available
    write(tmp_path, '[microsoft]\nclient_id = "1"\n')
    assert oauth.availability("microsoft").is_available


def test_the_addresses_of_the_known_providers_are_encrypted() -> None:
    for provider in (MICROSOFT, GOOGLE):
        for address in (provider.authorize_url, provider.token_url, provider.device_url, provider.revoke_url):
            assert not address or address.startswith("https://")
    assert MICROSOFT.redirect_host == "localhost"
    assert GOOGLE.device_url == ""
