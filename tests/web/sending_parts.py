"""What the tests of the assistant share: a desktop that notes, slow adapters, and a sending step by step."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import OutgoingMail, RecipientResult, RecipientStatus
from backend.web.desktop_port import NoProgramError
from tests.fake_mail import FakeMailTransport
from tests.fake_pdf import FakePdfEngine
from tests.fakes import FakeServices

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from backend.domain.outgoing_mail import Delivery
    from backend.domain.pdf_settings import PageFormat
    from backend.domain.sender_profile import SenderProfile
    from backend.ports import SendingWatch
    from tests.web.visitor import Visitor

WALK_IN = "camille.roussel@courriel.example"
REFUSED = RecipientResult(RecipientStatus.REJECTED, "550 5.1.1 unknown", MailCause.RECIPIENT_UNKNOWN)


class RecordingDesktop:
    """Keeps what it was asked to show; `fails` says that no program does."""

    has_dialogs = False

    def __init__(self) -> None:
        self.shown: list[Path] = []
        self.fails = False

    def open_file(self, path: Path) -> None:
        if self.fails:
            raise NoProgramError(str(path))
        self.shown.append(path)

    open_folder = open_file

    def choose_files(self) -> list[Path]:
        return []

    def choose_folder(self, start: Path) -> Path | None:
        return None

    def choose_target(self, name: str) -> Path | None:
        return None


class SlowTransport(FakeMailTransport):
    """Waits in the middle of a sending until it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go_on = threading.Event()
        self.has_begun = threading.Event()

    def send(self, mail: OutgoingMail, sender: SenderProfile, watch: SendingWatch) -> Delivery:
        watch.step("name_found")
        self.has_begun.set()
        assert self.may_go_on.wait(10)
        return super().send(mail, sender, watch)


class SlowEngine(FakePdfEngine):
    """Makes no PDF until it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go_on = threading.Event()

    def make_pdf(self, html: str, page: PageFormat, target: Path) -> int:
        assert self.may_go_on.wait(10)
        return super().make_pdf(html, page, target)


def start(visitor: Visitor, number: str = "C1-1", **form: str) -> str:
    """Begin a sending and return the address of its assistant."""
    answer = visitor.post(f"/sending/tickets/{number}", {"layout": "80mm", **form})
    while "HX-Redirect" not in answer.headers:
        found = re.search(r'hx-get="([^"]+)"', answer.text)
        assert found, answer.text
        answer = visitor.htmx(found[1].replace("&amp;", "&"), "sending-progress")
    return answer.headers["HX-Redirect"]


def form(to: str = WALK_IN, *chips: str, **more: str) -> dict[str, object]:
    return {"recipient": list(chips), "to": to, "subject": "Votre ticket", "body": "Bonjour", **more}


def send(visitor: Visitor, url: str, typed: dict[str, object] | None = None) -> TestResponse:
    """Send and wait for the end of it."""
    page, _, query = url.partition("?")
    answer = visitor.post(f"{page}/send?{query}", form() if typed is None else typed)
    while 'id="sending-steps"' in answer.text:
        found = re.search(r'hx-get="([^"]+steps[^"]*)"', answer.text)
        assert found, answer.text
        answer = visitor.htmx(found[1].replace("&amp;", "&"), "sending-steps")
    return answer


def mail_of(shop: FakeServices, url: str) -> OutgoingMail:
    return shop.outbox.find(url.partition("?")[0].rsplit("/", 1)[1])
