"""Try every part of the program on this PC with a sample shop of its own, away from the shop's data (PRODUCT H4)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from backend.domain.errors import FacteurError, InvalidInputError, SecretsUnavailableError
from backend.domain.pdf_settings import EngineKind, FoundProgram, PdfEngineMissingError, PdfSettings
from backend.domain.self_check import Check, CheckState, PartAbsentError, SelfTestError
from backend.domain.ticket import Payment, RecordedTicket, TicketEntry, TicketLine
from backend.ports import Services
from backend.usecases.change_logo import set_logo
from backend.usecases.make_ticket_pdf import choose_layout, make_ticket_pdf, remove_folder
from backend.usecases.open_training import open_training
from backend.usecases.read_captured_mail import captured_mail
from backend.usecases.record_ticket import record_ticket
from backend.usecases.send_mail import UNWATCHED
from backend.usecases.send_ticket import SendingWishes, send_ticket
from backend.usecases.test_pdf import forget_test_pdf, make_test_pdf
from backend.usecases.test_sender import TestMailTexts, send_test_mail

_USER, _TILL, _CASHIER = "DUPOND", "C1", "DUP"
_TO = "client@example.org"
_NAME = "self-test"
_TOTAL = "13,40"
_LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><path d="M2 2h36v16H2z"/></svg>'


@dataclass(frozen=True, slots=True)
class ScratchRooms:
    """Three shops in a scratch folder: the sample shop, one for the PC's keyring, one for a passphrase."""

    shop: Services
    keyring: Services
    sealed: Services


def attempt(name: str, action: Callable[[], str], *, needed: bool = False) -> Check:
    """Call `action` and return the check that came of it; it returns the detail of a good one.

    What isn't on this PC (PartAbsentError, PdfEngineMissingError, no keyring) is absent, and `needed` or not.
    """
    begun = time.monotonic()
    state, detail, failure = CheckState.GOOD, "", None
    try:
        detail = action()
    except FacteurError as error:
        state, failure = (CheckState.ABSENT if _is_absence(error) else CheckState.BAD), error
    except Exception as error:  # noqa: BLE001 - a part that breaks in whatever way is what this is for
        state, detail = CheckState.BAD, _one_line(f"{type(error).__name__}: {error}")
    return Check(name, state, detail, failure, needed=needed, seconds=round(time.monotonic() - begun, 2))


def check_parts(rooms: ScratchRooms) -> Iterator[Check]:
    """Check stores, the logo, PDF engines, mail and secrets, one after the other."""
    yield attempt("shop", lambda: _shop(rooms.shop))
    yield attempt("records", lambda: _records(rooms.shop))
    yield attempt("settings", lambda: _settings(rooms.shop))
    yield attempt("logo", lambda: _logo(rooms.shop))
    working = []
    for found in _engines(rooms.shop):
        check = found.check(rooms.shop)
        working += [found.settings] if check.state is CheckState.GOOD else []
        yield check
    if not working:
        yield attempt("pdf", _no_engine, needed=True)
    yield attempt("mail", lambda: _mail(rooms.shop, working[0]) if working else _mail_without_pdf(rooms.shop))
    yield attempt("keyring", lambda: _kept_secret(rooms.keyring))
    yield attempt("passphrase", lambda: _passphrase(rooms.sealed))


def _is_absence(error: FacteurError) -> bool:
    if isinstance(error, SecretsUnavailableError):
        return error.reason == "none"
    return isinstance(error, PdfEngineMissingError | PartAbsentError)


def _shop(services: Services) -> str:
    open_training(services)
    return ""


def _records(services: Services) -> str:
    ticket = _record(services).ticket
    report = services.tickets.check_chain()
    if report.faults or services.tickets.find(ticket.key).ticket != ticket:
        raise SelfTestError("records", str(ticket.key))
    return str(ticket.key)


def _record(services: Services) -> RecordedTicket:
    line = TicketLine("Vis 4×40, boîte de 200", Decimal(2), 670, Decimal(20), 0)
    return record_ticket(TicketEntry(_TILL, (line,), (Payment("cash", 1340),), _CASHIER), services)


