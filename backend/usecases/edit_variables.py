"""Define, change and delete the predefined variables of a document type's mail (PRODUCT D3)."""

from __future__ import annotations

from backend.domain.document_type import DocumentType
from backend.domain.mail_template import MailTemplate
from backend.domain.mail_variables import with_changed, with_variable, without_variable
from backend.domain.placeholder import Placeholder
from backend.ports import Services
from backend.usecases.edit_mail_template import find_mail_template
from backend.usecases.try_formula import try_formula


def define_variable(document_type: DocumentType, typed: Placeholder, services: Services) -> MailTemplate:
    """Add a variable; a formula is tried on the latest ticket.

    Raises NotFoundError, InvalidInputError("code", "label", "format" or "field", ...), FormulaError.
    """
    check_formula(typed, services)
    return _saved(with_variable(find_mail_template(document_type, services), typed), services)


def change_variable(document_type: DocumentType, code: str, typed: Placeholder, services: Services) -> MailTemplate:
    """Change code, label and format or formula of a variable, in the saved texts too; raises as define_variable."""
    check_formula(typed, services)
    return _saved(with_changed(find_mail_template(document_type, services), code, typed), services)


def delete_variable(
    document_type: DocumentType, code: str, services: Services, *, also_in_texts: bool = False
) -> MailTemplate:
    """Delete a variable; raises NotFoundError, VariableInUseError where it would be left in a text."""
    template = find_mail_template(document_type, services)
    return _saved(without_variable(template, code, also_in_texts=also_in_texts), services)


def check_formula(typed: Placeholder, services: Services) -> None:
    """Refuse a formula that the latest ticket can't be worked out with; raises FormulaError."""
    if typed.formula:
        try_formula(typed.formula, services)


def _saved(template: MailTemplate, services: Services) -> MailTemplate:
    services.settings.save_mail_template(template)
    return template
