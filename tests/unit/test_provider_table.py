"""The shipped table of providers: each by each of its domains and exchangers, and what each advises."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import backend.adapters.mail.providers as providers_module
from backend.adapters.mail.providers import shipped_providers
from backend.domain.found_server import find_listed
from backend.domain.mail_provider import SignIn, by_mx
from backend.domain.sender_profile import ConnectionSecurity

TLS, STARTTLS = ConnectionSecurity.TLS, ConnectionSecurity.STARTTLS
PASSWORD, APP, OAUTH = (SignIn.PASSWORD,), (SignIn.APP_PASSWORD,), (SignIn.OAUTH2,)
WHOLE = ("marie.dupond@{}",)
LOCAL = ("marie.dupond",)

# Facts of MAIL-FACTS 1.2: host, port, security, user names for marie.dupond@DOMAIN, proofs.
EXPECTED = {
    "orange": ("smtp.orange.fr", 465, TLS, WHOLE, PASSWORD),
    "free": ("smtp.free.fr", 465, TLS, LOCAL, PASSWORD),
    "sfr": ("smtp.sfr.fr", 465, TLS, WHOLE, PASSWORD),
    "bouygues": ("smtp.bbox.fr", 465, TLS, WHOLE, PASSWORD),
    "laposte": ("smtp.laposte.net", 465, TLS, WHOLE + LOCAL, PASSWORD),
    "ovh": ("ssl0.ovh.net", 465, TLS, WHOLE, PASSWORD),
    "ionos": ("smtp.ionos.fr", 465, TLS, WHOLE, PASSWORD),
    "gandi": ("mail.gandi.net", 465, TLS, WHOLE, PASSWORD),
    "infomaniak": ("mail.infomaniak.com", 465, TLS, WHOLE, PASSWORD),
    "mailo": ("mail.mailo.com", 465, TLS, WHOLE, PASSWORD),
    "google": ("smtp.gmail.com", 465, TLS, WHOLE, (SignIn.APP_PASSWORD, SignIn.OAUTH2)),
    "microsoft365": ("smtp.office365.com", 587, STARTTLS, WHOLE, (SignIn.OAUTH2, SignIn.PASSWORD)),
    "outlook": ("smtp-mail.outlook.com", 587, STARTTLS, WHOLE, OAUTH),
    "yahoo": ("smtp.mail.yahoo.com", 465, TLS, WHOLE, APP),
    "aol": ("smtp.aol.com", 465, TLS, WHOLE, APP),
    "icloud": ("smtp.mail.me.com", 587, STARTTLS, WHOLE, APP),
    "gmx": ("mail.gmx.com", 465, TLS, WHOLE, PASSWORD),
    "gmx_net": ("mail.gmx.net", 465, TLS, WHOLE, PASSWORD),
    "zoho_eu": ("smtp.zoho.eu", 465, TLS, WHOLE, (SignIn.PASSWORD, SignIn.APP_PASSWORD)),
    "zoho_eu_domain": ("smtppro.zoho.eu", 465, TLS, WHOLE, (SignIn.PASSWORD, SignIn.APP_PASSWORD)),
    "brevo": ("smtp-relay.brevo.com", 587, STARTTLS, (), PASSWORD),
    "mailjet": ("in-v3.mailjet.com", 587, STARTTLS, (), PASSWORD),
}
DOMAINS = {
    "orange": "orange.fr wanadoo.fr",
    "free": "free.fr libertysurf.fr",
    "sfr": "sfr.fr neuf.fr club-internet.fr cegetel.net 9online.fr",
    "bouygues": "bbox.fr",
    "laposte": "laposte.net",
    "ovh": "ovh.net",
    "gandi": "gandi.net",
    "infomaniak": "ik.me ikmail.com etik.com",
    "mailo": "mailo.com net-c.com netc.fr netcourrier.com",
    "google": "gmail.com googlemail.com",
    "microsoft365": "brico.onmicrosoft.com",
    "outlook": "outlook.fr outlook.com hotmail.fr hotmail.com live.fr live.com msn.com hotmail.co.uk live.be",
    "yahoo": "yahoo.fr yahoo.com ymail.com rocketmail.com",
    "aol": "aol.fr aol.com",
    "icloud": "icloud.com me.com mac.com",
    "gmx": "gmx.fr gmx.com",
    "gmx_net": "gmx.net gmx.de gmx.ch",
    "zoho_eu": "zoho.eu",
}
EXCHANGERS = {
    "mx1.mail.ovh.net": "ovh",
    "mx4.mail.ovh.net": "ovh",
    "mxb.ovh.net": "ovh",
    "mx00.ionos.fr": "ionos",
    "mx01.1and1.fr": "ionos",
    "spool.mail.gandi.net": "gandi",
    "fb.mail.gandi.net": "gandi",
    "mta-gw.infomaniak.ch": "infomaniak",
    "mx.mailo.com": "mailo",
    "aspmx.l.google.com": "google",
    "alt2.aspmx.l.google.com": "google",
    "smtp.google.com": "google",
    "aspmx3.googlemail.com": "google",
    "brico-fr.mail.protection.outlook.com": "microsoft365",
    "brico-fr.j-v1.mx.microsoft": "microsoft365",
    "outlook-com.olc.protection.outlook.com": "outlook",
    "mta7.am0.yahoodns.net": "yahoo",
    "mx-aol.mail.gm0.yahoodns.net": "aol",
    "mx01.mail.icloud.com": "icloud",
    "mx00.gmx.net": "gmx_net",
    "mx2.zoho.eu": "zoho_eu_domain",
}
SHIPPED = {each.id: each for each in shipped_providers()}


@pytest.mark.parametrize(
    ("provider", "domain"), [(provider, domain) for provider in DOMAINS for domain in DOMAINS[provider].split()]
)
def test_an_address_alone_gives_all_settings(provider: str, domain: str) -> None:
    found = find_listed(f"marie.dupond@{domain}", SHIPPED.values())
    assert found is not None
    host, port, security, names, sign_in = EXPECTED[provider]
    assert (found.host, found.port, found.security, found.sign_in) == (host, port, security, sign_in)
    assert found.usernames == tuple(name.format(domain) for name in names)
    assert found.provider is SHIPPED[provider]
    assert not found.must_be_confirmed


def test_every_provider_of_the_file_is_in_this_table() -> None:
    assert SHIPPED.keys() == EXPECTED.keys()
    for provider, (host, port, security, names, sign_in) in EXPECTED.items():
        listed = SHIPPED[provider]
        assert (listed.host, listed.port, listed.security, listed.sign_in) == (host, port, security, sign_in)
        assert listed.usernames("marie.dupond@x.fr") == tuple(name.format("x.fr") for name in names)
        assert listed.is_shipped


def test_every_domain_of_the_file_leads_to_its_own_provider() -> None:
    for provider in SHIPPED.values():
        for domain in provider.domains:
            found = find_listed(f"a@{domain.replace('*', 'x')}", SHIPPED.values())
            assert found is not None
            assert found.provider is provider


def test_all_personal_domains_of_microsoft_are_listed() -> None:
    assert len(SHIPPED["outlook"].domains) == 102


@pytest.mark.parametrize(("exchanger", "provider"), EXCHANGERS.items())
def test_an_exchanger_tells_the_provider(exchanger: str, provider: str) -> None:
    assert by_mx([exchanger], list(SHIPPED.values())) is SHIPPED[provider]


def test_only_the_providers_without_own_domains_there_have_no_exchangers() -> None:
    with_mx = {provider for provider, listed in SHIPPED.items() if listed.mx}
    assert with_mx == set(EXCHANGERS.values())


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("provider", SHIPPED)
def test_every_provider_has_advice_in_both_languages(provider: str, language: str) -> None:
    advice = SHIPPED[provider].advice[language]
    assert advice.text.endswith(".")
    assert advice.url.startswith("https://") or not advice.url
    if language == "fr":
        assert "'" not in advice.text
        assert not re.search(r"(?<![\u00a0\u202f])[:;!?»](?!\S)", advice.text)


@pytest.mark.parametrize(
    ("provider", "language", "word"),
    [
        ("free", "fr", "Activez"),
        ("free", "fr", "avant le @"),
        ("google", "fr", "mot de passe d’application"),
        ("yahoo", "fr", "mot de passe d’application"),
        ("icloud", "fr", "mot de passe pour application"),
        ("outlook", "fr", "plus aucun mot de passe"),
        ("outlook", "en", "no longer accepts any password"),
        ("ionos", "fr", "Sender address is not allowed"),
        ("ovh", "fr", "exN.mail.ovh.net"),
        ("ovh", "en", "proN.mail.ovh.net"),
        ("laposte", "fr", "avant le @"),
        ("infomaniak", "fr", "non celui de votre compte"),
        ("microsoft365", "fr", "SMTP authentifié"),
    ],
)
def test_the_advice_says_what_this_provider_wants(provider: str, language: str, word: str) -> None:
    assert word in SHIPPED[provider].advice_in(language).text


def test_the_shipped_file_obeys_the_schema() -> None:
    from jsonschema import Draft202012Validator

    folder = Path(providers_module.__file__).parent / "provider_files"
    schema = json.loads((folder / "providers.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    value = json.loads((folder / "providers.json").read_text("utf-8"))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(value)] == []
    ids = [entry["id"] for entry in value["providers"]]
    assert len(ids) == len(set(ids))
