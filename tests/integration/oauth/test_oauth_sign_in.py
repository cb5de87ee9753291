"""Signing in at a provider: browser, loopback, PKCE, state, codes; what is kept, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import socket
import threading
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from backend.adapters.mail.oauth_clients import CLIENTS_FILE
from backend.adapters.mail.oauth_https import Https
from backend.adapters.mail.oauth_protocol import Authorization, ProviderRefusalError, TokenServer
from backend.domain.oauth import OAuthSignInError, SignInState, SignInStep, SignInWay, grant_name
from backend.usecases.save_sender_profile import password_name
from backend.usecases.sign_in_with_provider import cancel_sign_in, forget_sign_in
from tests.builders import NOON
from tests.fakes import FixedClock
from tests.integration.oauth_setting import NAME, TEXTS, Setting, memory, oauth_setting, signed_in_profile
from tests.servers.authorization_server import CLIENT_ID, SCOPE
from tests.servers.certificates import Certificates
from tests.servers.dovecot import USER


@pytest.fixture
def setting(tmp_path: Path, certificates: Certificates) -> Iterator[Setting]:
    with oauth_setting(tmp_path, certificates) as setting:
        yield setting


def reason_of(state: SignInState) -> str:
    assert state.step is SignInStep.FAILED
    assert isinstance(state.failure, OAuthSignInError)
    return state.failure.reason


def assert_nothing_changed(setting: Setting) -> None:
    assert setting.services.secrets.get(grant_name(NAME)) is None
    assert setting.profile.secret_version == "v1"
    assert not signed_in_profile(setting.profile)


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


def test_the_answer_page_is_plain_and_ours(setting: Setting) -> None:
    setting.sign_in()
    setting.person.wait()
    (page,) = setting.person.pages
    assert '<html lang="fr">' in page
    assert TEXTS.accepted_title in page
    assert "Revenez à &lt;Facteur&gt;." in page
    assert "http" not in page
    assert "<script" not in page
    headers = setting.person.headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "Python" not in headers["Server"]


def test_who_says_no_stays_as_he_was(setting: Setting) -> None:
    setting.person.decision = "deny"
    state = setting.sign_in()
    assert reason_of(state) == "denied"
    assert USER not in str(state.failure)
    setting.person.wait()
    assert TEXTS.refused_title in setting.person.pages[0]
    assert_nothing_changed(setting)


@pytest.mark.parametrize("forged", ["x", "AAAAAAAAAAAAAAAAAAAAAA", "é"])
def test_a_forged_state_is_refused_and_its_code_never_used(setting: Setting, forged: str) -> None:
    setting.server.rules.forged_state = forged
    assert reason_of(setting.sign_in()) == "forged"
    setting.person.wait()
    assert TEXTS.refused_title in setting.person.pages[0]
    assert setting.server.grants("authorization_code") == []
    assert_nothing_changed(setting)


def test_an_answer_without_a_state_is_refused(setting: Setting) -> None:
    setting.person.on_the_way_back = lambda url: url.replace("state=", "other=")
    assert reason_of(setting.sign_in()) == "forged"


def test_a_wrong_verifier_gets_no_tokens(setting: Setting) -> None:
    """Somebody who has seen the code on its way, and not the verifier, can do nothing with it."""
    registration = setting.server.registration()
    victim = Authorization(registration, "http://127.0.0.1:1", USER)
    thief = Authorization(registration, "http://127.0.0.1:1", USER)
    server = TokenServer(registration, Https(setting.certificates.client_context), FixedClock())
    setting.person.on_the_way_back = lambda url: setting.server.url + "/?" + urlsplit(url).query
    setting.person.open(victim.url)
    setting.person.wait()
    code = victim.read_answer(urlsplit(setting.person.came_back_to[0]).query)
    with pytest.raises(ProviderRefusalError) as refusal:
        server.exchange(thief, code)
    assert refusal.value.code == "invalid_grant"
    assert code not in refusal.value.detail


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


def test_a_second_answer_finds_nobody(setting: Setting) -> None:
    setting.sign_in()
    setting.person.wait()
    with pytest.raises(OSError, match="refused"):
        setting.person.visit(setting.person.came_back_to[0])
    assert len(setting.server.grants("authorization_code")) == 1


def test_of_two_answers_at_once_one_is_taken(setting: Setting) -> None:
    setting.person.decision = ""
    uri = parse_qs(urlsplit(setting.begin().url).query)["redirect_uri"][0]
    statuses: list[int] = []

    def come_back(state: str) -> None:
        try:
            statuses.append(setting.person.visit(f"{uri}/?state={state}&code=x")[0])
        except OSError:
            statuses.append(0)

    visitors = [threading.Thread(target=come_back, args=(str(number),)) for number in range(8)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 410, 0}


def test_what_is_no_answer_is_ignored(setting: Setting) -> None:
    setting.person.decision = ""
    uri = parse_qs(urlsplit(setting.begin().url).query)["redirect_uri"][0]
    host, port = urlsplit(uri).hostname or "", urlsplit(uri).port or 0
    with socket.create_connection((host, port)):  # a browser that keeps a connection in hand
        assert setting.person.visit(f"{uri}/favicon.ico")[0] == 404
        assert setting.person.visit(f"{uri}/")[0] == 404
        assert setting.person.visit(f"{uri}/elsewhere?code=1&state=2")[0] == 404
        assert setting.person.visit(uri.replace("127.0.0.1", "localhost") + "/?code=1&state=2")[0] == 421
        with socket.create_connection((host, port)) as raw:
            raw.sendall(b"POST /?code=1&state=2 HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b" 501 " in raw.recv(1000)
    assert setting.services.oauth.state(NAME).step is SignInStep.WAITING


def test_the_port_is_on_this_pc_only(setting: Setting) -> None:
    setting.person.decision = ""
    port = urlsplit(parse_qs(urlsplit(setting.begin().url).query)["redirect_uri"][0]).port
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port or 0), timeout=1)


def test_a_cancelled_sign_in_closes_its_port_and_keeps_nothing(setting: Setting) -> None:
    setting.person.decision = ""
    uri = urlsplit(parse_qs(urlsplit(setting.begin().url).query)["redirect_uri"][0])
    assert cancel_sign_in(NAME, setting.services).step is SignInStep.CANCELLED
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            socket.create_connection((uri.hostname or "", uri.port or 0)).close()
        except OSError:
            break
        time.sleep(0.02)
    assert time.monotonic() < deadline
    assert setting.services.oauth.state(NAME).step is SignInStep.CANCELLED
    assert_nothing_changed(setting)


def test_a_new_sign_in_takes_the_place_of_the_old_one(setting: Setting) -> None:
    setting.person.decision = ""
    setting.begin()
    setting.person.decision = "allow"
    assert setting.sign_in().step is SignInStep.DONE


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

    setting.certificates = replace(certificates, ca_file=_other_authority(certificates))
    setting.restart()
    assert isinstance(setting.certificates.client_context(), ssl.SSLContext)
    assert reason_of(setting.sign_in()) == "unreachable"
    assert setting.server.forms == [(path, form) for path, form in setting.server.forms if path == "/decide"]


def _other_authority(certificates: Certificates) -> Path:
    """Return a file with a certificate that vouches for nobody but itself."""
    text = certificates.self_signed.file.read_text("ascii")
    file = certificates.ca_file.with_name("other-ca.pem")
    file.write_text(text[text.index("-----BEGIN CERTIFICATE-----") :], "ascii")
    return file


def test_an_installed_program_shows_its_secret_where_the_provider_wants_one(setting: Setting) -> None:
    setting.server.rules.client_secret = "GOCSPX-no-secret"
    assert reason_of(setting.sign_in()) == "client_refused"
    clients = setting.folder / CLIENTS_FILE
    clients.write_text(clients.read_text("utf-8") + 'client_secret = "GOCSPX-no-secret"\n', "utf-8")
    assert setting.sign_in().step is SignInStep.DONE
    setting.access_token()


def test_a_locked_keyring_is_told_and_changes_nothing(setting: Setting) -> None:
    memory(setting).unavailable = "locked"
    state = setting.sign_in()
    assert state.step is SignInStep.FAILED
    assert state.failure is not None
    assert state.failure.cause_code == "secrets_unavailable"
    memory(setting).unavailable = ""
    assert_nothing_changed(setting)


def test_a_code_from_a_browser_elsewhere_signs_in(setting: Setting) -> None:
    setting.browser_is_there = False
    state = _with_code(setting)
    assert (state.way, state.url) == (SignInWay.DEVICE_CODE, f"{setting.server.url}/activate")
    setting.server.decide_device(state.user_code, "allow")
    assert setting.end().step is SignInStep.DONE
    assert signed_in_profile(setting.profile)
    assert setting.person.opened == []


def test_asking_for_a_code_goes_slower_when_told_so(setting: Setting) -> None:
    setting.browser_is_there = False
    state = _with_code(setting)
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
    setting.server.decide_device(_with_code(setting).user_code, decision)
    assert reason_of(setting.end()) == reason
    assert_nothing_changed(setting)


def test_a_code_that_nobody_types_ends(setting: Setting) -> None:
    setting.browser_is_there = False
    setting.server.rules.device_lifetime_s = 0.2
    assert reason_of(setting.sign_in()) == "time_up"


def test_a_code_can_be_chosen_where_there_is_a_browser_and_be_cancelled(setting: Setting) -> None:
    state = _with_code(setting, SignInWay.DEVICE_CODE)
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
    state = _with_code(setting)
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


def _with_code(setting: Setting, way: SignInWay | None = None) -> SignInState:
    """Begin, and wait for the code that is shown."""
    setting.begin(way)
    deadline = time.monotonic() + 5
    while not (state := setting.services.oauth.state(NAME)).user_code:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return state


def test_addresses_are_quoted_on_the_way(setting: Setting) -> None:
    """An address may hold signs that mean something in a query."""
    setting.services.settings.save_sender_profile(replace(setting.profile, email="a+b&c=d@boutique.test"))
    query = urllib.parse.parse_qs(urlsplit(setting.begin().url).query)
    assert query["login_hint"] == ["a+b&c=d@boutique.test"]
