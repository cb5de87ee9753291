"""Bring Debian's packages by apt: asking nothing, removing nothing, starting no service."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from debian_packages import (
    TESTS,
    choose_names,
    missing_packages,
    other_mail_server,
    parse_candidates,
    parse_installed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from debian_packages import Package

POLICY = "/usr/sbin/policy-rc.d"
POLICY_KEPT = f"{POLICY}.kept-by-facteur"
POLICY_MARK = "put by the set-up of Facteur"


class Run(Protocol):
    """Run a command and hand back its exit code and what it printed."""

    def __call__(self, command: Sequence[str], given: str = "") -> tuple[int, str]:
        """Give `given` on its standard input; never raise for an exit code."""


def run_quietly(command: Sequence[str], given: str = "") -> tuple[int, str]:
    """Run a command, all output together; 127 where there is no such program."""
    pipe, merged = subprocess.PIPE, subprocess.STDOUT
    try:
        done = subprocess.run(
            command, input=given, stdout=pipe, stderr=merged, encoding="utf-8", errors="replace", check=False
        )
    except FileNotFoundError as error:
        return 127, str(error)
    return done.returncode, done.stdout


def root_prefix(run: Run, *, is_root: bool) -> list[str] | None:
    """Return what makes a command run as root without a question, None where nothing does."""
    if is_root:
        return []
    return ["sudo", "-n"] if run(["sudo", "-n", "true"])[0] == 0 else None


def apt_command(prefix: Sequence[str], *words: str) -> list[str]:
    """Return an apt-get command that asks nothing and waits up to 5 minutes for another apt."""
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"]
    return [*prefix, *quiet, "apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300", *words]


def policy_was_left(policy: str = POLICY) -> bool:
    """Tell whether a set-up that was killed left its policy-rc.d behind."""
    try:
        return POLICY_MARK in Path(policy).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


@contextmanager
def services_held_back(run: Run, prefix: Sequence[str]) -> Iterator[None]:
    """Keep Debian from starting the services it installs: invoke-rc.d asks policy-rc.d, and 101 means no."""
    put = (
        f"if [ -e {POLICY} ] && ! grep -q '{POLICY_MARK}' {POLICY}; then mv {POLICY} {POLICY_KEPT}; fi; "
        f"printf '#!/bin/sh\\n# {POLICY_MARK}\\nexit 101\\n' > {POLICY} && chmod 755 {POLICY}"
    )
    # Ended from outside, the finally below still runs.
    earlier = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        code, text = run([*prefix, "sh", "-c", put])
        if code:
            raise OSError(last_line(text))
        yield
    finally:
        release_services(run, prefix)
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _leave(number: int, _frame: object) -> None:
    sys.exit(128 + number)


def release_services(run: Run, prefix: Sequence[str]) -> None:
    """Take our policy-rc.d away and put an earlier one back."""
    take = (
        f"if grep -q '{POLICY_MARK}' {POLICY} 2>/dev/null; then rm -f {POLICY}; fi; "
        f"if [ -e {POLICY_KEPT} ]; then mv {POLICY_KEPT} {POLICY}; fi"
    )
    run([*prefix, "sh", "-c", take])


@dataclass(frozen=True, slots=True)
class PackageInstaller:
    """Brings packages where the machine and its user allow it, and says what it does in one line each."""

    run: Run
    say: Callable[[str], None]
    is_root: bool
    has_apt: bool
    policy: str = POLICY

    def install(self, packages: Sequence[Package]) -> bool:
        """Install what is missing; return whether nothing more can be done, so that it need not be tried again."""
        listing = self.run(["dpkg-query", "-W", "-f", "${db:Status-Status}\t${Package}\t${Provides}\n"])[1]
        installed = parse_installed(listing)
        missing = missing_packages(packages, installed)
        left = policy_was_left(self.policy)
        if not missing and not left:
            return True
        names = " ".join(package.name for package in missing)
        if not self.has_apt:
            self.say(f"this system has no apt: please install what is like Debian's {names}")
            return False
        prefix = root_prefix(self.run, is_root=self.is_root)
        if prefix is None:
            self.say(f"no right to install packages; an administrator can, going on without: apt-get install {names}")
            return False
        if left:
            release_services(self.run, prefix)
        server = other_mail_server(installed)
        if server and any(package.name == "postfix" for package in missing):
            self.say(f"Postfix would displace {server}: left out, and the tests that need it skip")
            missing = [package for package in missing if package.name != "postfix"]
        return not missing or self._fetch(missing, prefix)

    def _fetch(self, missing: Sequence[Package], prefix: Sequence[str]) -> bool:
        self.say("fetching the list of packages (apt-get update)")
        code, text = self.run(apt_command(prefix, "update"))
        if code:
            self.say(f"apt-get update failed, going on with the list that is there: {last_line(text)}")
        asked = [name for package in missing for name in package.names()]
        names, nowhere = choose_names(
            missing, parse_candidates(self.run(["env", "LC_ALL=C", "apt-cache", "policy", *asked])[1])
        )
        for package in nowhere:
            self.say(f"{package.name} is not among this system's packages, going on without. {package.remedy}".rstrip())
        if not names:
            return code == 0
        self.say(f"installing {summary(names)} (apt-get install; some minutes)")
        if not set(TESTS) & set(missing):
            return self._install(names, prefix)
        with services_held_back(self.run, prefix):
            # What debconf would ask; with this answer Postfix comes without a configuration.
            answer = "postfix postfix/main_mailer_type select No configuration\n"
            self.run([*prefix, "debconf-set-selections"], answer)
            done = self._install(names, prefix)
            for service in (package.service for package in missing if package.service and package.name in names):
                # Nor at the next start of the machine: the tests start servers of their own.
                self.run([*prefix, "update-rc.d", service, "disable"])
        return done

    def _install(self, names: Sequence[str], prefix: Sequence[str]) -> bool:
        command = apt_command(prefix, "install", "--no-install-recommends", "--no-remove", *names)
        code, text = self.run(command)
        if code:
            # A set-up that was killed may have left packages half configured.
            self.run([*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--configure", "-a"])
            code, text = self.run(command)
        if code:
            self.say(f"apt-get install failed, going on without: {last_line(text)}")
        return code == 0


def summary(names: Sequence[str]) -> str:
    """Return the packages in one line; libraries are only counted."""
    programs = [name for name in names if not name.startswith("lib")]
    libraries = len(names) - len(programs)
    return ", ".join([*programs, *([f"{libraries} libraries"] if libraries else [])])


def last_line(text: str) -> str:
    """Return the last line that says something."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no reason given")
