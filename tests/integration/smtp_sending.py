"""A mail sent through the use case and the real SMTP adapter, to whatever server a test has started."""

from __future__ import annotations

import secrets
import ssl
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from backend.adapters.mail.smtp import SmtpTransport
from backend.adapters.mail.smtp_attempt import Timeouts
from backend.domain.outgoing_mail import OutgoingMail
from backend.domain.sender_profile import ConnectionSecurity, SenderProfile
from backend.usecases.send_mail import SendingOutcome, send_mail
from tests.builders import NOON, a_mail, a_sender
from tests.fake_mail import RecordingWatch
from tests.fakes import FakeServices
from tests.servers.certificates import HOST
from tests.servers.dovecot import PASSWORD, USER

STARTTLS, TLS, NONE = ConnectionSecurity.STARTTLS, ConnectionSecurity.TLS, ConnectionSecurity.NONE
# Short enough for tests; each is much longer than a healthy server on loopback takes.
QUICK = Timeouts(connect_s=1.0, silence_s=0.4, session_s=5.0, final_answer_s=5.0, goodbye_s=0.5)


def shop_sender(port: int, security: ConnectionSecurity = STARTTLS, **changes: Any) -> SenderProfile:  # noqa: ANN401 - fields
    """Return settings for the test Postfix's own user."""
    sender = a_sender(host=HOST, port=port, security=security, email=USER, username=USER)
    return replace(sender, **changes)


@dataclass
class Shop:
    """A shop in a folder of its own, which sends to any server and trusts `context`."""

    folder: Path
    context: ssl.SSLContext
    password: str = PASSWORD
    timeouts: Timeouts = QUICK
    watch: RecordingWatch = field(default_factory=RecordingWatch)

    def mail(self, *recipients: str, pdf_bytes: int = 1000, **changes: Any) -> OutgoingMail:  # noqa: ANN401 - fields
        """Make a mail with a PDF of about this size, and a Message-ID that no other has."""
        mail_id = secrets.token_hex(16)
        pdf = self.folder / mail_id / "C1-4-BRICO.pdf"
        pdf.parent.mkdir()
        pdf.write_bytes(b"%PDF-1.4\n" + b"x" * pdf_bytes)
        return a_mail(mail_id, pdf=pdf, recipients=recipients, **changes)

    def transport(self) -> SmtpTransport:
        return SmtpTransport(lambda: self.password, context_factory=lambda: self.context, timeouts=self.timeouts)

    def send(self, mail: OutgoingMail, sender: SenderProfile) -> SendingOutcome:
        """Send as the program does: outbox, journal, states."""
        services = FakeServices(self.folder, transport=cast("Any", self.transport()))
        services.settings.save_sender_profile(replace(sender, user=mail.user).tested(NOON))
        services.outbox.save(mail)
        return send_mail(mail.id, services, self.watch)
