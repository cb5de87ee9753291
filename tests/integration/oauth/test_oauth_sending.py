"""Mails sent with a token: a real Dovecot checks it, behind a real Postfix; and no token is anywhere to be seen."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from backend.adapters.mail.oauth_clients import CLIENTS_FILE
from backend.adapters.mail.smtp import SmtpTransport
from backend.adapters.secrets.choose import keep_unprotected
from backend.adapters.stores.settings.store import FolderSettingsStore
from backend.domain.mail_failure import MailCause
from backend.domain.oauth import SignInStep, grant_name
from backend.domain.outgoing_mail import MailState, OutgoingMail
from backend.domain.sender_profile import ConnectionSecurity
from backend.usecases.send_mail import SendingOutcome, send_mail
from backend.usecases.test_sender import TestMailTexts, send_test_mail
from backend.web.messages import explain
from tests.builders import NOON
from tests.fake_mail import RecordingWatch
from tests.integration.oauth_setting import (
    NAME,
    Setting,
    memory,
)
from tests.integration.smtp_sending import QUICK, Shop
from tests.languages import speaking
from tests.servers.certificates import HOST
from tests.servers.dovecot import ACCENTED_USER, USER, Dovecot
from tests.servers.postfix import Postfix
from tests.servers.postfix_behaviours import Behaviour
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import Answer, Script, Security, Step

C = MailCause
STEPS = ["name_found", "connected", "encrypted", "signed_in"]


def signed_in(setting: Setting, port: int, **changes: Any) -> None:  # noqa: ANN401 - fields
    """Let the user sign in at the provider, and set up his server."""
    profile = replace(setting.profile, host=HOST, port=port, security=ConnectionSecurity.STARTTLS, **changes)
    setting.services.settings.save_sender_profile(profile)
    assert setting.sign_in().step is SignInStep.DONE
    setting.services.settings.save_sender_profile(setting.profile.tested(NOON))
    setting.services.transport = cast("Any", transport(setting))


def transport(setting: Setting) -> SmtpTransport:
    return SmtpTransport(
        lambda: "no password",
        lambda renew: setting.access_token(renew=renew),
        context_factory=setting.certificates.client_context,
        timeouts=QUICK,
    )


def a_mail(setting: Setting, recipient: str, ticket_key: str) -> OutgoingMail:
    mail = Shop(setting.folder, setting.certificates.client_context()).mail(recipient)
    mail = replace(mail, user=NAME, ticket_key=ticket_key)
    setting.services.outbox.save(mail)
    return mail


def send(
    setting: Setting, recipient: str = "client@client.test", ticket_key: str = "C1-4"
) -> tuple[SendingOutcome, RecordingWatch]:
    watch = RecordingWatch()
    return send_mail(a_mail(setting, recipient, ticket_key).id, setting.services, watch), watch


@pytest.mark.parametrize(
    ("behaviour", "mechanism"), [(Behaviour.OAUTH, "XOAUTH2"), (Behaviour.OAUTHBEARER_ONLY, "OAUTHBEARER")]
)
@pytest.mark.parametrize("length", [0, 5_000])
def test_dovecot_accepts_the_token(
    postfix: Postfix, dovecot: Dovecot, setting: Setting, behaviour: Behaviour, mechanism: str, length: int
) -> None:
    setting.server.rules.mint = lambda: dovecot.mint_token(length=length)
    signed_in(setting, postfix.port(behaviour))
    mailbox = postfix.fresh_mailbox()
    outcome, watch = send(setting, mailbox.address)
    assert outcome.mail.state is MailState.SENT
    assert len(mailbox.messages()) == 1
    assert [name for name, _ in watch.steps[:4]] == STEPS
    assert watch.steps[3] == ("signed_in", mechanism)


def test_the_address_signs_in_where_no_user_name_is_set(postfix: Postfix, dovecot: Dovecot, setting: Setting) -> None:
    setting.server.rules.mint = dovecot.mint_token
    signed_in(setting, postfix.port(Behaviour.OAUTH), username="")
    mailbox = postfix.fresh_mailbox()
    assert send(setting, mailbox.address)[0].mail.state is MailState.SENT


def test_an_expired_token_is_refreshed_on_the_way(postfix: Postfix, dovecot: Dovecot, setting: Setting) -> None:
    """As the clock of the PC says, before connecting."""
    setting.server.rules.mint = dovecot.mint_token
    signed_in(setting, postfix.port(Behaviour.OAUTH))
    assert send(setting, postfix.fresh_mailbox().address)[0].mail.state is MailState.SENT
    setting.services.clock.advance(hours=3)
    assert send(setting, postfix.fresh_mailbox().address, "C1-5")[0].mail.state is MailState.SENT
    assert len(setting.server.grants("refresh_token")) == 2


@pytest.mark.parametrize("behaviour", [Behaviour.OAUTH, Behaviour.OAUTHBEARER_ONLY])
def test_a_token_that_only_the_server_knows_to_be_over_is_renewed_once(
    postfix: Postfix, dovecot: Dovecot, setting: Setting, behaviour: Behaviour
) -> None:
    """The clock of the PC is wrong, or the provider ends tokens early."""
    setting.server.rules.mint = lambda: dovecot.mint_token(lifetime_s=-60)
    signed_in(setting, postfix.port(behaviour))
    setting.access_token()
    setting.server.rules.mint = dovecot.mint_token
    mailbox = postfix.fresh_mailbox()
    outcome, watch = send(setting, mailbox.address)
    assert outcome.mail.state is MailState.SENT
    assert [name for name, _ in watch.steps].count("signed_in") == 1
    assert len(setting.server.grants("refresh_token")) == 2


@pytest.mark.parametrize("behaviour", [Behaviour.OAUTH, Behaviour.OAUTHBEARER_ONLY])
def test_a_token_that_is_refused_twice_asks_to_sign_in_again(
    postfix: Postfix, dovecot: Dovecot, setting: Setting, behaviour: Behaviour
) -> None:
    setting.server.rules.mint = lambda: dovecot.mint_token(lifetime_s=-60)
    signed_in(setting, postfix.port(behaviour))
    outcome, _ = send(setting)
    assert (outcome.mail.state, outcome.mail.mail_cause) == (MailState.FAILED, C.AUTHORIZATION_EXPIRED)
    assert outcome.failure is not None
    assert outcome.failure.reply.startswith("535 ")
    assert_unseen(setting, str(outcome.failure))


def test_a_withdrawn_permission_fails_before_anything_is_connected(
    postfix: Postfix, dovecot: Dovecot, setting: Setting
) -> None:
    setting.server.rules.mint = dovecot.mint_token
    signed_in(setting, postfix.port(Behaviour.OAUTH))
    setting.server.revoke_everything()
    outcome, watch = send(setting)
    assert (outcome.mail.state, outcome.mail.mail_cause) == (MailState.FAILED, C.AUTHORIZATION_EXPIRED)
    assert watch.steps == []
    assert outcome.failure is not None
    with speaking("en"):
        assert explain(outcome.failure).remedy == "Sign in to the account again, in the sender settings."


def test_the_token_of_another_account_sends_nothing(postfix: Postfix, dovecot: Dovecot, setting: Setting) -> None:
    """Who is signed in at the provider as somebody else does not send in the shop's name."""
    setting.server.rules.mint = lambda: dovecot.mint_token(ACCENTED_USER)
    signed_in(setting, postfix.port(Behaviour.OAUTH))
    mailbox = postfix.fresh_mailbox()
    outcome, _ = send(setting, mailbox.address)
    assert outcome.mail.state is MailState.FAILED
    assert outcome.mail.mail_cause in {C.AUTHORIZATION_EXPIRED, C.LOGIN_REFUSED, C.SENDER_REFUSED}
    assert mailbox.messages() == []


