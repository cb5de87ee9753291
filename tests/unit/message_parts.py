"""A mail with its PDF on disk, and a built message read as a mail program reads it."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

from backend.domain.outgoing_mail import OutgoingMail
from tests.builders import a_mail

PDF = b"%PDF-1.4\n\x00\xff binary\r\n%%EOF\n"


def a_mail_with_pdf(folder: Path) -> OutgoingMail:
    pdf = folder / "C1-4-BRICO.pdf"
    pdf.write_bytes(PDF)
    return a_mail(pdf=pdf, body="Bonjour,\n\nVoici votre ticket n° 4 & <merci>.\nÀ bientôt.")


def read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)
