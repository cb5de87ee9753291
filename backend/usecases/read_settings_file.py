"""Read a settings file whole or not at all, and say in which line something is wrong (`settings import`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from backend.domain.document_type import DocumentType
from backend.domain.errors import InvalidInputError
from backend.domain.field_catalogue import FIELDS
from backend.domain.formula.errors import FormulaError
from backend.domain.formula.evaluation import check_formula
from backend.domain.mail_template import MailTemplate
from backend.domain.pdf_settings import PdfSettings, checked_arguments
from backend.domain.placeholder import Placeholder, UnknownCodeError
from backend.domain.portable_settings import FILE_FORMAT, FILE_VERSION, PortableSettings
from backend.domain.sender_profile import Authentication, ConnectionSecurity, Priority, SenderProfile, SendingMode
from backend.domain.shop import Company
from backend.domain.ticket_layout import TicketLayout, layout_from_content
from backend.usecases.edit_layouts import checked_texts
from backend.usecases.edit_mail_template import checked_template
from backend.usecases.located_json import LocatedJson, check_schema, parse_json, read_json
from backend.usecases.save_company import checked_company
from backend.usecases.save_sender_profile import checked_profile

Place = tuple[str | int, ...]
Value = TypeVar("Value")


def read_settings_file(path: Path) -> PortableSettings:
    """Read a file of `settings export`; raises ImportFileError with line, place and reason."""
    return _settings(read_json(path))


def read_settings_bytes(name: str, raw: bytes) -> PortableSettings:
    """Read the bytes of such a file, named `name` in what is said; raises ImportFileError."""
    return _settings(parse_json(Path(name or "settings.json"), raw))


def _settings(document: LocatedJson) -> PortableSettings:
    value = document.value
    _check_head(document)
    check_schema(document, "settings")
    settings = PortableSettings(
        _at(document, ("company",), _company, value["company"]) if "company" in value else None,
        _at(document, ("pdf",), _pdf, value["pdf"]) if "pdf" in value else None,
        _each(document, "mail_texts", _template),
        _each(document, "layouts", _layout),
        _each(document, "senders", _sender),
    )
    _refuse_twice(document, "mail_texts", [each.document_type for each in settings.mail_texts])
    _refuse_twice(document, "layouts", [each.id for each in settings.layouts])
    _refuse_twice(document, "senders", [each.user.casefold() for each in settings.senders])
    return settings


def _check_head(document: LocatedJson) -> None:
    """Tell another file, and one of a newer Facteur, before any field of it is looked at."""
    value = document.value
    if not isinstance(value, dict) or value.get("format") != FILE_FORMAT:
        raise document.error((), "no_settings_file")
    version = value.get("version")
    if isinstance(version, int) and version > FILE_VERSION:
        raise document.error(("version",), "newer_version", version)


def _each(document: LocatedJson, part: str, make: Callable[[Mapping[str, Any]], Value]) -> tuple[Value, ...]:
    given = document.value.get(part, ())
    return tuple(_at(document, (part, index), make, item) for index, item in enumerate(given))


def _at(document: LocatedJson, place: Place, make: Callable[[Mapping[str, Any]], Value], given: Any) -> Value:  # noqa: ANN401 - JSON
    """Make one item; what it can't be is said with its place in the file."""
    try:
        return make(given)
    except UnknownCodeError as error:
        raise document.error((*place, error.where), "unknown_code", error.code) from None
    except FormulaError as error:
        raise document.error(
            (*place, error.where or "placeholders"), "formula", f"{error.line}:{error.column}"
        ) from None
    except InvalidInputError as error:
        where = _FIELD_OF.get(error.where, error.where)
        raise document.error((*place, *([where] if where in given else [])), error.reason, error.value) from None


# Where a use case names a field otherwise than the file does.
_FIELD_OF = {"company_name": "name", "pdf_program": "program"}


def _refuse_twice(document: LocatedJson, part: str, keys: list[str]) -> None:
    for index, key in enumerate(keys):
        if key in keys[:index]:
            raise document.error((part, index), "twice", key)


def _company(given: Mapping[str, Any]) -> Company:
    return checked_company(Company(**{**given, "address": tuple(given.get("address", ()))}))


def _pdf(given: Mapping[str, Any]) -> PdfSettings:
    settings = PdfSettings(**{**given, "program": tuple(given.get("program", ()))})
    if settings.engine == "program" or settings.program:
        return replace(settings, program=checked_arguments(settings.program))
    return settings


def _template(given: Mapping[str, Any]) -> MailTemplate:
    values = dict(given)
    values["document_type"] = DocumentType(values["document_type"])
    values["placeholders"] = tuple(Placeholder(**each) for each in values.get("placeholders", ()))
    for name in ("free_addresses", "cc", "bcc"):
        values[name] = tuple(values.get(name, ()))
    for placeholder in values["placeholders"]:
        if placeholder.formula:
            check_formula(placeholder.formula, FIELDS)
        elif placeholder.field not in FIELDS:
            raise InvalidInputError("placeholders", "unknown_field", placeholder.field)
    template = MailTemplate(**values)
    if (template.cc or template.bcc) and not template.document_type.may_copy:
        raise InvalidInputError("cc" if template.cc else "bcc", "no_copies")
    return checked_template(template)


def _layout(given: Mapping[str, Any]) -> TicketLayout:
    return checked_texts(layout_from_content(given))


def _sender(given: Mapping[str, Any]) -> SenderProfile:
    values = dict(given)
    kinds: dict[str, Callable[[str], object]] = {
        "mode": SendingMode,
        "security": ConnectionSecurity,
        "authentication": Authentication,
        "priority": Priority,
    }
    for name, kind in kinds.items():
        if name in values:
            values[name] = kind(values[name])
    profile = SenderProfile(**values)
    if profile.authentication is Authentication.OAUTH2 and not profile.oauth_provider:
        raise InvalidInputError("authentication", "oauth_provider_missing")
    return checked_profile(profile)
