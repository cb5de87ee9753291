"""Two accounts of one PC: each with a shop of its own, and both on one shop's folder (setpriv, as root)."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.import_files import a_shop_value, a_ticket_value, json_file
from tests.program import APP, Ran
from tests.servers.ports import closed_port

pytestmark = [
    pytest.mark.needs_root,
    pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv (util-linux) is not there"),
]
SHARED_GROUP = 20_000
PATIENCE_S = 120
ADDRESS = "zelda.quignard@vergessen.example"
_IMPORTS = """
from backend.domain.errors import SecretsUnavailableError
from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import MailState
from backend.domain.user import Role, User
from backend.usecases.save_sender_profile import password_name
from tests.builders import a_mail
"""


@dataclass(frozen=True)
class Account:
    """An account of the PC, that of a till or another; umask 002, as where accounts share folders."""

    uid: int
    home: Path
    python: str = sys.executable

    def popen(self, *arguments: str | Path) -> subprocess.Popen[str]:
        rights = (f"--reuid={self.uid}", f"--regid={SHARED_GROUP}", "--clear-groups", "--no-new-privs")
        return subprocess.Popen(
            ["setpriv", *rights, "sh", "-c", 'umask 002; exec "$@"', "sh", *map(str, arguments)],
            cwd=self.home,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.home),
                "DBUS_SESSION_BUS_ADDRESS": "disabled:",
                "PYTHONDONTWRITEBYTECODE": "1",
                # For Debian's Python, which knows no virtual environment.
                "PYTHONPATH": os.pathsep.join((sysconfig.get_path("purelib"), str(APP.parent))),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def do(self, *arguments: str | Path, stdin: str = "") -> Ran:
        with self.popen(*arguments) as child:
            stdout, stderr = child.communicate(stdin, PATIENCE_S)
        return Ran(child.returncode, stdout, stderr)

    def facteur(self, data_dir: Path, *command: str | Path, stdin: str = "") -> Ran:
        return self.do(self.python, APP, "--data-dir", data_dir, "--lang", "en", *command, stdin=stdin)

    def script(self, data_dir: Path, lines: str) -> Ran:
        """Run Python on the opened shop `services`."""
        opening = f"from backend.bootstrap import open_services\nfrom pathlib import Path\n{_IMPORTS}"
        body = "".join(f"    {line}\n" for line in lines.splitlines())
        with_services = f"with open_services(Path({str(data_dir)!r}), training=False) as services:\n{body}"
        return self.do(self.python, "-c", opening + with_services)

    def can_read(self, path: Path) -> bool:
        return self.do("cat", path).exit_code == 0


@pytest.fixture
def place() -> Iterator[Path]:
    """Give a folder that every account can enter, as pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="facteur-accounts-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def accounts(place: Path) -> tuple[Account, Account]:
    made = []
    for uid in (20_001, 20_002):
        home = place / str(uid)
        home.mkdir(mode=0o700)
        os.chown(home, uid, SHARED_GROUP)
        made.append(Account(uid, home, _python_for_all(uid, home)))
    first, second = made
    return first, second


def _python_for_all(uid: int, home: Path) -> str:
    """Return an interpreter of this version that every account may start: pyenv's may lie in /root."""
    for python in (sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"):
        if Account(uid, home).do(python, "-c", f"import flask; open({str(APP)!r})").exit_code == 0:
            return python
    pytest.skip(f"another account can't start {sys.executable} on {APP.parent}")


@pytest.fixture
def shop_dir(place: Path) -> Path:
    """Give a folder that both accounts may write to."""
    folder = place / "shop"
    folder.mkdir()
    os.chown(folder, 0, SHARED_GROUP)
    folder.chmod(0o2770)
    return folder


def fill(data_dir: Path, place: Path, loading: Account, importing: Account) -> None:
    """Let one account load a shop, and one import its tickets K1-1 and K1-2."""
    shop = json_file(place / "shop.json", a_shop_value())
    tickets = json_file(place / "tickets.json", [a_ticket_value(1), a_ticket_value(2)])
    for path in (shop, tickets):
        path.chmod(0o644)
    for ran in (
        loading.facteur(data_dir, "shop", "load", shop),
        importing.facteur(data_dir, "ticket", "import", tickets),
    ):
        assert ran.exit_code == 0, ran


def set_sender(account: Account, data_dir: Path, user: str, password: str) -> Ran:
    return account.facteur(
        data_dir,
        *("sender", "set", "--user", user, "--email", f"{user}@brico.example", "--host", "127.0.0.1"),
        *("--port", str(closed_port()), "--security", "starttls", "--username", user),
        *("--password-stdin", "--unprotected-secrets"),
        stdin=f"{password}\n",
    )


def test_two_accounts_serve_two_shops_at_once_and_see_nothing_of_each_other(
    accounts: tuple[Account, Account], place: Path
) -> None:
    servers = []
    for account in accounts:
        data_dir = account.home / "data"
        fill(data_dir, place, account, account)
        assert set_sender(account, data_dir, "anna", f"secret-{account.uid}").exit_code == 0
    try:
        for account in accounts:
            server = account.popen(account.python, APP, "--data-dir", account.home / "data", "serve", "--json")
            servers.append(server)
            assert server.stdout
            assert json.loads(server.stdout.readline())["url"].startswith("http://127.0.0.1:")
        for account, other in (accounts, accounts[::-1]):
            assert account.facteur(account.home / "data", "check", "journal").exit_code == 0
            refused = account.facteur(other.home / "data", "ticket", "list", "--json")
            assert (refused.exit_code, refused.json["cause"]) == (1, "storage")
            assert not account.can_read(other.home / "data" / "records.sqlite3")
    finally:
        for server in servers:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=60)
    assert [server.returncode for server in servers] == [0, 0]


