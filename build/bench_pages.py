"""S2, S3: sending over the pages, from a click to what it leads to."""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from backend.bootstrap import FolderServices, open_services
from backend.desktop.server import LocalServer
from backend.domain.sender_profile import SenderProfile
from backend.domain.shop import Company
from backend.domain.ticket import TicketNumber
from backend.usecases.open_training import open_training
from backend.usecases.prepare_sending import new_mail_id, prepare_sending
from backend.usecases.save_sender_profile import password_name
from backend.usecases.start_shop import start_shop
from backend.web.create_app import create_app
from bench_browser import Browser
from bench_sending import LAYOUT, a_ticket_of, one_shot, run_bare, training_shop
from measuring import Measured, Options, alternated, taken_ms
from tests.servers.certificates import make_certificates
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import Script, Security

CASHIER = "Martin"
PASSWORD = "4711"  # noqa: S105 - of a shop that lives for a minute
MAIL_NAME, MAIL_PASSWORD = "caisse", "correct horse battery"
ADDRESS = "caisse@brico.example"
CUSTOMER = "client@example.org"
TICKET = TicketNumber("C1", 4)
DELAY_S = 0.02


@contextmanager
def browser_at(services: FolderServices, user: str = "DUPOND", password: str = "") -> Iterator[Browser]:
    """Serve a shop's pages, and come in there as a user."""
    server = LocalServer()
    server.start(create_app(services, language="fr", launch=server.launch))
    try:
        browser = Browser(server.launch.new_url())
        browser.sign_in(user, password)
        yield browser
        browser.close()
    finally:
        server.stop(0.5)


def assistant(options: Options) -> list[Measured]:
    """S2: *Envoyer par mail* clicked to the assistant loaded with its PDF, warm, against a bare one-shot."""
    with (
        training_shop() as services,
        tempfile.TemporaryDirectory() as folder,
        browser_at(services, "DUPOND") as browser,
    ):
        recorded = a_ticket_of(20, services)
        command = one_shot(services, recorded, Path(folder))
        start = f"/sending/tickets/{recorded.ticket.key}"
        # "Always this layout", once: from then on nothing is asked.
        browser.write("DELETE", _path(browser.follow(browser.write("POST", start, _ALWAYS))), {})
        reached = ""

        def click() -> None:
            nonlocal reached
            reached = _path(browser.follow(browser.write("POST", start, {})))
            if "sending-form" not in browser.page(reached):
                raise SystemExit("this is not the assistant")

        def ours() -> float:
            taken = taken_ms(click)
            browser.write("DELETE", reached, {})
            return taken

        mine, bare = alternated(ours, lambda: taken_ms(lambda: run_bare(command)), options.runs)
    return [Measured("Envoyer par mail clicked to assistant, warm / bare one-shot", 0.6, mine, bare, options.runs)]


def accepted(options: Options) -> list[Measured]:
    """S3: *Envoyer* clicked to "accepted", over STARTTLS with a sign-in, against bare smtplib; and at a distance."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        certificates = make_certificates(folder)
        # Before anything encrypts: what is trusted is read once.
        stack.enter_context(_variable("SSL_CERT_FILE", str(certificates.ca_file)))
        near = Script(security=Security.STARTTLS, certificate=certificates.good, secrets={MAIL_NAME: MAIL_PASSWORD})
        server = ScriptedSmtp(near)
        stack.callback(server.stop)
        services = stack.enter_context(open_services(folder / "shop", training=False))
        _fill(services, server.port)
        browser = stack.enter_context(browser_at(services, CASHIER, PASSWORD))
        measure = _Sending(services, browser, server, certificates.client_context())
        lines = [("Envoyer clicked to accepted, STARTTLS / bare smtplib", 2.2, near)]
        lines.append(
            (f"the same, {DELAY_S * 1000:.0f} ms before every reply", 1.1, replace(near, delay_per_reply_s=DELAY_S))
        )
        return [measure.line(what, target, script, options) for what, target, script in lines]


class _Sending:
    """One mail after the other through the pages, and the same message through smtplib."""

    def __init__(
        self, services: FolderServices, browser: Browser, server: ScriptedSmtp, context: ssl.SSLContext
    ) -> None:
        self._services = services
        self._browser = browser
        self._server = server
        self._context = context

    def line(self, what: str, target: float, script: Script, options: Options) -> Measured:
        self._server.play(script)
        mine, bare = alternated(self._ours, lambda: taken_ms(self._bare), options.runs)
        return Measured(what, target, mine, bare, options.runs)

    def _ours(self) -> float:
        mail = prepare_sending(TICKET, LAYOUT.id, CASHIER, self._services, mail_id=new_mail_id())
        path, form = f"/sending/{mail.id}", {"recipient": CUSTOMER, "subject": mail.subject, "body": mail.body}
        self._browser.page(path)
        self._browser.write("POST", path, form)  # the page has kept what was typed before anybody can click
        delivered, reached = len(self._server.deliveries), ""

        def click() -> None:
            nonlocal reached
            reached = self._browser.follow(self._browser.write("POST", f"{path}/send", form))

        taken = taken_ms(click)
        if len(self._server.deliveries) != delivered + 1 or f"/tickets/{TICKET}" not in reached:
            raise SystemExit(f"not accepted: {reached}")
        return taken

    def _bare(self) -> None:
        with smtplib.SMTP(self._server.host, self._server.port, "[127.0.0.1]", timeout=30) as client:
            if client.sock is None:
                raise SystemExit("smtplib has no connection")
            client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.starttls(context=self._context)
            client.login(MAIL_NAME, MAIL_PASSWORD)
            client.sendmail(ADDRESS, CUSTOMER, self._server.deliveries[-1].content)


def _fill(services: FolderServices, port: int) -> None:
    """Make a shop with the sample sales, whose cashier sends over the server at `port`."""
    services.accept_unprotected_secrets()
    start_shop(CASHIER, PASSWORD, Company("BRICO"), services)
    open_training(services)
    services.secrets.set(password_name(CASHIER), MAIL_PASSWORD)
    sender = SenderProfile(CASHIER, ADDRESS, "BRICO", host="localhost", port=port, username=MAIL_NAME)
    services.settings.save_sender_profile(sender.tested(services.clock.now()))


@contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before


def _path(url: str) -> str:
    return url.partition("?")[0]


_ALWAYS = {"layout": LAYOUT.id, "always": "yes"}