def _settings(services: Services) -> str:
    company = services.settings.company()
    if company is None:
        raise SelfTestError("settings")
    changed = replace(company, name="BRICO ÉLÉPHANT – œuvre €")
    services.settings.save_company(changed)
    if services.settings.company() != changed:
        raise SelfTestError("settings", changed.name)
    services.settings.save_company(company)
    return ""


def _logo(services: Services) -> str:
    """Give the shop a logo, which the PDFs and the mail of the later checks carry."""
    try:
        logo = set_logo(_LOGO, services)
    except InvalidInputError as error:
        raise SelfTestError("logo", error.reason) from error
    if services.logos.find(logo.sha256) != logo:
        raise SelfTestError("logo", logo.sha256)
    return f"{logo.width_px} × {logo.height_px}"


@dataclass(frozen=True, slots=True)
class _Engine:
    """An engine as it was found on this PC, or the sort of which there is none."""

    kind: EngineKind
    settings: PdfSettings
    found: FoundProgram | None

    def check(self, services: Services) -> Check:
        """Make the test PDF and a ticket's with it, and read both again."""
        return attempt(f"pdf_{self.kind}", lambda: self._make(services))

    def _make(self, services: Services) -> str:
        if self.found is None:
            raise PdfEngineMissingError(self.kind)
        named = f"{self.found.name} {self.found.version} ({self.found.path})"
        if self.found.problem:
            raise SelfTestError("pdf", f"{named}: {_one_line(self.found.problem)}")
        try:
            forget_test_pdf(make_test_pdf(services, self.settings))
        except PdfEngineMissingError as error:
            raise SelfTestError("pdf", f"{named}: {_one_line(error.detail)}") from error
        if _TOTAL not in self._ticket_text(services):
            raise SelfTestError("pdf", named)
        return named

    def _ticket_text(self, services: Services) -> str:
        services.settings.save_pdf_settings(self.settings)
        recorded = _record(services)
        layout = choose_layout(recorded, "", services)
        pdf = make_ticket_pdf(recorded, layout, secrets.token_hex(16), services, reprint=0)
        try:
            return services.pdf_text(pdf.path.read_bytes())
        finally:
            remove_folder(pdf.path.parent)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


def _engines(services: Services) -> Iterator[_Engine]:
    programs = services.pdf_engines.wkhtmltopdf_programs()
    for wkhtmltopdf in programs or (None,):
        path = wkhtmltopdf.path if wkhtmltopdf else ""
        yield _Engine("wkhtmltopdf", PdfSettings("wkhtmltopdf", wkhtmltopdf=path), wkhtmltopdf)
    for browser in services.pdf_engines.browsers() or (None,):
        yield _Engine("browser", PdfSettings("browser", browser=browser.path if browser else ""), browser)


def _no_engine() -> str:
    raise PdfEngineMissingError("any")


def _mail(services: Services, settings: PdfSettings) -> str:
    services.settings.save_pdf_settings(settings)
    sending = send_ticket(_record(services).ticket.key, _USER, SendingWishes(to=_TO), services)
    mail = _latest_mail(services)
    (attachment,) = mail["attachments"]
    if mail["to"] != [_TO] or attachment["sha256"] != sending.pdf_sha256:
        raise SelfTestError("mail", attachment["name"])
    return str(attachment["name"])


def _mail_without_pdf(services: Services) -> str:
    word = secrets.token_hex(6)
    send_test_mail(_USER, _TO, TestMailTexts(f"Test {word}", "é œ € “”"), services, UNWATCHED)
    mail = _latest_mail(services)
    if mail["to"] != [_TO] or word not in mail["subject"] or "é œ € “”" not in mail["text"]:
        raise SelfTestError("mail", mail["subject"])
    return "without a PDF"


def _latest_mail(services: Services) -> dict[str, Any]:
    numbers = services.mailbox.numbers()
    if not numbers:
        raise SelfTestError("mail")
    return captured_mail(services.mailbox.raw(numbers[-1]))


def _kept_secret(services: Services) -> str:
    value = secrets.token_urlsafe(24)
    store = services.secrets
    store.set(_NAME, value)
    try:
        if store.get(_NAME) != value:
            raise SelfTestError(store.describe())
    finally:
        store.delete(_NAME)
    return ""


def _passphrase(services: Services) -> str:
    services.enter_passphrase(secrets.token_urlsafe(12))
    return _kept_secret(services)
