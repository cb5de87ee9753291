"""The rules of predefined variables: how many, which codes, and where one is used (PRODUCT D3)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backend.domain.errors import FacteurError, InvalidInputError, NotFoundError
from backend.domain.field_catalogue import FIELDS, FieldType
from backend.domain.mail_template import MailTemplate
from backend.domain.placeholder import MEANT_AS_CODE, Placeholder
from backend.domain.value_format import AMOUNT_FORMATS, DATE_FORMATS, NUMBER_FORMATS

VARIABLES_MAX = 10
CODE_MAX = 40
LABEL_MAX = 60


@dataclass(eq=False)
class VariableInUseError(FacteurError):
    """A variable that stands in the texts of its mail can't go without them."""

    cause = "variable_in_use"
    code: str


def formats_of(field: str) -> tuple[str, ...]:
    """Return the formats that a field offers, none for a text."""
    kind = FIELDS[field].type
    offered = {FieldType.DATE: DATE_FORMATS, FieldType.AMOUNT: AMOUNT_FORMATS, FieldType.NUMBER: NUMBER_FORMATS}
    return offered.get(kind, ())


def find_variable(template: MailTemplate, code: str) -> Placeholder:
    """Return a variable by its code; raises NotFoundError("variable", code)."""
    for one in template.placeholders:
        if one.code == code:
            return one
    raise NotFoundError("variable", code)


def free_code(template: MailTemplate, field: str) -> str:
    """Return the code to propose for a field, `NOM CAISSIER`, with a number where it is taken."""
    table, _, name = field.partition(".")
    proposed = f"{name} {table}".replace("_", " ").strip()
    taken = {one.code for one in template.placeholders}
    return next(code for code in (proposed, *(f"{proposed} {n}" for n in range(2, 99))) if code not in taken)


def checked_code(template: MailTemplate, code: str, renamed: str = "") -> str:
    """Return a code in capitals, blanks folded; raises InvalidInputError("code", ...). `renamed` is its own old one."""
    tidy = " ".join(code.upper().split())
    if not tidy:
        raise InvalidInputError("code", "variable_code_missing")
    if len(tidy) > CODE_MAX or not MEANT_AS_CODE.fullmatch(tidy):
        raise InvalidInputError("code", "variable_code", tidy)
    if any(one.code.casefold() == tidy.casefold() for one in template.placeholders if one.code != renamed):
        raise InvalidInputError("code", "variable_exists", tidy)
    return tidy


def checked_variable(template: MailTemplate, typed: Placeholder, renamed: str = "") -> Placeholder:
    """Return a variable as it may be kept; raises InvalidInputError("code", "label", "format" or "field", ...).

    What a formula holds is not looked at here; it sets its own format.
    """
    code = checked_code(template, typed.code, renamed)
    label = " ".join(typed.label.split())
    if not label or len(label) > LABEL_MAX:
        raise InvalidInputError("label", "variable_label", str(LABEL_MAX))
    if typed.formula:
        return replace(typed, code=code, label=label, field="", format="")
    if typed.field not in FIELDS:
        raise InvalidInputError("field", "variable_field", typed.field)
    if typed.format and typed.format not in formats_of(typed.field):
        raise InvalidInputError("format", "variable_format", typed.format)
    return replace(typed, code=code, label=label)


def check_room(template: MailTemplate) -> None:
    """Refuse an eleventh variable before it is defined; raises InvalidInputError("field", "variable_count")."""
    if len(template.placeholders) >= VARIABLES_MAX:
        raise InvalidInputError("field", "variable_count", str(VARIABLES_MAX))


def with_variable(template: MailTemplate, typed: Placeholder) -> MailTemplate:
    """Return a template with one more variable; raises InvalidInputError, of the eleventh too."""
    check_room(template)
    return replace(template, placeholders=(*template.placeholders, checked_variable(template, typed)))


def with_changed(template: MailTemplate, code: str, typed: Placeholder) -> MailTemplate:
    """Return a template with a variable changed; a new code takes the old one's place in the texts too."""
    find_variable(template, code)
    changed = checked_variable(template, typed, code)
    placeholders = tuple(changed if one.code == code else one for one in template.placeholders)
    return replace(
        template,
        placeholders=placeholders,
        subject=renamed_in(template.subject, code, changed.code),
        body=renamed_in(template.body, code, changed.code),
    )


def without_variable(template: MailTemplate, code: str, *, also_in_texts: bool = False) -> MailTemplate:
    """Return a template without a variable; raises VariableInUseError unless it may leave the texts too."""
    find_variable(template, code)
    if not also_in_texts and is_used(template, code):
        raise VariableInUseError(code)
    return replace(
        template,
        placeholders=tuple(one for one in template.placeholders if one.code != code),
        subject=removed_from(template.subject, code),
        body=removed_from(template.body, code),
    )


def is_used(template: MailTemplate, code: str) -> bool:
    """Tell whether subject or message shows a variable."""
    return f"[{code}]" in template.subject or f"[{code}]" in template.body


def renamed_in(text: str, code: str, new_code: str) -> str:
    """Return a text that shows a variable under its new code."""
    return text.replace(f"[{code}]", f"[{new_code}]")


def removed_from(text: str, code: str) -> str:
    """Return a text without a variable and the blank before it."""
    return text.replace(f" [{code}]", "").replace(f"[{code}]", "")
