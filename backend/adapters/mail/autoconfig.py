"""Read what a domain's site says of its mail server (draft-ietf-mailmaint-autoconfig, `config-v1.1.xml`).

The file comes from outside: no document type, no entity, few levels, and a server without encryption is not one.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

from backend.domain.domain_name import is_host_name
from backend.domain.mail_provider import SignIn
from backend.domain.sender_profile import ConnectionSecurity

_LEVELS_MAX = 20
_SECURITIES = {"ssl": ConnectionSecurity.TLS, "starttls": ConnectionSecurity.STARTTLS}  # `plain` is none of ours
_SIGN_IN = {
    "password-cleartext": SignIn.PASSWORD,  # within the encryption
    "password-encrypted": SignIn.PASSWORD,
    "oauth2": SignIn.OAUTH2,
}
_PLACEHOLDER = re.compile(r"%[A-Z]+%")


class BadAutoconfigError(Exception):
    """This is no configuration, or one that tries something."""


@dataclass(frozen=True, slots=True)
class OfferedServer:
    """An SMTP server of a configuration, its placeholders filled in."""

    host: str
    port: int
    security: ConnectionSecurity
    username: str
    sign_in: tuple[SignIn, ...]


def read_autoconfig(xml: bytes, address: str) -> list[OfferedServer]:
    """Return the encrypted SMTP servers of a configuration for an address, in its order; raises BadAutoconfigError."""
    root = _parse(xml)
    if root.tag != "clientConfig":
        raise BadAutoconfigError("no clientConfig")
    servers = root.findall("./emailProvider/outgoingServer[@type='smtp']")
    return [offered for server in servers for offered in _offered(server, address)]


def _offered(server: ET.Element, address: str) -> Iterator[OfferedServer]:
    host = _filled(server.findtext("hostname", ""), address).rstrip(".").lower()
    port = server.findtext("port", "").strip()
    security = _SECURITIES.get(server.findtext("socketType", "").strip().lower())
    ways = [_SIGN_IN.get((each.text or "").strip().lower()) for each in server.findall("authentication")]
    sign_in = tuple(dict.fromkeys(way for way in ways if way))
    if ways and not sign_in:
        return  # client-IP-address, NTLM, a certificate: nothing that Facteur does
    if security and is_host_name(host) and re.fullmatch(r"[0-9]{1,5}", port) and 1 <= int(port) <= 65535:
        username = _filled(server.findtext("username", ""), address)
        yield OfferedServer(host, int(port), security, username, sign_in or (SignIn.PASSWORD,))


def _filled(text: str, address: str) -> str:
    """Fill in the placeholders; "" for a text with one that is unknown, or with control characters."""
    local_part, _, domain = address.rpartition("@")
    values = {"%EMAILADDRESS%": address, "%EMAILLOCALPART%": local_part, "%EMAILDOMAIN%": domain}
    text = text.strip()
    if any(found not in values for found in _PLACEHOLDER.findall(text)):
        return ""
    filled = _PLACEHOLDER.sub(lambda found: values[found.group()], text)
    return filled if len(filled) <= 254 and filled.isprintable() else ""


def _parse(xml: bytes) -> ET.Element:
    builder = ET.TreeBuilder()
    parser = expat.ParserCreate()
    levels = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal levels
        levels += 1
        if levels > _LEVELS_MAX:
            raise BadAutoconfigError("too many levels")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal levels
        levels -= 1
        builder.end(tag)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = _refuse
    try:
        parser.Parse(xml, True)  # noqa: FBT003 - the last piece; positional in C
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise BadAutoconfigError(str(error)) from None
    return builder.close()


def _refuse(*_: object) -> int:
    raise BadAutoconfigError("document type or entity")
