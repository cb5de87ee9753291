"""A real Postfix on loopback, in a folder of its own: one port per behaviour, mail delivered to Maildirs there."""

import contextlib
import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.servers.certificates import HOST, Certificates
from tests.servers.children import running
from tests.servers.dovecot import ACCENTED_USER, USER, Dovecot, running_dovecot
from tests.servers.maildir import Mailbox, fresh_address
from tests.servers.ports import free_ports, wait_until_listening
from tests.servers.postfix_behaviours import (
    RECIPIENT_REPLIES,
    UNKNOWN_RECIPIENT_PREFIX,
    Behaviour,
    master_cf,
)

SHOP_DOMAIN = "boutique.test"
CUSTOMER_DOMAIN = "client.test"
# Taken from whoever has signed in, then bounced: a report of failure goes back to the sender.
OUTSIDE_DOMAIN = "dehors.test"
SIZE_LIMIT_BYTES = 10_240_000

_QUEUE_FOLDERS = ("maildrop", "incoming", "active", "deferred")
_MAIN_CF = """\
compatibility_level = 3.7
queue_directory = {folder}/spool
data_directory = {folder}/state
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}/log
myhostname = mail.{shop}
mydomain = {shop}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
local_transport = error:no local delivery
default_transport = outside:
relay_domains =
virtual_mailbox_domains = {shop}, {customers}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = regexp:{folder}/etc/mailboxes
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
message_size_limit = {size_limit}
smtpd_tls_chain_files = {certificate}
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_sasl_mechanism_filter = plain, login
smtpd_sender_login_maps = inline:{{ {{{user}={user}}} {{{accented_user}={accented_user}}} }}
smtpd_sender_restrictions = reject_authenticated_sender_login_mismatch
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access regexp:{folder}/etc/recipients
smtpd_peername_lookup = no
disable_dns_lookups = yes
# Tests make many errors and connections on purpose.
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 1000
smtpd_client_connection_count_limit = 0
in_flow_delay = 0
"""


@dataclass(frozen=True)
class Postfix:
    """A running Postfix. `dovecot` checks its sign-ins; `certificates` has the authority to trust."""

    folder: Path
    ports: Mapping[Behaviour, int]
    dovecot: Dovecot
    certificates: Certificates
    host: str = HOST

    def port(self, behaviour: Behaviour) -> int:
        """Give the loopback port that behaves so."""
        return self.ports[behaviour]

    def mailbox(self, address: str) -> Mailbox:
        """Open the mailbox of an address of boutique.test or client.test."""
        domain = address.rpartition("@")[2].lower()
        return Mailbox(address, self.folder / "mail" / domain, self.settle)

    def fresh_mailbox(self, name: str = "client") -> Mailbox:
        """Open a customer's mailbox that no other test writes to."""
        return self.mailbox(fresh_address(name, CUSTOMER_DOMAIN))

    def settle(self, timeout_s: float = 20.0) -> None:
        """Wait until everything that was accepted is delivered or returned.

        Raises TimeoutError when the queue isn't empty within `timeout_s` seconds.
        """
        deadline = time.monotonic() + timeout_s
        while waiting := self._queue_files():
            if time.monotonic() > deadline:
                raise TimeoutError(f"still in Postfix's queue: {waiting}\n{self.log()[-3000:]}")
            time.sleep(0.01)

    def log(self) -> str:
        """Give Postfix's log, complete up to this moment."""
        mark = uuid.uuid4().hex
        # Postfix logs through one queue: once our own line is there, so is all that came before.
        subprocess.run(["/usr/sbin/postlog", "-c", self.folder / "etc", mark], check=True, capture_output=True)
        path = self.folder / "log" / "mail.log"
        deadline = time.monotonic() + 5
        while True:
            text = path.read_text("utf-8", errors="replace") if path.exists() else ""
            if mark in text or time.monotonic() > deadline:
                return text
            time.sleep(0.01)

    def failed_logins(self, user: str = "") -> int:
        """Count the refused sign-ins since the start, of one user or of all; a test takes the difference."""
        return sum("authentication failed" in line and user in line for line in self.log().splitlines())

    def _queue_files(self) -> list[str]:
        spool = self.folder / "spool"
        return [str(path) for name in _QUEUE_FOLDERS for path in (spool / name).rglob("*") if path.is_file()]


@contextlib.contextmanager
def running_postfix(folder: Path, certificates: Certificates) -> Iterator[Postfix]:
    """Run Postfix and its Dovecot in `folder` (which their users must be able to enter) until the block ends."""
    ports = dict(zip(Behaviour, free_ports(len(Behaviour)), strict=True))
    _make_folders(folder)
    _configure(folder, ports, certificates)
    (folder / "dovecot").mkdir()
    # `postfix start` would detach, and check the folders for a second; the master by itself stays our child.
    master = ["/usr/lib/postfix/sbin/master", "-d", "-c", str(folder / "etc")]
    with (
        running_dovecot(folder / "dovecot", folder / "spool" / "private" / "auth") as dovecot,
        running(master, log_file=folder / "log" / "output.log"),
    ):
        wait_until_listening(ports[Behaviour.SUBMISSION])
        yield Postfix(folder, ports, dovecot, certificates)


def _make_folders(folder: Path) -> None:
    for name in ("etc", "log", "spool", "spool/pid"):
        (folder / name).mkdir()
    for name in ("state", *(f"spool/{queue}" for queue in _spool_folders())):
        (folder / name).mkdir(mode=0o700)
        shutil.chown(folder / name, "postfix")
    for name, mode in (("spool/maildrop", 0o730), ("spool/public", 0o710)):
        (folder / name).chmod(mode)
        shutil.chown(folder / name, "postfix", "postdrop")
    (folder / "mail").mkdir()
    for domain in (SHOP_DOMAIN, CUSTOMER_DOMAIN):
        for part in (domain, f"{domain}/cur", f"{domain}/new", f"{domain}/tmp"):
            (folder / "mail" / part).mkdir()
            shutil.chown(folder / "mail" / part, 65534, 65534)


def _spool_folders() -> tuple[str, ...]:
    others = ("bounce", "corrupt", "defer", "flush", "hold", "private", "public", "saved", "trace")
    return (*_QUEUE_FOLDERS, *others)


def _configure(folder: Path, ports: Mapping[Behaviour, int], certificates: Certificates) -> None:
    main_cf = _MAIN_CF.format(
        folder=folder,
        shop=SHOP_DOMAIN,
        customers=CUSTOMER_DOMAIN,
        size_limit=SIZE_LIMIT_BYTES,
        certificate=certificates.good.file,
        user=USER,
        accented_user=ACCENTED_USER,
    )
    mailboxes = [f"if !/^{UNKNOWN_RECIPIENT_PREFIX}/"]
    mailboxes += [f"/@{domain}$/ {domain}/" for domain in (SHOP_DOMAIN, CUSTOMER_DOMAIN)]
    recipients = [f"/^{name}@/ {reply}" for name, reply in RECIPIENT_REPLIES.items()]
    files = {
        "main.cf": main_cf,
        "master.cf": master_cf(ports, certificates),
        "mailboxes": "\n".join([*mailboxes, "endif", ""]),
        "recipients": "\n".join([*recipients, ""]),
    }
    for name, text in files.items():
        path = folder / "etc" / name
        path.write_text(text, "ascii")
        # Postfix waits until a file is two seconds old, lest it read one that is still being written.
        os.utime(path, (time.time() - 10, time.time() - 10))
