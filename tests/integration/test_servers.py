"""The test Postfix and Dovecot answer what they promise, seen with the standard library only."""

import base64
import hashlib
import smtplib
import ssl
import time

import pytest

from tests.servers.bare_client import Reply, connected, message_for, sign_in, signed_in, submit
from tests.servers.certificates import Certificates
from tests.servers.dovecot import ACCENTED_PASSWORD, ACCENTED_USER, PASSWORD, USER, Dovecot
from tests.servers.maildir import fresh_address
from tests.servers.postfix import Postfix
from tests.servers.postfix_behaviours import RECIPIENT_REPLIES, SMALL_SIZE_BYTES, Behaviour


@pytest.mark.parametrize("behaviour", [Behaviour.SUBMISSION, Behaviour.TLS, Behaviour.LOGIN_ONLY])
def test_a_signed_in_sender_reaches_a_mailbox_once(postfix: Postfix, behaviour: Behaviour) -> None:
    mailbox = postfix.fresh_mailbox()
    message = message_for(mailbox.address, 100)
    with connected(postfix, behaviour) as client:
        client.login(USER, PASSWORD)
        assert client.send_message(message) == {}
    (received,) = mailbox.messages()
    assert received["Subject"] == "Ticket C1-4 de l'été"
    assert received.get_content().startswith("éx")
    assert mailbox.count_by_message_id() == {message["Message-ID"]: 1}


def test_a_password_with_accents_is_accepted_as_utf8(postfix: Postfix) -> None:
    with connected(postfix, Behaviour.SUBMISSION) as client:
        assert sign_in(client, ACCENTED_USER, ACCENTED_PASSWORD) == (235, "2.7.0 Authentication successful")


def test_a_wrong_password_is_refused_at_once_and_counted_once(postfix: Postfix) -> None:
    before, started = postfix.failed_logins(USER), time.monotonic()
    with connected(postfix, Behaviour.TLS) as client:
        code, text = sign_in(client, USER, "wrong")
    assert (code, text[:5]) == (535, "5.7.8")
    # Dovecot left to itself takes 2 s.
    assert time.monotonic() - started < 1.9
    assert postfix.failed_logins(USER) == before + 1


def test_a_changed_password_counts_from_the_next_sign_in(postfix: Postfix, dovecot: Dovecot) -> None:
    user = fresh_address("caisse", "boutique.test")
    with connected(postfix, Behaviour.SUBMISSION) as client:
        assert sign_in(client, user, "deux")[0] == 535
        dovecot.set_password(user, "deux")
        assert sign_in(client, user, "deux")[0] == 235
    dovecot.remove_user(user)
    with connected(postfix, Behaviour.SUBMISSION) as client:
        assert sign_in(client, user, "deux")[0] == 535


@pytest.mark.parametrize(
    ("behaviour", "reply"),
    [
        (
            Behaviour.SUBMISSION,
            ("RCPT", 530, "5.7.0 <unknown[127.0.0.1]>: Client host rejected: Authentication required"),
        ),
        (Behaviour.ACCESS_DENIED, ("RCPT", 554, "5.7.1 <unknown[127.0.0.1]>: Client host rejected: Access denied")),
        (Behaviour.EARLY_REFUSAL, ("MAIL", 530, "5.7.0 ")),
        (Behaviour.PLAIN, ("END", 250, "2.0.0 Ok: queued as ")),
        (Behaviour.RELAY_DENIED, ("END", 250, "2.0.0 Ok: queued as ")),
    ],
)
def test_without_a_sign_in(postfix: Postfix, behaviour: Behaviour, reply: Reply) -> None:
    with connected(postfix, behaviour) as client:
        step, code, text = submit(client, fresh_address())
    assert (step, code) == reply[:2]
    assert text.startswith(reply[2])


def test_a_foreign_recipient_is_no_business_of_the_relay(postfix: Postfix) -> None:
    with connected(postfix, Behaviour.RELAY_DENIED) as client:
        assert not client.has_extn("auth")
        step, code, text = submit(client, "quelqu.un@dehors.test")
    assert (step, code) == ("RCPT", 554)
    assert text == "5.7.1 <quelqu.un@dehors.test>: Relay access denied"


