"""E-mail addresses: lists separated by `;`, syntax (RFC 5321, 5322), and masking for what is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend.domain.errors import InvalidInputError
from backend.domain.similar_word import edit_distance

RECIPIENTS_MAX = 20
# What customers' addresses end in most, and real domains one slip away from them.
_COMMON_DOMAINS = (
    "gmail.com", "orange.fr", "wanadoo.fr", "hotmail.fr", "hotmail.com", "free.fr", "sfr.fr", "laposte.net", "yahoo.fr",
    "yahoo.com", "outlook.fr", "outlook.com", "live.fr", "live.com", "icloud.com", "bbox.fr", "neuf.fr", "msn.com",
    "numericable.fr", "aol.com", "gmx.fr", "gmx.com", "mailo.com", "protonmail.com", "proton.me", "googlemail.com",
)  # fmt: skip
_NOT_SLIPS = frozenset({"gmx.de", "gmx.net", "ymail.com", "mail.com", "email.com", "hotmail.it", "hotmail.de"})
_SLIPPED_ENDS = {
    "co": "com",
    "cm": "com",
    "con": "com",
    "cmo": "com",
    "vom": "com",
    "comm": "com",
    "f": "fr",
    "fe": "fr",
    "ft": "fr",
    "rf": "fr",
    "nte": "net",
}
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


def likely_slip(address: str) -> str:
    """Return the address that was probably meant (`x@gmial.com`: `x@gmail.com`), "" where nothing looks wrong."""
    local, at, typed = address.strip().rpartition("@")
    domain = typed.casefold()
    if not at or not local or domain in _COMMON_DOMAINS or domain in _NOT_SLIPS:
        return ""
    name, _, end = domain.rpartition(".")
    mended = f"{name}.{_SLIPPED_ENDS.get(end, end)}" if name else domain
    if mended not in _COMMON_DOMAINS:
        near = (one for one in _COMMON_DOMAINS if len(one.partition(".")[0]) >= 5 and _is_near(mended, one))
        mended = next(near, mended if end in {"con", "cmo", "vom", "comm", "nte"} else domain)
    return "" if mended == domain else f"{local}@{mended}"


def _is_near(domain: str, common: str) -> bool:
    name, _, end = domain.rpartition(".")
    other, _, other_end = common.rpartition(".")
    if end == other_end:
        return bool(name) and edit_distance(name, other) == 1
    return domain == common.replace(".", "")


def mask_addresses(text: str, known: Iterable[str] = ()) -> str:
    """Replace every address in a text by `…@…`: server answers repeat them (550 5.1.1 <x@y>)."""
    for address in known:
        text = re.sub(re.escape(address), "…@…", text, flags=re.IGNORECASE)
        local = address.rpartition("@")[0]
        if len(local) > 2:  # some servers name the mailbox alone
            text = re.sub(rf"(?<![\w.+-]){re.escape(local)}(?![\w.+-])", "…", text, flags=re.IGNORECASE)
    return _ADDRESS_IN_TEXT.sub("…@…", text)
