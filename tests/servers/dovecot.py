"""Dovecot as the password and token checker of Postfix (its SASL service; no mail protocol is opened)."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers.children import running

USER = "caisse1@boutique.test"
PASSWORD = "secret"
ACCENTED_USER = "caisse2@boutique.test"
ACCENTED_PASSWORD = "pässwörd-é€"

_CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols =
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
auth_verbose = yes
# A refusal is answered at once: Dovecot looks after its delayed answers only every 0.5 s.
passdb {{
  driver = static
  args = noauthenticate=y nodelay=y
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home=/nonexistent
}}
service auth {{
  unix_listener {socket} {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
# Without this a refused sign-in from an address slows the following ones down, by up to 15 s.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""
_TOKENS = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = sub
"""


@dataclass
class Dovecot:
    """A running Dovecot: passwords by user, and the key that signs OAuth2 tokens."""

    folder: Path
    token_key: bytes
    passwords: dict[str, str]

    def set_password(self, user: str, password: str) -> None:
        """Add a user, or change its password; it counts once this returns, in up to a second."""
        self.passwords[user] = password
        self._change_users()

    def remove_user(self, user: str) -> None:
        """Forget a user: signing in is refused once this returns, in up to a second."""
        del self.passwords[user]
        self._change_users()

    def mint_token(self, user: str = USER, *, lifetime_s: int = 3600, length: int = 0) -> str:
        """Sign an access token for `user` (a JWT, RFC 7519, HS256), padded to at least `length` characters.

        A negative lifetime makes an expired one.
        """
        now = int(time.time())
        claims = {"sub": user, "iat": now - 7200, "exp": now + lifetime_s, "padding": "x" * (length * 3 // 4)}
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        return f"{signed}.{_base64url(hmac.digest(self.token_key, signed.encode(), hashlib.sha256))}"

    def log(self) -> str:
        """Give what Dovecot has logged."""
        return (self.folder / "dovecot.log").read_text("utf-8", errors="replace")

    def _change_users(self) -> None:
        self.write_users()
        # Dovecot looks whether the file has changed once in a second of the clock.
        time.sleep(1.02 - time.time() % 1)

    def write_users(self) -> None:
        """Write the users' file, which Dovecot reads again when its time or size has changed."""
        lines = [f"{user}:{{PLAIN}}{password}" for user, password in self.passwords.items()]
        path = self.folder / "users"
        replacement = path.with_suffix(".new")
        replacement.write_text("\n".join([*lines, ""]), "utf-8")
        shutil.chown(replacement, "root", "dovecot")
        replacement.chmod(0o640)
        stamp = path.stat().st_mtime_ns if path.exists() else time.time_ns()
        os.utime(replacement, ns=(stamp + 1_000_000_000, stamp + 1_000_000_000))
        replacement.replace(path)


@contextlib.contextmanager
def running_dovecot(folder: Path, sasl_socket: Path) -> Iterator[Dovecot]:
    """Run Dovecot in `folder`, answering Postfix at `sasl_socket`, until the block ends."""
    passwords = {USER: PASSWORD, ACCENTED_USER: ACCENTED_PASSWORD}
    dovecot = Dovecot(folder, token_key=os.urandom(32), passwords=passwords)
    dovecot.write_users()
    key_file = folder / "keys" / "default" / "HS256" / "default"
    key_file.parent.mkdir(parents=True)
    key_file.write_bytes(base64.b64encode(dovecot.token_key))
    (folder / "oauth2.conf").write_text(_TOKENS.format(folder=folder), "ascii")
    configuration = folder / "dovecot.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder, socket=sasl_socket), "ascii")
    with running(["/usr/sbin/dovecot", "-F", "-c", str(configuration)], log_file=folder / "output.log"):
        _wait_for(sasl_socket)
        yield dovecot


def _wait_for(path: Path, timeout_s: float = 10.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not path.is_socket():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Dovecot did not make {path}")
        time.sleep(0.02)


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
