"""MAIL-FACTS 3.3 row by row, each failure produced for real: what the sender page and `check mail --json` say of it.

One table drives all: how the failure is made, its cause code, and the field that *Corriger* leads to. Both languages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from click.testing import CliRunner
from markupsafe import escape

from backend.adapters.mail.smtp import SmtpTransport
from backend.cli.check_commands import mail as check_mail
from backend.cli.context import FAILED, Start
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.mail_provider import MailProvider, SignIn
from backend.domain.sender_profile import Authentication, ConnectionSecurity, SenderProfile
from backend.domain.user import Role, User
from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from tests.builders import a_company
from tests.fake_providers import MemoryProviderDirectory
from tests.fakes import FakeServices
from tests.integration.smtp_failure_table import ROWS, SCRIPTED
from tests.integration.smtp_sending import NONE, QUICK, STARTTLS, shop_sender
from tests.servers.certificates import HOST, Certificates
from tests.servers.dovecot import USER
from tests.servers.maildir import fresh_address
from tests.servers.ports import closed_port, unanswering_port
from tests.servers.postfix import Postfix
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import Answer, Script, Security, Step
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from backend.ports import Services

C = MailCause
TOO_BIG = "552 5.3.4 Message size exceeds fixed limit"


@dataclass(frozen=True)
class Shown:
    """A row: how it is made (a name of ROWS or SCRIPTED, a script, or one of this file), and what is shown of it."""

    made: str | Script
    cause: MailCause
    field: str = ""


SHOWN: dict[str, Shown] = {
    "1 gaierror": Shown("no such name", C.NAME_NOT_FOUND, "host"),
    "2 connection refused": Shown("nothing listens", C.CONNECTION_REFUSED, "port"),
    "3 no answer": Shown("nobody answers", C.NO_ANSWER, "port"),
    "4 plain client on a TLS port": Shown("plain to a TLS port", C.TLS_EXPECTED, "security-tls"),
    "5 wrong version number": Shown("TLS to a plain port", C.TLS_NOT_SPOKEN, "security-starttls"),
    "6 no STARTTLS": Shown("STARTTLS stripped", C.ENCRYPTION_NOT_OFFERED, "security-tls"),
    "7 certificate expired": Shown("expired certificate", C.CERTIFICATE_EXPIRED),
    "8 certificate of another name": Shown("certificate for another name", C.CERTIFICATE_WRONG_NAME, "host"),
    "9 certificate of nobody": Shown("self-signed certificate", C.CERTIFICATE_UNTRUSTED, "host"),
    "10 no AUTH": Shown("no sign-in offered", C.LOGIN_NOT_OFFERED, "username"),
    "11 535": Shown("wrong password", C.LOGIN_REFUSED, "password"),
    "12 534, 5.7.139, 5.7.30": Shown("Microsoft, tenant", C.PASSWORD_LOGIN_RETIRED, "password"),
    "13 454": Shown("passwords can't be checked", C.LOGIN_UNAVAILABLE),
    "14 invalid_grant": Shown("grant withdrawn", C.AUTHORIZATION_EXPIRED, "sign-in"),
    "15 530": Shown("sign-in required", C.LOGIN_REQUIRED, "username"),
    "16 relay access denied": Shown("relay denied", C.RELAY_DENIED, "host"),
    "17 sender refused": Shown("sender refused", C.SENDER_REFUSED, "email"),
    "18 550 5.1.1": Shown("unknown recipient", C.RECIPIENT_UNKNOWN, "test_to"),
    "19 552 5.2.2": Shown("mailbox full", C.MAILBOX_FULL, "test_to"),
    "20 450, 451": Shown("greylisted", C.RECIPIENT_DEFERRED, "test_to"),
    "21 552 5.3.4": Shown(Script(answers={Step.MAIL: Answer(TOO_BIG)}), C.MESSAGE_TOO_BIG),
    "22 spam": Shown("spam at the end", C.REFUSED_AS_SPAM),
    "23 421": Shown("busy at the end", C.SERVER_BUSY),
    "24 cut before the final dot": Shown("cut at DATA", C.CONNECTION_LOST),
    "25 cut after the final dot": Shown("answer lost", C.ANSWER_LOST),
    "26 no SMTPUTF8": Shown("accented address", C.ACCENTED_ADDRESS, "test_to"),
    "27 a refused recipient": Shown("recipient refused", C.RECIPIENT_REFUSED, "test_to"),
}


@dataclass(frozen=True)
class Made:
    """A sender whose test fails as the row says, and where the test goes."""

    profile: SenderProfile
    to: str = ""
    password: str = "secret"


class Makers:
    """Makes each failure with the server that it needs."""

    def __init__(self, postfix: Postfix, script: Callable[[Script], ScriptedSmtp], certificates: Certificates) -> None:
        self._postfix, self._script, self._certificates = postfix, script, certificates

    @contextmanager
    def made(self, how: str | Script) -> Iterator[Made]:
        if how == "nobody answers":
            with unanswering_port() as port:
                yield Made(shop_sender(port, host="127.0.0.1"))
        elif isinstance(how, Script):
            yield self._scripted(how)
        elif how in SCRIPTED:
            yield self._scripted(SCRIPTED[how][0])
        elif how in ROWS:
            row = ROWS[how]
            profile = shop_sender(
                self._postfix.port(row.behaviour), row.security, username=row.username, email=row.email
            )
            yield Made(profile, row.recipient or fresh_address(), row.password)
        else:
            yield Made(self._alone(how))

    def _scripted(self, script: Script) -> Made:
        server = self._script(replace(script, certificate=self._certificates.good))
        encrypted = script.security is Security.STARTTLS
        return Made(shop_sender(server.port, STARTTLS if encrypted else NONE, username=USER if encrypted else ""))

    def _alone(self, how: str) -> SenderProfile:
        if how == "no such name":
            return shop_sender(587, host="introuvable.invalid")
        if how == "nothing listens":
            return shop_sender(closed_port())
        assert how == "grant withdrawn"
        return shop_sender(
            self._postfix.port(ROWS["only OAuth2"].behaviour),
            authentication=Authentication.OAUTH2,
            oauth_provider="tests",
        )


@pytest.fixture
def makers(postfix: Postfix, scripted_smtp: Callable[[Script], ScriptedSmtp], certificates: Certificates) -> Makers:
    return Makers(postfix, scripted_smtp, certificates)


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    services = FakeServices(tmp_path)
    services.users.save(User("DUPOND", Role.ADMINISTRATOR))
    services.settings.save_company(a_company())
    listed = MailProvider(
        "tests", "Tests", HOST, 587, ConnectionSecurity.STARTTLS, sign_in=(SignIn.OAUTH2,), oauth_provider="tests"
    )
    services.providers = MemoryProviderDirectory(listed)
    return services


@dataclass(frozen=True)
class OpenShop(Start):
    """The options before a command, whose shop is open already."""

    services: Services | None = None

    @contextmanager
    def open_shop(self) -> Iterator[Services]:
        assert self.services
        with self.speaking(), self.explained():
            yield self.services


def _withdrawn(_renew: bool) -> str:
    # What AccessTokens raises of an `invalid_grant`: produced for real in test_oauth_tokens.
    raise MailFailure(MailCause.AUTHORIZATION_EXPIRED, HOST, 587)


@pytest.mark.parametrize("name", SHOWN)
def test_each_failure_has_cause_sentence_remedy_and_field_on_the_page_and_by_command(
    makers: Makers, services: FakeServices, certificates: Certificates, name: str
) -> None:
    row = SHOWN[name]
    timeouts = replace(QUICK, final_answer_s=0.5) if row.cause is C.ANSWER_LOST else QUICK
    with makers.made(row.made) as made:
        services.settings.save_sender_profile(replace(made.profile, user="DUPOND"))
        if made.profile.authentication is Authentication.OAUTH2:
            services.providers.listed = [replace(services.providers.listed[0], id="tests")]
        else:
            services.providers.listed = []
        services.transport = cast(
            "Any",
            SmtpTransport(
                lambda: made.password, _withdrawn, context_factory=certificates.client_context, timeouts=timeouts
            ),
        )
        told = {language: _by_command(services, made.to, language) for language in ("fr", "en")}
        pages = _on_the_page(services, made)
    for language, answer in told.items():
        assert answer["cause"] == row.cause.value
        for text in (answer["message"], answer["remedy"]):
            assert str(escape(text)) in pages[language], (language, text)
        marked = re.search(r'class="button compact" href="#([a-z_-]+)"', pages[language])
        assert (marked[1] if marked else "") == row.field
        if row.field:
            assert f'id="{row.field}"' in pages[language], "Corriger leads to a field that is there"
    assert told["fr"]["message"] != told["en"]["message"]
    assert told["fr"]["remedy"] != told["en"]["remedy"]
    profile = services.settings.sender_profile("DUPOND")
    assert profile is not None
    assert not profile.gate_is_open


def _by_command(services: FakeServices, to: str, language: str) -> dict[str, Any]:
    start = OpenShop(None, training=False, language=language, services=services)
    ran = CliRunner().invoke(check_mail, ["--json", *(["--to", to] if to else [])], obj=start)
    assert ran.exit_code == FAILED, ran.output
    answer = json.loads(ran.stdout)
    assert answer["status"] == "failed"
    return cast("dict[str, Any]", answer)


def _on_the_page(services: FakeServices, made: Made) -> dict[str, str]:
    visitor = Visitor(create_app(services, launch=LaunchTokens(40_123), language="fr")).sign_in("DUPOND")
    profile = made.profile
    typed = {
        "email": profile.email,
        "custom": "yes",
        "mode": "smtp",
        "host": profile.host,
        "port": str(profile.port),
        "security": profile.security.value,
        "username": profile.username,
        "password": made.password,
        "test_to": made.to,
        "priority": "normal",
    }
    answer = visitor.post("/sender-settings/", typed)
    while found := re.search(r'hx-get="(/sender-settings/test[^"]*)"', answer.text):
        answer = visitor.htmx(found[1].replace("&amp;", "&"), "sender_settings-test")
    pages = {"fr": visitor.get("/sender-settings/").text}
    visitor.post("/language", {"language": "en", "back": "/"})
    return pages | {"en": visitor.get("/sender-settings/").text}


def test_the_table_has_the_27_rows() -> None:
    assert [int(name.partition(" ")[0]) for name in SHOWN] == list(range(1, 28))
    assert len({row.cause for row in SHOWN.values()}) == 27