def test_a_server_that_takes_no_token_is_told_apart(postfix: Postfix, dovecot: Dovecot, setting: Setting) -> None:
    setting.server.rules.mint = dovecot.mint_token
    signed_in(setting, postfix.port(Behaviour.LOGIN_ONLY))
    assert send(setting)[0].mail.mail_cause is C.LOGIN_NOT_OFFERED


def test_the_gate_opens_by_a_test_with_the_token_and_closes_when_it_is_withdrawn(
    postfix: Postfix, dovecot: Dovecot, setting: Setting
) -> None:
    setting.server.rules.mint = dovecot.mint_token
    signed_in(setting, postfix.port(Behaviour.OAUTH))
    assert setting.sign_in().step is SignInStep.DONE
    gate = [setting.profile.gate_is_open]
    texts = TestMailTexts("Essai", "Essai.")
    to = postfix.fresh_mailbox().address
    send_test_mail(NAME, to, texts, setting.services, RecordingWatch())
    gate.append(setting.profile.gate_is_open)
    setting.server.revoke_everything()
    setting.services.clock.advance(hours=2)
    with pytest.raises(Exception, match="authorization_expired"):
        send_test_mail(NAME, to, texts, setting.services, RecordingWatch())
    gate.append(setting.profile.gate_is_open)
    assert gate == [False, True, False]


