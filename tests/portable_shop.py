"""A shop whose settings are moved to another one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from backend.domain.document_type import DocumentType
from backend.domain.mail_template import default_template
from backend.domain.pdf_settings import PdfSettings
from backend.domain.placeholder import Placeholder
from backend.domain.sender_profile import ConnectionSecurity, Priority
from backend.domain.ticket_layout import LogoSize, PaperFormat, TicketLayout
from backend.usecases.save_sender_profile import password_name
from tests.builders import a_company, a_logo, a_tested_sender, a_user
from tests.fakes import FakeServices

OWN_LAYOUT = TicketLayout(
    "etroit", "Étroit", PaperFormat.W58, LogoSize.SMALL, large_type=True, header="[TICKET.NUMERO]"
)


def a_shop_to_move(folder: Path) -> FakeServices:
    """Return a shop in which every kind of setting differs from a first start."""
    services = FakeServices(folder / "source")
    services.users.save(a_user())
    services.settings.save_company(a_company(logo_sha256=a_logo().sha256))
    services.settings.save_pdf_settings(PdfSettings(folder=str(folder / "pdf"), open_each_pdf=True))
    ticket_mail = default_template(DocumentType.TICKET)
    services.settings.save_mail_template(
        replace(
            ticket_mail,
            subject="Merci [CAISSE]",
            placeholders=(
                *ticket_mail.placeholders,
                Placeholder("CAISSE", "Caisse", "CAISSE.CODE"),
                Placeholder("MOITIE", "Moitié", "", formula="TICKET.TTC / 2"),
            ),
            free_addresses=("compta@brico.example",),
        )
    )
    services.settings.save_layout(OWN_LAYOUT)
    services.settings.save_sender_profile(
        a_tested_sender(
            security=ConnectionSecurity.TLS,
            port=465,
            priority=Priority.HIGH,
            read_receipt=True,
            pinned_certificate="a" * 64,
            relay_version="r1",
        )
    )
    services.secrets.set(password_name("Zoé"), "s3cr3t-é")
    return services