def test_two_accounts_share_a_shop_but_no_secret_and_no_waiting_mail(
    accounts: tuple[Account, Account], shop_dir: Path, place: Path
) -> None:
    first, second = accounts
    fill(shop_dir, place, first, second)
    numbers = [
        [ticket["number"] for ticket in account.facteur(shop_dir, "ticket", "list", "--json").json["tickets"]]
        for account in accounts
    ]
    assert numbers[0] == numbers[1] == ["K1-2", "K1-1"]
    users = "for name in ('anna', 'boris'):\n    services.users.save(User(name, Role.ADMINISTRATOR))"
    assert second.script(shop_dir, users).exit_code == 0
    for account, user in zip(accounts, ("anna", "boris"), strict=True):
        ran = set_sender(account, shop_dir, user, f"secret-of-{user}")
        assert ran.exit_code == 0, ran
    for account in accounts:  # each knows both senders, and has the password of his own
        ran = account.facteur(shop_dir, "sender", "show", "--json")
        assert {sender["user"] for sender in ran.json["senders"]} == {"anna", "boris"}
    secrets = [path for path in shop_dir.glob("secrets*") if path.suffix in {".key", ".sealed"}]
    assert len(secrets) == 4
    for path in secrets:
        assert path.stat().st_mode & 0o077 == 0
        owner = path.stat().st_uid
        assert [account.can_read(path) for account in accounts] == [account.uid == owner for account in accounts]
    known = "print(*(services.secrets.get(password_name(name)) for name in ('anna', 'boris')))"
    assert first.script(shop_dir, known).stdout == "secret-of-anna None\n"
    assert second.script(shop_dir, known).stdout == "None secret-of-boris\n"

    queued = (
        f"services.outbox.save(a_mail(user='anna', recipients=({ADDRESS!r},), state=MailState.DEFERRED, "
        "mail_cause=MailCause.CONNECTION_REFUSED))"
    )
    ran = first.script(shop_dir, queued)
    assert ran.exit_code == 0, ran
    reading = (
        "try:\n    print(services.outbox.find('a' * 32).recipients)\n"
        "except SecretsUnavailableError as error:\n    print(error.reason)"
    )
    assert ADDRESS in first.script(shop_dir, reading).stdout
    assert second.script(shop_dir, reading).stdout == "other_key\n"
    listed = second.facteur(shop_dir, "outbox", "list", "--json")
    assert listed.exit_code == 0, listed
    assert ADDRESS not in listed.stdout
    assert second.facteur(shop_dir, "backup", second.home / "shop.zip").exit_code == 0


@pytest.mark.wkhtmltopdf
def test_two_accounts_of_a_shop_make_pdfs_and_read_each_others_backups(
    accounts: tuple[Account, Account], shop_dir: Path, place: Path
) -> None:
    first, second = accounts
    fill(shop_dir, place, first, first)
    daily = "from backend.usecases.make_backup import make_daily_backup\nassert make_daily_backup(services)"
    ran = first.script(shop_dir, daily)
    assert ran.exit_code == 0, ran
    for account in accounts:
        ran = account.facteur(shop_dir, "check", "pdf")
        assert ran.exit_code == 0, ran
    (backup,) = (shop_dir / "backups").glob("*.zip")
    assert backup.stat().st_mode & 0o007 == 0
    ran = second.facteur(shop_dir, "restore", backup, "--json")
    assert (ran.exit_code, ran.json["backup"]["tickets"]["K1"]) == (0, 2), ran
    assert first.facteur(shop_dir, "check", "journal").exit_code == 0
    assert first.script(shop_dir, "print(services.settings.company().name)").stdout == "BRICO\n"
