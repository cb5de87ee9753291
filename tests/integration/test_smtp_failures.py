"""Each way in which sending fails, produced for real: the right state, cause and sentences, and nothing has left."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from backend.domain.errors import FacteurError
from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import RecipientStatus, SendingPhase
from backend.web.messages import explain, explain_recipient
from tests.fake_mail import RecordingWatch
from tests.integration.smtp_failure_table import DEFERRED, REJECTED, ROWS, SCRIPTED, UNKNOWN
from tests.integration.smtp_sending import NONE, STARTTLS, TLS, Shop, shop_sender
from tests.languages import speaking
from tests.servers.certificates import Certificates
from tests.servers.dovecot import USER
from tests.servers.maildir import fresh_address
from tests.servers.ports import closed_port, unanswering_port
from tests.servers.postfix import Postfix
from tests.servers.postfix_behaviours import Behaviour
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import (
    Answer,
    Script,
    Security,
    Step,
)
from tests.servers.tcp_proxy import FINAL_DOT, Disturbance, Ending, TcpProxy

B, C, S = Behaviour, MailCause, Security


@pytest.fixture
def shop(tmp_path: Path, certificates: Certificates) -> Shop:
    return Shop(tmp_path, certificates.client_context())


@pytest.mark.parametrize("name", ROWS)
def test_a_refusal_of_a_real_server_is_explained(postfix: Postfix, shop: Shop, name: str) -> None:
    row = ROWS[name]
    address = row.recipient or fresh_address()
    shop.password = row.password
    sender = shop_sender(postfix.port(row.behaviour), row.security, username=row.username, email=row.email)
    outcome = shop.send(shop.mail(address, pdf_bytes=row.pdf_bytes), sender)
    assert outcome.mail.state is row.state
    assert outcome.mail.mail_cause is row.cause
    if outcome.failure:
        assert row.detail in outcome.failure.detail
        assert_explained(outcome.failure, hidden=(address, row.email, row.password if row.username else ""))
    else:
        result = outcome.mail.results[address]
        for language in ("fr", "en"):
            with speaking(language):
                assert explain_recipient(result).remedy
        assert address not in result.reply
    assert not postfix.mailbox(address).messages()


def assert_explained(failure: FacteurError, hidden: tuple[str, ...]) -> None:
    """Both sentences in both languages, and no address or password in anything that is kept."""
    told = []
    for language in ("fr", "en"):
        with speaking(language):
            explained = explain(failure)
        told.append(explained)
        assert explained.sentence
        assert explained.remedy
    assert told[0].sentence != told[1].sentence
    kept = str(failure)
    assert [secret for secret in hidden if len(secret) > 4 and secret in kept] == []


@pytest.mark.parametrize("name", SCRIPTED)
def test_a_refusal_of_a_scripted_server_is_explained(
    scripted_smtp: Callable[[Script], ScriptedSmtp], certificates: Certificates, shop: Shop, name: str
) -> None:
    script, cause, state = SCRIPTED[name]
    server = scripted_smtp(replace(script, certificate=certificates.good))
    shop.timeouts = replace(shop.timeouts, session_s=1.5, final_answer_s=0.5)
    encrypted = script.security is S.STARTTLS
    sender = shop_sender(server.port, STARTTLS if encrypted else NONE, username=USER if encrypted else "")
    outcome = shop.send(shop.mail("client@client.test"), sender)
    assert outcome.failure is not None
    assert (outcome.mail.state, outcome.failure.mail_cause) == (state, cause)
    assert_explained(outcome.failure, ("client@client.test", "secret"))
    # Where the answer was lost the mail may be there, once; else it isn't.
    assert len(server.deliveries) == (1 if cause is C.ANSWER_LOST else 0)


def test_a_name_that_does_not_exist(shop: Shop) -> None:
    for host in ("introuvable.invalid", "x" * 64 + ".test", "", "nom avec espaces"):
        outcome = shop.send(shop.mail("client@client.test"), shop_sender(587, host=host))
        assert (outcome.mail.state, outcome.mail.mail_cause) == (DEFERRED, C.NAME_NOT_FOUND)


def test_nothing_listens(shop: Shop) -> None:
    outcome = shop.send(shop.mail("client@client.test"), shop_sender(closed_port()))
    assert (outcome.mail.state, outcome.mail.mail_cause) == (DEFERRED, C.CONNECTION_REFUSED)


def test_nobody_answers(shop: Shop) -> None:
    with unanswering_port() as port:
        outcome = shop.send(shop.mail("client@client.test"), shop_sender(port, host="127.0.0.1"))
    assert (outcome.mail.state, outcome.mail.mail_cause) == (DEFERRED, C.NO_ANSWER)


@pytest.mark.parametrize("ending", [Ending.CLOSE, Ending.RESET])
def test_a_cut_before_the_final_dot_delivers_nothing(
    postfix: Postfix, shop: Shop, tcp_proxy: Callable[..., TcpProxy], ending: Ending
) -> None:
    mailbox = postfix.fresh_mailbox()
    proxy = tcp_proxy(postfix.port(B.PLAIN), Disturbance(at_client_byte=3000, ending=ending))
    # More than the buffers of two sockets hold: a smaller mail could be on its way, dot included, before the cut.
    outcome = shop.send(shop.mail(mailbox.address, pdf_bytes=7_000_000), shop_sender(proxy.port, NONE, username=""))
    assert (outcome.mail.state, outcome.mail.mail_cause) == (DEFERRED, C.CONNECTION_LOST)
    assert mailbox.messages() == []


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (Answer(cut_at_byte=500), C.CONNECTION_LOST),
        (Answer("354 go\n421 4.3.2 shutting down"), C.SERVER_BUSY),
        (Answer("354 go\n552 5.3.4 too big", then_close=True), C.MESSAGE_TOO_BIG),
    ],
)
def test_who_is_cut_off_during_the_message_does_not_wonder(
    scripted_smtp: Callable[[Script], ScriptedSmtp], shop: Shop, answer: Answer, cause: MailCause
) -> None:
    server = scripted_smtp(Script(answers={Step.DATA: answer}))
    shop.watch = SlowDisk()
    outcome = shop.send(shop.mail("client@client.test"), shop_sender(server.port, NONE, username=""))
    assert outcome.mail.mail_cause is cause
    assert outcome.mail.state is not UNKNOWN
    assert server.deliveries == []


class SlowDisk(RecordingWatch):
    """Commits a phase in the time of a hard disk, in which the cut has arrived."""

    def phase(self, phase: SendingPhase) -> None:
        super().phase(phase)
        time.sleep(0.1)


@pytest.mark.parametrize("ending", [Ending.CLOSE, Ending.RESET])
def test_a_cut_after_the_final_dot_is_unknown_and_delivered_once(
    postfix: Postfix, shop: Shop, tcp_proxy: Callable[..., TcpProxy], ending: Ending
) -> None:
    mailbox = postfix.fresh_mailbox()
    disturbance = Disturbance(after_client_sent=FINAL_DOT, server_may_answer=True, ending=ending)
    proxy = tcp_proxy(postfix.port(B.PLAIN), disturbance)
    outcome = shop.send(shop.mail(mailbox.address), shop_sender(proxy.port, NONE, username=""))
    assert (outcome.mail.state, outcome.mail.mail_cause) == (UNKNOWN, C.ANSWER_LOST)
    assert list(mailbox.count_by_message_id().values()) == [1]


def test_a_frozen_connection_is_given_up(postfix: Postfix, shop: Shop, tcp_proxy: Callable[..., TcpProxy]) -> None:
    mailbox = postfix.fresh_mailbox()
    disturbance = Disturbance(after_client_sent=FINAL_DOT, server_may_answer=True, ending=Ending.FREEZE)
    proxy = tcp_proxy(postfix.port(B.PLAIN), disturbance)
    shop.timeouts = replace(shop.timeouts, final_answer_s=0.5)
    outcome = shop.send(shop.mail(mailbox.address), shop_sender(proxy.port, NONE, username=""))
    assert outcome.mail.state is UNKNOWN
    assert list(mailbox.count_by_message_id().values()) == [1]


def test_one_of_three_refused_is_named_and_the_others_have_their_mail(postfix: Postfix, shop: Shop) -> None:
    first, third = postfix.fresh_mailbox(), postfix.fresh_mailbox()
    addresses = (first.address, "inconnu@client.test", third.address)
    outcome = shop.send(shop.mail(*addresses), shop_sender(postfix.port(B.SUBMISSION)))
    assert (outcome.mail.state, outcome.mail.mail_cause) == (REJECTED, C.RECIPIENT_UNKNOWN)
    assert [outcome.mail.results[address].status for address in addresses] == [
        RecipientStatus.ACCEPTED,
        RecipientStatus.REJECTED,
        RecipientStatus.ACCEPTED,
    ]
    assert outcome.mail.remaining_recipients == ("inconnu@client.test",)
    assert [len(mailbox.messages()) for mailbox in (first, third)] == [1, 1]


def test_an_accented_address_does_not_hold_up_the_others(postfix: Postfix, shop: Shop) -> None:
    mailbox = postfix.fresh_mailbox()
    outcome = shop.send(shop.mail(mailbox.address, "hélène@client.test"), shop_sender(postfix.port(B.NO_SMTPUTF8)))
    assert outcome.mail.results["hélène@client.test"].mail_cause is C.ACCENTED_ADDRESS
    (message,) = mailbox.messages()
    assert message["To"] == mailbox.address


def test_a_wrong_password_is_tried_exactly_once(postfix: Postfix, shop: Shop) -> None:
    shop.password = "tout-faux"
    for behaviour in (B.SUBMISSION, B.TLS, B.LOGIN_ONLY):
        before = postfix.failed_logins(USER)
        security = TLS if behaviour is B.TLS else STARTTLS
        outcome = shop.send(shop.mail(fresh_address()), shop_sender(postfix.port(behaviour), security))
        assert outcome.mail.mail_cause is C.LOGIN_REFUSED
        assert postfix.failed_logins(USER) == before + 1


def test_every_cause_of_smtp_is_produced_somewhere_above() -> None:
    produced = {row.cause for row in ROWS.values()} | {cause for _, cause, _ in SCRIPTED.values()}
    produced |= {C.NAME_NOT_FOUND, C.CONNECTION_REFUSED, C.NO_ANSWER}
    # A token is no password (test_oauth_sending), nobody can stop a sending yet, and the rest is not SMTP's.
    elsewhere = {cause for cause in MailCause if cause.name.startswith(("CLIENT_", "RELAY_"))}
    others = {C.AUTHORIZATION_EXPIRED, C.CANCELLED, C.ATTACHMENT_GONE, C.EXPIRED, C.HANDED_OVER}
    assert set(MailCause) - produced - elsewhere == others