REFUSALS = {
    # What Google, Microsoft and others say; a challenge is answered before the refusal comes.
    "Google, over": ("401", "535-5.7.8 Username and Password not accepted.\n535 5.7.8 x", C.AUTHORIZATION_EXPIRED),
    "Google, other account": ("400", "535-5.7.8 Username and Password not accepted.\n535 5.7.8 x", C.LOGIN_REFUSED),
    "RFC 7628, over": ("invalid_token", "535 5.7.8 Authentication failed", C.AUTHORIZATION_EXPIRED),
    "RFC 7628, too little": ("insufficient_scope", "535 5.7.8 Authentication failed", C.LOGIN_REFUSED),
    "Microsoft": ("", "535 5.7.3 Authentication unsuccessful [x]", C.LOGIN_REFUSED),
    "Microsoft, switched off": (
        "",
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
        C.LOGIN_REFUSED,
    ),
    "for the moment": ("", "454 4.7.0 Temporary authentication failure", C.LOGIN_UNAVAILABLE),
}


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_of_the_token_is_explained(
    setting: Setting, scripted_smtp: Callable[[Script], ScriptedSmtp], mechanism: str, name: str
) -> None:
    status, text, cause = REFUSALS[name]
    server = scripted_smtp(
        Script(
            security=Security.STARTTLS,
            certificate=setting.certificates.good,
            auth_mechanisms=("PLAIN", mechanism),
            answers={Step.AUTH: Answer(text)},
            secrets={} if status else None,
            token_challenge=f'{{"status":"{status}","schemes":"Bearer"}}',
        )
    )
    signed_in(setting, server.port)
    outcome, _ = send(setting)
    assert outcome.mail.mail_cause is cause
    assert outcome.failure is not None
    with speaking("en"):
        explained = explain(outcome.failure)
    if cause is C.LOGIN_REFUSED:
        assert "password" not in explained.sentence + explained.remedy
    assert_unseen(setting, str(outcome.failure))


def test_a_token_never_goes_in_clear(setting: Setting, scripted_smtp: Callable[[Script], ScriptedSmtp]) -> None:
    server = scripted_smtp(Script(auth_in_clear=True))
    signed_in(setting, server.port)
    assert send(setting)[0].mail.mail_cause is C.ENCRYPTION_NOT_OFFERED
    for username in ("", USER):
        open_profile = replace(setting.profile, security=ConnectionSecurity.NONE, username=username)
        setting.services.settings.save_sender_profile(open_profile.tested(NOON))
        assert send(setting)[0].mail.mail_cause is C.ENCRYPTION_REQUIRED
    assert not [command for command in server.commands if "AUTH" in command]


def test_no_token_is_in_settings_logs_failures_and_pages(
    setting: Setting,
    scripted_smtp: Callable[[Script], ScriptedSmtp],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Canaries: everything that the provider gave is searched for in everything that stays."""
    setting.server.rules.mint = lambda: "canari-acces-" + "z" * 400
    telltale = "535 5.7.8 user=caisse1@boutique.test auth=Bearer canari-acces-" + "z" * 400
    server = scripted_smtp(
        Script(security=Security.STARTTLS, certificate=setting.certificates.good, answers={Step.AUTH: Answer(telltale)})
    )
    setting.services.secrets = cast("Any", keep_unprotected(setting.folder))
    settings = FolderSettingsStore(setting.folder / "settings")
    settings.save_sender_profile(setting.profile)
    setting.services.settings = cast("Any", settings)
    setting.restart()
    with caplog.at_level(logging.DEBUG):
        signed_in(setting, server.port)
        outcome, watch = send(setting)
        setting.server.revoke_everything()
        setting.services.clock.advance(hours=2)
        second, _ = send(setting)
        setting.server.rules.forged_state = "x"
        third = setting.sign_in()
    assert outcome.failure is not None
    assert second.failure is not None
    shown = []
    for language in ("fr", "en"):
        with speaking(language):
            shown += [str(explain(each)) for each in (outcome.failure, second.failure, third.failure or second.failure)]
    printed = capfd.readouterr()
    kept = [caplog.text, str(outcome), str(second), str(third), str(watch.steps), *shown, printed.out, printed.err]
    files = [file for file in setting.folder.rglob("*") if file.is_file() and file.name != CLIENTS_FILE]
    assert any("sender" in file.read_text("utf-8", "replace") for file in files)
    kept += [file.read_bytes().decode("utf-8", "replace") for file in files]
    assert_unseen(setting, "\n".join(kept))


def assert_unseen(setting: Setting, text: str) -> None:
    """Hold that nothing the provider gave, nor what proves who asks, is in a text: as it is, or in base64."""
    secrets = [*setting.server.access_tokens, *setting.server.refresh_tokens]
    secrets += [form[name] for _, form in setting.server.forms for name in _SECRET_FIELDS if name in form]
    assert secrets
    for secret in secrets:
        assert secret not in text
        for start in range(3):  # wherever it stands in what was encoded
            assert base64.b64encode(b"." * start + secret.encode())[4:40].decode() not in text


_SECRET_FIELDS = ("code", "code_verifier", "refresh_token", "device_code", "token")


def test_memory_holds_one_secret_per_user(setting: Setting) -> None:
    assert setting.sign_in().step is SignInStep.DONE
    assert setting.sign_in().step is SignInStep.DONE
    assert list(memory(setting).kept) == [grant_name(NAME)]
