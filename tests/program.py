"""The program as other software meets it: `app.py` as a child process, or the same commands in this process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from backend.bootstrap import FolderServices, open_services
from backend.cli.root import root
from backend.domain.sender_profile import ConnectionSecurity, SenderProfile
from backend.domain.user import Role, User
from backend.usecases.save_sender_profile import password_name
from tests.builders import NOON
from tests.servers.secret_service import environment_without_secret_service

APP = Path(__file__).resolve().parents[1] / "app.py"
EXAMPLES = APP.parent / "backend/usecases/formats/examples"
PATIENCE_S = 120
SENDER_OPTIONS = (
    *("--user", "DUPOND", "--email", "caisse@brico.example"),
    *("--host", "smtp.brico.example", "--port", "587", "--security", "starttls"),
)


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it printed."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict[str, Any]:
        """Return the one JSON object that stdout must be."""
        answer = json.loads(self.stdout)
        assert isinstance(answer, dict), self.stdout
        return answer

    def __str__(self) -> str:
        return f"exit code {self.exit_code}\n{self.stdout}\n{self.stderr}"


@dataclass(frozen=True)
class Program:
    """The commands on the data folder `folder`/data, without a keyring; `options` stand before the command."""

    folder: Path
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def data_dir(self) -> Path:
        """Return what `--data-dir` names."""
        return self.folder / "data"

    @property
    def is_training(self) -> bool:
        """Tell whether this is the training mode."""
        return "--training" in self.options

    @property
    def shop_dir(self) -> Path:
        """Return the folder that is the shop, in training below the data folder."""
        return self.data_dir / "training" if self.is_training else self.data_dir

    def with_options(self, *options: str) -> Program:
        """Return the same program with more options before the command."""
        return replace(self, options=(*self.options, *options))

    def with_environment(self, **variables: str | Path) -> Program:
        """Return the same program with more environment variables."""
        return replace(
            self, environment={**self.environment, **{name: str(value) for name, value in variables.items()}}
        )

    def arguments(self, *command: str | Path) -> list[str]:
        """Return everything behind the program's name."""
        return ["--data-dir", str(self.data_dir), *self.options, *map(str, command)]

    def start(self, *command: str | Path) -> subprocess.Popen[str]:
        """Start `app.py` in an environment of its own, away from the sources."""
        return subprocess.Popen(
            [sys.executable, str(APP), *self.arguments(*command)],
            cwd=self.folder,
            env={**environment_without_secret_service(self.folder), **self.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, *command: str | Path, stdin: str = "") -> Ran:
        """Run `app.py` to its end."""
        with self.start(*command) as child:
            try:
                stdout, stderr = child.communicate(stdin, PATIENCE_S)
            except subprocess.TimeoutExpired:
                child.kill()
                raise
        return Ran(child.returncode, stdout, stderr)

    def call(self, *command: str | Path, stdin: str = "") -> Ran:
        """Run the command in this process; what it doesn't explain is raised."""
        environment = {"DBUS_SESSION_BUS_ADDRESS": "disabled:", **self.environment}
        result = CliRunner().invoke(root, self.arguments(*command), input=stdin, env=environment)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    @contextmanager
    def opened(self, *, lasting: bool = False) -> Iterator[FolderServices]:
        """Open what the program keeps, to look at it or to put something in from behind."""
        with open_services(self.data_dir, training=self.is_training, lasting=lasting) as services:
            yield services


def set_tested_sender(program: Program, port: int, *, password: str = "", **changes: Any) -> None:  # noqa: ANN401 - fields
    """Set DUPOND's sender to a server on this PC, as if its test had succeeded; what fails now has changed since.

    Without `changes` of the profile it wants neither encryption nor sign-in.
    """
    profile = SenderProfile(
        "DUPOND", "caisse@brico.example", host="127.0.0.1", port=port, security=ConnectionSecurity.NONE
    )
    with program.opened() as services:
        services.users.save(User("DUPOND", Role.ADMINISTRATOR))
        if password:
            services.secrets.set(password_name("DUPOND"), password)
        services.settings.save_sender_profile(replace(profile, **changes).tested(NOON))
