"""The way back from the browser: one answer on loopback, by its state and verifier, and nothing else."""

from __future__ import annotations

import socket
import threading
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from backend.adapters.mail.oauth_https import Https
from backend.adapters.mail.oauth_protocol import Authorization, ProviderRefusalError, TokenServer
from backend.domain.oauth import SignInStep
from backend.usecases.sign_in_with_provider import cancel_sign_in
from tests.fakes import FixedClock
from tests.integration.oauth_setting import (
    NAME,
    TEXTS,
    Setting,
    assert_nothing_changed,
    reason_of,
)
from tests.servers.dovecot import USER


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
