"""The managed relay: its file `relay.toml`, whose password moves into the secret store, and mail through it."""

from __future__ import annotations

import re
import ssl
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

from backend.adapters.atomic_file import read_patiently, write_atomically
from backend.adapters.file_lock import hold
from backend.adapters.mail.certificates import system_trust
from backend.adapters.mail.smtp import SmtpTransport
from backend.domain.email_address import parse_address
from backend.domain.errors import FacteurError, InvalidInputError, SecretsUnavailableError, StorageError
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.outgoing_mail import Delivery, OutgoingMail
from backend.domain.relay import SHOP, Relay
from backend.domain.sender_profile import ConnectionSecurity, SenderProfile
from backend.ports import Clock, SecretStore, SendingWatch

FILE = "relay.toml"
PASSWORD_NAME = "relay"  # noqa: S105 - its name in the secret store
_PORTS = {ConnectionSecurity.TLS: 465, ConnectionSecurity.STARTTLS: 587, ConnectionSecurity.NONE: 25}
_PASSWORD_LINE = re.compile(r"^[ \t]*password[ \t]*=.*$", re.MULTILINE)
_TAKEN_LINE = re.compile(r"^[ \t]*password_taken[ \t]*=.*\n?", re.MULTILINE)


class RelayFile:
    """`relay.toml` in the first of some folders that has one."""

    def __init__(self, folders: Sequence[Path], locks: Path, clock: Clock) -> None:
        self._folders = folders
        self._locks = locks
        self._clock = clock

    def current(self, secrets: SecretStore) -> Relay | None:
        """Return the relay, None where none is configured; raises MailFailure (RELAY_FILE_WRONG, with the key).

        Its password is taken where the secret store allows that; else the next time, and the sending says why.
        """
        with suppress(SecretsUnavailableError, StorageError):
            self.take_password(secrets)
        path = self._path()
        return None if path is None else _relay(_values(path), path)

    def take_password(self, secrets: SecretStore) -> None:
        """Move a password in the file to the secret store; a file that can't be written keeps it.

        Raises SecretsUnavailableError, StorageError (locked), MailFailure.
        """
        path = self._path()
        if path is None or "password" not in _values(path):
            return
        with hold(self._locks / f"{FILE}.lock"):
            values = _values(path)
            if "password" not in values:
                return  # another program was quicker
            text = self._without_password(path, values)
            secrets.set(PASSWORD_NAME, str(values["password"]))
            with suppress(StorageError):  # the program's folder belongs to the administrator: README says so
                write_atomically(path, text.encode())

    def _path(self) -> Path | None:
        return next((path for folder in self._folders if (path := folder / FILE).is_file()), None)

    def _without_password(self, path: Path, values: Mapping[str, Any]) -> str:
        """Return the file's text with the moment in the place of the password, by which a new one is noticed."""
        moment = self._clock.now().isoformat()
        text = _PASSWORD_LINE.sub(f'password_taken = "{moment}"', _TAKEN_LINE.sub("", _text(path)))
        wanted = {key: value for key, value in values.items() if key != "password"} | {"password_taken": moment}
        try:
            is_right = tomllib.loads(text) == wanted
        except tomllib.TOMLDecodeError:
            is_right = False
        if not is_right:  # it stands over several lines
            raise MailFailure(MailCause.RELAY_FILE_WRONG, detail="password")
        return text


class RelayTransport:
    """Sends through the relay, which assigns the sender; answers go to the user (Reply-To)."""

    def __init__(
        self,
        relay: Relay | None,
        secrets: SecretStore,
        shop: str,
        *,
        context_factory: Callable[[], ssl.SSLContext] = system_trust,
    ) -> None:
        self._relay = relay
        self._secrets = secrets
        self._shop = shop
        self._smtp = SmtpTransport(self._password, context_factory=context_factory)

    def send(self, mail: OutgoingMail, sender: SenderProfile, watch: SendingWatch) -> Delivery:
        """Send as `ports.MailTransport` says; RELAY_MISSING and RELAY_PASSWORD_MISSING before anything is tried."""
        relay = self._relay
        if relay is None:
            raise MailFailure(MailCause.RELAY_MISSING)
        self._smtp.reply_to = sender.email
        return self._smtp.send(mail, relay.sender_for(sender, self._shop), watch)

    def kept_open(self) -> AbstractContextManager[None]:
        """Keep the connection for more mails."""
        return self._smtp.kept_open()

    def is_reachable(self, sender: SenderProfile) -> bool:
        """Connect and hang up."""
        return self._relay is not None and self._smtp.is_reachable(self._relay.sender_for(sender, self._shop))

    def _password(self) -> str:
        if password := self._secrets.get(PASSWORD_NAME):
            return password
        host, port = (self._relay.host, self._relay.port) if self._relay else ("", 0)
        raise MailFailure(MailCause.RELAY_PASSWORD_MISSING, host, port)


def _relay(values: dict[str, Any], path: Path) -> Relay:
    security = _security(values.get("security", ConnectionSecurity.STARTTLS.value))
    port = values.get("port", _PORTS[security])
    if type(port) is not int or not 1 <= port <= 65535:
        raise MailFailure(MailCause.RELAY_FILE_WRONG, detail="port")
    return Relay(
        host=_word(values, "host").lower(),
        port=port,
        security=security,
        account=_word(values, "account") if "account" in values else "",
        sender=_sender(_word(values, "from")),
        password_mark=_password_mark(values, path),
    )


def _security(value: object) -> ConnectionSecurity:
    try:
        return ConnectionSecurity(str(value))
    except ValueError:
        raise MailFailure(MailCause.RELAY_FILE_WRONG, detail="security") from None


def _word(values: dict[str, Any], key: str) -> str:
    value = values.get(key)
    if not isinstance(value, str) or not value or any(character.isspace() for character in value):
        raise MailFailure(MailCause.RELAY_FILE_WRONG, detail=key)
    return value


def _sender(pattern: str) -> str:
    try:
        parse_address(pattern.replace(SHOP, "shop"))
    except InvalidInputError:
        raise MailFailure(MailCause.RELAY_FILE_WRONG, detail="from") from None
    if SHOP in pattern.rpartition("@")[2]:
        raise MailFailure(MailCause.RELAY_FILE_WRONG, detail="from")
    return pattern


def _password_mark(values: dict[str, Any], path: Path) -> str:
    """Return what changes when the password does, without saying anything of it."""
    if "password" not in values:
        return str(values.get("password_taken", ""))
    try:
        return str(path.stat().st_mtime_ns)
    except OSError:
        return ""


def _values(path: Path) -> dict[str, Any]:
    return _parsed(_text(path))


def _text(path: Path) -> str:
    try:
        return read_patiently(path).decode("utf-8-sig")
    except (FacteurError, OSError, UnicodeDecodeError):
        raise MailFailure(MailCause.RELAY_FILE_WRONG, detail=str(path)) from None


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MailFailure(MailCause.RELAY_FILE_WRONG, detail=_place(str(error))) from None


def _place(error: str) -> str:
    """Return where TOML ends to be understood, without the text there: it may be the password."""
    found = re.search(r"\(at (line \d+, column \d+|end of document)\)", error)
    return found[1] if found else FILE
