"""Mail settings of the document types: create, delete, change texts and recipients (PRODUCT D)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backend.domain.document_type import DocumentType
from backend.domain.email_address import parse_recipients
from backend.domain.errors import FacteurError, InvalidInputError, NotFoundError
from backend.domain.field_catalogue import FIELDS
from backend.domain.formula.errors import FormulaError
from backend.domain.formula.evaluation import check_formula
from backend.domain.formula.grammar import is_formula
from backend.domain.mail_template import MailTemplate, default_template
from backend.domain.placeholder import check_codes
from backend.domain.plain_text import one_line
from backend.ports import Services
from backend.usecases.try_formula import try_formula

SUBJECT_MAX = 400
BODY_MAX = 20_000


@dataclass(eq=False)
class TemplateExistsError(FacteurError):
    """Each document type has one mail setting."""

    cause = "mail_template_exists"
    document_type: str


def mail_templates(services: Services) -> list[MailTemplate]:
    """Return the settings there are, in the order of the types."""
    found = (services.settings.mail_template(document_type) for document_type in DocumentType)
    return [template for template in found if template]


def find_mail_template(document_type: DocumentType, services: Services) -> MailTemplate:
    """Return the setting of a type; raises NotFoundError("mail_template", ...) for one that was deleted."""
    template = services.settings.mail_template(document_type)
    if template is None:
        raise NotFoundError("mail_template", document_type.value)
    return template


def create_mail_template(document_type: DocumentType, services: Services) -> MailTemplate:
    """Make the setting of a type as it is at a first start; raises TemplateExistsError."""
    return restore_mail_template(default_template(document_type), services)


def restore_mail_template(template: MailTemplate, services: Services) -> MailTemplate:
    """Put back a deleted setting; raises TemplateExistsError where its type has one again."""
    if services.settings.mail_template(template.document_type):
        raise TemplateExistsError(template.document_type.value)
    services.settings.save_mail_template(template)
    return template


def delete_mail_template(document_type: DocumentType, services: Services) -> MailTemplate:
    """Delete the setting of a type, whose mails then begin as at a first start; return what it was."""
    template = find_mail_template(document_type, services)
    services.settings.delete_mail_template(document_type)
    return template


def checked_text(where: str, text: str, template: MailTemplate) -> str:
    """Return "subject" on one line, or "body" without blanks around it.

    Raises UnknownCodeError, FormulaError, InvalidInputError, all naming it.
    """
    tidy = one_line(text) if where == "subject" else text.replace("\r\n", "\n").strip()
    most = SUBJECT_MAX if where == "subject" else BODY_MAX
    if not tidy:
        raise InvalidInputError(where, "mail_text_missing")
    if len(tidy) > most:
        raise InvalidInputError(where, "text_too_long", str(most))
    if is_formula(tidy):
        try:
            check_formula(tidy, FIELDS)
        except FormulaError as error:
            raise error.within(where) from None
    else:
        check_codes(where, tidy, template.placeholders)
    return tidy


def edit_mail_template(typed: MailTemplate, services: Services) -> MailTemplate:
    """Save texts and recipients of a type; its variables stay those that are kept.

    A formula is tried on the latest ticket first. Raises NotFoundError, UnknownCodeError, FormulaError,
    InvalidInputError(field, ...), StorageError.
    """
    known = find_mail_template(typed.document_type, services)
    changed = checked_template(replace(typed, placeholders=known.placeholders))
    _try_formulas(changed, services)
    services.settings.save_mail_template(changed)
    return changed


def checked_template(template: MailTemplate) -> MailTemplate:
    """Return a template with texts and recipients in order, by its own variables.

    Raises UnknownCodeError, FormulaError, InvalidInputError naming the field.
    """
    may_copy = template.document_type.may_copy
    return replace(
        template,
        subject=checked_text("subject", template.subject, template),
        body=checked_text("body", template.body, template),
        free_addresses=parse_recipients(";".join(template.free_addresses), "free_addresses"),
        cc=parse_recipients(";".join(template.cc), "cc") if may_copy else (),
        bcc=parse_recipients(";".join(template.bcc), "bcc") if may_copy else (),
    )


def _try_formulas(template: MailTemplate, services: Services) -> None:
    for where, text in (("subject", template.subject), ("body", template.body)):
        if is_formula(text):
            try:
                try_formula(text, services)
            except FormulaError as error:
                raise error.within(where) from None
