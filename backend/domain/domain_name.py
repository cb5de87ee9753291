"""Names of domains and hosts: their ASCII form, patterns for them, and the part that somebody has registered."""

from __future__ import annotations

import functools
import re

_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*\.(?!\d+$){_LABEL}")
# Below a country's ending these are not registered by anybody: `brico.co.uk`, `brico.asso.fr` are.
_SECOND_LEVELS = frozenset({"ac", "asso", "co", "com", "edu", "gob", "gouv", "gov", "net", "nom", "or", "org"})


def ascii_domain(address: str) -> str:
    """Return the domain of an e-mail address in lower case and ASCII (IDNA), "" where it has none."""
    domain = address.rpartition("@")[2].strip().rstrip(".").lower() if "@" in address else ""
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:  # an empty label, or one of more than 63 characters
        return ""


def is_host_name(text: str) -> bool:
    """Tell whether a text is a full host name in ASCII (RFC 1123), no address and no single label."""
    return _HOST_NAME.fullmatch(text) is not None


def base_domain(host: str) -> str:
    """Return what was registered of a name: `ovh.net` of `mx1.mail.ovh.net`, `brico.co.uk` of `mail.brico.co.uk`.

    By a rule for the usual endings; the list of all public suffixes (250 kB) would not change what is done with it.
    """
    labels = host.lower().rstrip(".").split(".")
    is_below_country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVELS
    return ".".join(labels[-3 if is_below_country else -2 :])


def name_matches(pattern: str, name: str) -> bool:
    """Tell whether a name fits a pattern: `*.` in front is one label or more, `*` elsewhere a part of one label."""
    return _pattern(pattern.lower()).fullmatch(name.lower().rstrip(".")) is not None


@functools.cache
def _pattern(pattern: str) -> re.Pattern[str]:
    front = pattern.startswith("*.")
    rest = re.escape(pattern[2:] if front else pattern).replace(r"\*", "[^.]*")
    return re.compile(rf"(?:[^.]+\.)+{rest}" if front else rest)
