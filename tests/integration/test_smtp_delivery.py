"""Mails that arrive: counted in the Maildir of a real Postfix, and what was said on the way."""

from __future__ import annotations

import base64
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import MailState, RecipientStatus, SendingPhase
from backend.domain.sender_profile import ConnectionSecurity, Priority
from tests.integration.smtp_sending import NONE, STARTTLS, TLS, Shop, shop_sender
from tests.servers.certificates import Certificates
from tests.servers.dovecot import ACCENTED_PASSWORD, ACCENTED_USER, USER
from tests.servers.postfix import Postfix
from tests.servers.postfix_behaviours import Behaviour
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import Answer, Script, Security, Step

STEPS = [
    "name_found",
    "connected",
    "encrypted",
    "signed_in",
    "sender_accepted",
    "recipient_accepted",
    "message_accepted",
]


@pytest.fixture
def shop(tmp_path: Path, certificates: Certificates) -> Shop:
    return Shop(tmp_path, certificates.client_context())


@pytest.mark.parametrize(
    ("behaviour", "security"),
    [(Behaviour.SUBMISSION, STARTTLS), (Behaviour.TLS, TLS), (Behaviour.LOGIN_ONLY, STARTTLS)],
)
def test_a_mail_arrives_once_with_its_pdf(
    postfix: Postfix, shop: Shop, behaviour: Behaviour, security: ConnectionSecurity
) -> None:
    mailbox = postfix.fresh_mailbox()
    mail = shop.mail(mailbox.address, pdf_bytes=30_000)
    content = mail.pdf.path.read_bytes()
    outcome = shop.send(mail, shop_sender(postfix.port(behaviour), security))
    assert outcome.mail.state is MailState.SENT
    assert outcome.delivery is not None
    assert outcome.delivery.server_reply.startswith("250 2.0.0 Ok: queued as ")
    assert mailbox.count_by_message_id() == {mail.message_id: 1}
    (message,) = mailbox.messages()
    assert [part.get_content() for part in message.iter_attachments()] == [content]
    assert message["From"] == f"Brico <{USER}>"
    assert message["Return-Path"] == f"<{USER}>"
    assert shop.watch.phases == list(SendingPhase)
    assert [name for name, _ in shop.watch.steps] == STEPS


def test_a_password_with_accents_signs_in(postfix: Postfix, shop: Shop) -> None:
    mailbox = postfix.fresh_mailbox()
    shop.password = ACCENTED_PASSWORD
    for behaviour in (Behaviour.SUBMISSION, Behaviour.LOGIN_ONLY):
        sender = shop_sender(postfix.port(behaviour), username=ACCENTED_USER, email=ACCENTED_USER)
        assert shop.send(shop.mail(mailbox.address), sender).mail.state is MailState.SENT
    assert len(mailbox.messages()) == 2


def test_an_accented_address_is_reached_where_the_server_can(postfix: Postfix, shop: Shop) -> None:
    mailbox = postfix.fresh_mailbox("hélène")
    outcome = shop.send(shop.mail(mailbox.address), shop_sender(postfix.port(Behaviour.SUBMISSION)))
    assert outcome.mail.state is MailState.SENT
    (message,) = mailbox.messages()
    assert message["To"] == mailbox.address


def test_blind_copies_arrive_and_are_named_nowhere(postfix: Postfix, shop: Shop) -> None:
    seen, blind = postfix.fresh_mailbox(), postfix.fresh_mailbox("secret")
    mail = replace(shop.mail(seen.address), bcc=(blind.address,))
    assert shop.send(mail, shop_sender(postfix.port(Behaviour.SUBMISSION))).mail.state is MailState.SENT
    (message,) = seen.messages()
    assert blind.address not in message.as_string()
    assert len(blind.messages()) == 1


def test_a_report_of_delivery_comes_back_with_the_id_of_the_mail(postfix: Postfix, shop: Shop) -> None:
    mailbox, reports = postfix.fresh_mailbox(), postfix.mailbox(USER)
    mail = replace(shop.mail(mailbox.address), delivery_notification=True)
    assert shop.send(mail, shop_sender(postfix.port(Behaviour.SUBMISSION))).mail.state is MailState.SENT
    report = next(message for message in reports.messages() if mail.id in message.as_string())
    assert report.get_content_type() == "multipart/report"
    assert f"Original-Envelope-Id: {mail.id}" in report.as_string()
    assert f"Original-Recipient: rfc822;{mailbox.address}" in report.as_string()
    assert "Action: delivered" in report.as_string()


def test_a_report_is_not_asked_for_where_none_is_offered(
    postfix: Postfix, shop: Shop, scripted_smtp: Callable[[Script], ScriptedSmtp]
) -> None:
    mailbox = postfix.fresh_mailbox()
    mail = replace(shop.mail(mailbox.address), delivery_notification=True)
    assert shop.send(mail, shop_sender(postfix.port(Behaviour.NO_DSN))).mail.state is MailState.SENT
    server = scripted_smtp(Script(extensions=("SIZE 10240000",)))
    mail = replace(shop.mail(mailbox.address), delivery_notification=True)
    assert shop.send(mail, shop_sender(server.port, NONE, username="")).mail.state is MailState.SENT
    assert not [command for command in server.commands if "NOTIFY" in command or "ENVID" in command]


def test_a_limit_that_is_no_limit_stops_no_mail(shop: Shop, scripted_smtp: Callable[[Script], ScriptedSmtp]) -> None:
    server = scripted_smtp(Script(extensions=("SIZE " + "9" * 5_000,)))  # int() takes 4,300 digits
    mail = shop.mail("client@example.org")
    assert shop.send(mail, shop_sender(server.port, NONE, username="")).mail.state is MailState.SENT


