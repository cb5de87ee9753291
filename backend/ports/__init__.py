"""What the use cases ask of the world; adapters and the fakes of the tests answer."""

from backend.ports.backup import Backups, Restoring
from backend.ports.mail import Mailbox, MailTransport, OAuthSignIn, ProviderDirectory, SendingWatch
from backend.ports.pdf import PdfEngine, PdfEngines, TicketPage
from backend.ports.records import (
    ClosingStore,
    CustomerStore,
    OutboxStore,
    RecordStore,
    SendingJournal,
    ShopStore,
    TicketStore,
)
from backend.ports.services import Services
from backend.ports.settings import Clock, LogoStore, SecretStore, SettingsStore, UserStore

__all__ = [
    "Backups",
    "Clock",
    "ClosingStore",
    "CustomerStore",
    "LogoStore",
    "MailTransport",
    "Mailbox",
    "OAuthSignIn",
    "OutboxStore",
    "PdfEngine",
    "PdfEngines",
    "ProviderDirectory",
    "RecordStore",
    "Restoring",
    "SecretStore",
    "SendingJournal",
    "SendingWatch",
    "Services",
    "SettingsStore",
    "ShopStore",
    "TicketPage",
    "TicketStore",
    "UserStore",
]