@pytest.mark.parametrize("domain", ["client.test", "boutique.test"])
@pytest.mark.parametrize("name", [*RECIPIENT_REPLIES, "inconnu", "inconnu.aussi"])
def test_recipients_are_refused_by_name(postfix: Postfix, name: str, domain: str) -> None:
    with signed_in(postfix) as client:
        step, code, text = submit(client, f"{name}@{domain}")
    expected = RECIPIENT_REPLIES.get(name, "550 5.1.1 User unknown in virtual mailbox table")
    code_and_status, words = expected[:9], expected[10:]
    assert step == "RCPT"
    assert f"{code} {text}".startswith(code_and_status)
    assert text.endswith(words)


@pytest.mark.parametrize(("behaviour", "step"), [(Behaviour.SUBMISSION, "RCPT"), (Behaviour.EARLY_REFUSAL, "MAIL")])
def test_the_address_of_somebody_else_is_refused_as_sender(postfix: Postfix, behaviour: Behaviour, step: str) -> None:
    with signed_in(postfix, behaviour) as client:
        reply = submit(client, fresh_address(), sender="patron@boutique.test")
    owned = f"5.7.1 <patron@boutique.test>: Sender address rejected: not owned by user {USER}"
    assert reply == (step, 553, owned)


@pytest.mark.parametrize(
    ("behaviour", "reply"),
    [
        (Behaviour.BUSY_AT_END, ("END", 421, "4.3.2 ")),
        (Behaviour.DEFERRED_AT_END, ("END", 451, "4.3.0 ")),
        (Behaviour.SPAM_AT_END, ("END", 554, "5.7.1 ")),
        (Behaviour.SPAM_AT_DATA, ("DATA", 554, "5.7.1 ")),
    ],
)
def test_refusals_of_the_message(postfix: Postfix, behaviour: Behaviour, reply: Reply) -> None:
    mailbox = postfix.fresh_mailbox()
    with signed_in(postfix, behaviour) as client:
        step, code, text = submit(client, mailbox.address)
    assert (step, code) == reply[:2]
    assert text.startswith(reply[2])
    assert mailbox.messages() == []


def test_a_message_too_big_is_refused_at_mail_when_its_size_is_told(postfix: Postfix) -> None:
    with signed_in(postfix, Behaviour.SMALL_SIZE) as client:
        assert client.esmtp_features["size"] == str(SMALL_SIZE_BYTES)
        code, text = client.mail(USER, [f"SIZE={SMALL_SIZE_BYTES + 1}"])
    assert (code, text[:5]) == (552, b"5.3.4")


def test_a_message_too_big_is_refused_after_the_final_dot_when_no_limit_is_told(postfix: Postfix) -> None:
    with signed_in(postfix, Behaviour.SMALL_SIZE_UNANNOUNCED) as client:
        assert not client.has_extn("size")
        step, code, text = submit(client, fresh_address(), size=2 * SMALL_SIZE_BYTES)
    assert (step, code, text[:5]) == ("END", 552, "5.3.4")


@pytest.mark.parametrize(
    ("behaviour", "extension"),
    [(Behaviour.NO_DSN, "dsn"), (Behaviour.NO_SMTPUTF8, "smtputf8"), (Behaviour.NO_8BITMIME, "8bitmime")],
)
def test_extensions_are_left_out_on_purpose_only(postfix: Postfix, behaviour: Behaviour, extension: str) -> None:
    with connected(postfix, Behaviour.SUBMISSION) as client:
        assert client.has_extn(extension)
    with connected(postfix, behaviour) as client:
        assert not client.has_extn(extension)


def test_a_stripped_port_offers_the_sign_in_in_clear(postfix: Postfix) -> None:
    with connected(postfix, Behaviour.STARTTLS_STRIPPED) as client:
        assert not client.has_extn("starttls")
        assert client.esmtp_features["auth"].split() == ["PLAIN", "LOGIN"]