def test_priority_and_read_receipt_arrive_as_headers(postfix: Postfix, shop: Shop) -> None:
    mailbox = postfix.fresh_mailbox()
    mail = replace(shop.mail(mailbox.address), priority=Priority.HIGH, read_receipt=True)
    shop.send(mail, shop_sender(postfix.port(Behaviour.SUBMISSION)))
    (message,) = mailbox.messages()
    assert (message["X-Priority"], message["Disposition-Notification-To"]) == ("1", USER)


def test_lines_that_begin_with_a_dot_arrive_as_they_are(postfix: Postfix, shop: Shop) -> None:
    mailbox = postfix.fresh_mailbox()
    mail = replace(shop.mail(mailbox.address), body=".\n..\n.fin\n")
    shop.send(mail, shop_sender(postfix.port(Behaviour.SUBMISSION)))
    (message,) = mailbox.messages()
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content() == ".\n..\n.fin\n"


@pytest.mark.parametrize(
    "goodbye", [Answer("421 4.3.2 closing"), Answer(silent=True), Answer(cut=True), Answer("nonsense")]
)
def test_the_goodbye_neither_delays_nor_spoils_a_sent_mail(
    scripted_smtp: Callable[[Script], ScriptedSmtp], shop: Shop, goodbye: Answer
) -> None:
    server = scripted_smtp(Script(answers={Step.QUIT: goodbye}))
    shop.timeouts = replace(shop.timeouts, goodbye_s=2.0)
    started = time.monotonic()
    outcome = shop.send(shop.mail("client@client.test"), shop_sender(server.port, NONE, username=""))
    assert outcome.mail.state is MailState.SENT
    assert time.monotonic() - started < 1
    assert len(server.deliveries) == 1


def test_only_those_without_their_mail_are_tried_again(postfix: Postfix, shop: Shop) -> None:
    first, second = postfix.fresh_mailbox(), postfix.fresh_mailbox()
    sender = shop_sender(postfix.port(Behaviour.SUBMISSION))
    partly = shop.send(shop.mail(first.address, "gris@client.test"), sender).mail
    assert partly.state is MailState.DEFERRED
    mended = replace(partly, recipients=(first.address, second.address), pdf_sha256="")
    outcome = shop.send(mended, sender)
    assert outcome.mail.results[second.address].status is RecipientStatus.ACCEPTED
    assert [len(mailbox.messages()) for mailbox in (first, second)] == [1, 1]


def test_a_server_learns_neither_the_name_nor_the_address_of_this_pc(
    scripted_smtp: Callable[[Script], ScriptedSmtp], shop: Shop
) -> None:
    server = scripted_smtp(Script())
    shop.send(shop.mail("client@client.test"), shop_sender(server.port, NONE, username=""))
    assert server.sessions[0].commands[0] == "EHLO [127.0.0.1]"


def test_an_old_server_without_ehlo_gets_helo(scripted_smtp: Callable[[Script], ScriptedSmtp], shop: Shop) -> None:
    server = scripted_smtp(Script(answers={Step.EHLO: [Answer("502 5.5.1 unknown"), Answer("250 hello")]}))
    outcome = shop.send(shop.mail("client@client.test"), shop_sender(server.port, NONE, username=""))
    assert [command for command in server.commands if command.startswith(("EHLO", "HELO"))] == [
        "EHLO [127.0.0.1]",
        "HELO [127.0.0.1]",
    ]
    assert outcome.mail.state is MailState.SENT


def test_a_password_never_goes_in_clear(
    scripted_smtp: Callable[[Script], ScriptedSmtp], certificates: Certificates, shop: Shop
) -> None:
    stripped = scripted_smtp(Script(auth_in_clear=True))
    for security in (STARTTLS, NONE):
        outcome = shop.send(shop.mail("client@client.test"), shop_sender(stripped.port, security))
        assert outcome.mail.mail_cause in (MailCause.ENCRYPTION_NOT_OFFERED, MailCause.ENCRYPTION_REQUIRED)
    assert not [command for command in stripped.commands if "AUTH" in command]
    distrusted = scripted_smtp(Script(security=Security.STARTTLS, certificate=certificates.unknown_issuer))
    shop.send(shop.mail("client@client.test"), shop_sender(distrusted.port))
    assert not [command for command in distrusted.commands if "AUTH" in command or "MAIL" in command]


def test_addresses_and_secrets_are_in_no_transcript_and_no_log(
    scripted_smtp: Callable[[Script], ScriptedSmtp],
    certificates: Certificates,
    shop: Shop,
    caplog: pytest.LogCaptureFixture,
) -> None:
    shop.password = "mot-de-passe"
    telltale = "550 5.7.1 client.secret@client.test and mot-de-passe and bW90LWRlLXBhc3Nl are known, client.secret too"
    script = Script(security=Security.TLS, certificate=certificates.good, answers={Step.END_OF_DATA: Answer(telltale)})
    server = scripted_smtp(script)
    with caplog.at_level(logging.DEBUG):
        outcome = shop.send(shop.mail("client.secret@client.test"), shop_sender(server.port, TLS))
    assert outcome.failure is not None
    kept = f"{outcome.failure} {caplog.text}"
    encoded = base64.b64encode(f"\0{USER}\0mot-de-passe".encode()).decode()
    for secret in ("client.secret", "mot-de-passe", "bW90LWRlLXBhc3Nl", encoded, USER):
        assert secret not in kept
    assert "AUTH PLAIN …" in outcome.failure.transcript
    assert "550 5.7.1 …@… and … and … are known, … too" in outcome.failure.transcript
