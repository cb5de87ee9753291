"""How a token is shown to an SMTP server: which mechanism, in which words, and what a refusal of it means."""

from __future__ import annotations

import pytest

from backend.adapters.mail.smtp_replies import RefusalError
from backend.adapters.mail.smtp_sign_in import SIGN_IN_BY_TOKEN, Credentials, choose_mechanism
from backend.domain.mail_failure import MailCause


@pytest.mark.parametrize(
    ("offered", "mechanism"),
    [
        ("PLAIN LOGIN XOAUTH2", "XOAUTH2"),
        ("PLAIN OAUTHBEARER", "OAUTHBEARER"),
        ("login plain xoauth2 plain-clienttoken oauthbearer xoauth", "XOAUTH2"),  # smtp.gmail.com
    ],
)
def test_the_mechanism_of_a_token(offered: str, mechanism: str) -> None:
    assert choose_mechanism(offered, token=True) == mechanism


@pytest.mark.parametrize("offered", ["", "PLAIN LOGIN", "XOAUTH"])
def test_a_server_that_takes_no_token(offered: str) -> None:
    with pytest.raises(RefusalError) as refusal:
        choose_mechanism(offered, token=True)
    assert refusal.value.mail_cause is MailCause.LOGIN_NOT_OFFERED


def test_a_password_is_not_shown_where_only_tokens_are_taken() -> None:
    with pytest.raises(RefusalError) as refusal:
        choose_mechanism("XOAUTH2 OAUTHBEARER")
    assert refusal.value.mail_cause is MailCause.PASSWORD_LOGIN_RETIRED


def test_the_words_of_the_mechanisms() -> None:
    """As Google documents XOAUTH2, and RFC 7628 3.1 with the name of RFC 5801 4."""
    xoauth2, _ = SIGN_IN_BY_TOKEN["XOAUTH2"]
    bearer, _ = SIGN_IN_BY_TOKEN["OAUTHBEARER"]
    assert xoauth2("a@b.test", "T") == "user=a@b.test\x01auth=Bearer T\x01\x01"
    assert bearer("a=b,c@b.test", "T") == "n,a=a=3Db=2Cc@b.test,\x01auth=Bearer T\x01\x01"


def test_credentials_do_not_print_their_secret() -> None:
    assert "canari" not in repr(Credentials("a@b.test", "canari", lambda: "canari"))