@pytest.mark.parametrize("encryption", ["starttls", "tls"])
def test_nothing_is_offered_before_encryption_on_a_submission_port(postfix: Postfix, encryption: str) -> None:
    if encryption == "starttls":
        with smtplib.SMTP("localhost", postfix.port(Behaviour.SUBMISSION), "[127.0.0.1]", timeout=10) as client:
            client.ehlo()
            assert not client.has_extn("auth")
            assert client.mail(USER)[0] == 530
    else:
        with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
            smtplib.SMTP("localhost", postfix.port(Behaviour.TLS), "[127.0.0.1]", timeout=0.5)


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (Behaviour.EXPIRED_CERTIFICATE, "certificate has expired"),
        (Behaviour.EXPIRED_CERTIFICATE_STARTTLS, "certificate has expired"),
        (Behaviour.WRONG_HOST, "Hostname mismatch"),
        (Behaviour.WRONG_HOST_STARTTLS, "Hostname mismatch"),
        (Behaviour.SELF_SIGNED, "self-signed certificate"),
        (Behaviour.SELF_SIGNED_STARTTLS, "self-signed certificate"),
        (Behaviour.UNKNOWN_ISSUER, "unable to get local issuer certificate"),
    ],
)
def test_bad_certificates_are_refused_for_their_own_reason(postfix: Postfix, behaviour: Behaviour, reason: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=reason), connected(postfix, behaviour):
        pass


def test_a_certificate_has_the_fingerprint_that_a_client_sees(postfix: Postfix, certificates: Certificates) -> None:
    seen = ssl.get_server_certificate(("localhost", postfix.port(Behaviour.SELF_SIGNED)))
    fingerprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(seen)).hexdigest()
    assert fingerprint == certificates.self_signed.fingerprint_sha256


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_a_token_signs_in(postfix: Postfix, dovecot: Dovecot, mechanism: str) -> None:
    with connected(postfix, Behaviour.OAUTH) as client:
        assert client.esmtp_features["auth"].split() == ["XOAUTH2", "OAUTHBEARER"]
        assert client.docmd(f"AUTH {mechanism} {oauth(mechanism, dovecot.mint_token())}")[0] == 235
        assert submit(client, fresh_address())[:2] == ("END", 250)


@pytest.mark.parametrize(("mechanism", "confirmation"), [("XOAUTH2", ""), ("OAUTHBEARER", "AQ==")])
def test_an_expired_token_is_refused_with_a_reason(
    postfix: Postfix, dovecot: Dovecot, mechanism: str, confirmation: str
) -> None:
    with connected(postfix, Behaviour.OAUTH) as client:
        code, reason = client.docmd(f"AUTH {mechanism} {oauth(mechanism, dovecot.mint_token(lifetime_s=-60))}")
        assert code == 334
        assert b"status" in base64.b64decode(reason)
        assert client.docmd(confirmation)[0] == 535


def test_a_token_of_5000_characters_signs_in(postfix: Postfix, dovecot: Dovecot) -> None:
    token = dovecot.mint_token(length=5000)
    assert len(token) >= 5000
    with connected(postfix, Behaviour.OAUTHBEARER_ONLY) as client:
        assert client.esmtp_features["auth"].split() == ["OAUTHBEARER"]
        assert client.docmd("AUTH", "OAUTHBEARER")[0] == 334
        assert client.docmd(oauth("OAUTHBEARER", token))[0] == 235


def oauth(mechanism: str, token: str) -> str:
    if mechanism == "XOAUTH2":
        response = f"user={USER}\x01auth=Bearer {token}\x01\x01"
    else:
        response = f"n,a={USER},\x01host=localhost\x01port=587\x01auth=Bearer {token}\x01\x01"
    return base64.b64encode(response.encode()).decode()


def test_a_success_report_comes_back_with_the_envelope_identifier(postfix: Postfix) -> None:
    envelope_id = f"outbox-{time.monotonic_ns()}"
    recipient = fresh_address()
    with signed_in(postfix) as client:
        client.mail(USER, ["RET=HDRS", f"ENVID={envelope_id}"])
        client.rcpt(recipient, ["NOTIFY=SUCCESS,FAILURE,DELAY", f"ORCPT=rfc822;{recipient}"])
        client.data(message_for(recipient, 10).as_bytes())
    reports = [content for content in reports_of(postfix) if envelope_id in content]
    (report,) = reports
    assert f"Original-Envelope-Id: {envelope_id}" in report
    assert "Action: delivered" in report
    assert len(postfix.mailbox(recipient).messages()) == 1


def test_mail_to_the_outside_bounces_to_its_sender(postfix: Postfix) -> None:
    recipient = fresh_address("quelqu-un", "dehors.test")
    with signed_in(postfix) as client:
        assert submit(client, recipient)[:2] == ("END", 250)
    (report,) = [content for content in reports_of(postfix) if recipient in content]
    assert "Action: failed" in report
    assert "Status: 5.1.1" in report


def reports_of(postfix: Postfix) -> list[str]:
    return [message.as_string() for message in postfix.mailbox(USER).messages()]
