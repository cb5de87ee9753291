"""E-mail addresses: lists separated by `;`, syntax (RFC 5321, 5322), and masking for what is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend.domain.errors import InvalidInputError

RECIPIENTS_MAX = 20
_ADDRESS_IN_TEXT = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")


def split_addresses(text: str) -> tuple[str, ...]:
    """Split a `;` list, drop blanks, fold what stands twice; the syntax is not looked at."""
    found: dict[str, str] = {}
    for part in re.split(r"[;\n]", text):
        if address := part.strip():
            found.setdefault(address.casefold(), address)
    return tuple(found.values())


def parse_address(text: str, where: str = "email") -> str:
    """Return the normalised address; raises InvalidInputError(where, "email"). No DNS look-up."""
    from email_validator import EmailNotValidError, validate_email  # 25 ms: not on the way to the first page

    try:
        checked = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise InvalidInputError(where, "email", text) from None
    return str(checked.normalized)


def parse_recipients(text: str, where: str = "recipients") -> tuple[str, ...]:
    """Read a `;` list of at most 20 addresses; raises InvalidInputError naming the first bad one."""
    addresses = tuple(parse_address(part, where) for part in split_addresses(text))
    if len(addresses) > RECIPIENTS_MAX:
        raise InvalidInputError(where, "too_many_recipients", str(len(addresses)))
    return addresses


def mask_addresses(text: str, known: Iterable[str] = ()) -> str:
    """Replace every address in a text by `…@…`: server answers repeat them (550 5.1.1 <x@y>)."""
    for address in known:
        text = re.sub(re.escape(address), "…@…", text, flags=re.IGNORECASE)
        local = address.rpartition("@")[0]
        if len(local) > 2:  # some servers name the mailbox alone
            text = re.sub(rf"(?<![\w.+-]){re.escape(local)}(?![\w.+-])", "…", text, flags=re.IGNORECASE)
    return _ADDRESS_IN_TEXT.sub("…@…", text)
