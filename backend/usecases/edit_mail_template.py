"""Change subject and message of a document type's mail (PRODUCT D2)."""

from __future__ import annotations

from dataclasses import replace

from backend.domain.document_type import DocumentType
from backend.domain.errors import InvalidInputError
from backend.domain.mail_template import MailTemplate
from backend.domain.placeholder import check_codes
from backend.ports import Services
from backend.usecases.prepare_sending import template_of

SUBJECT_MAX = 400
BODY_MAX = 20_000


def edit_mail_texts(document_type: DocumentType, subject: str, body: str, services: Services) -> MailTemplate:
    """Save both texts; raises UnknownCodeError, InvalidInputError("subject" or "body", ...), StorageError."""
    template = template_of(document_type, services)
    changed = replace(template, subject=" ".join(subject.split()), body=body.replace("\r\n", "\n").strip())
    for where, text, most in (("subject", changed.subject, SUBJECT_MAX), ("body", changed.body, BODY_MAX)):
        if not text:
            raise InvalidInputError(where, "mail_text_missing")
        if len(text) > most:
            raise InvalidInputError(where, "text_too_long", str(most))
        check_codes(where, text, template.placeholders)
    services.settings.save_mail_template(changed)
    return changed
