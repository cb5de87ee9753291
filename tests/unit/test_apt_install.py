"""Debian's packages with an apt that is only played."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

import apt_install
from apt_install import PackageInstaller, services_held_back, summary
from debian_packages import TESTS, Package, choose_names, missing_packages, parse_candidates

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

POSTFIX = next(package for package in TESTS if package.name == "postfix")
DOVECOT = [package for package in TESTS if package.name.startswith("dovecot")]


@dataclass
class PlayedApt:
    """Answers as dpkg, apt and sudo do; `candidates` is what apt could install."""

    candidates: Sequence[str] = ()
    installed: Sequence[str] = ("dpkg\t",)
    failing: str = ""
    commands: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)

    def __call__(self, command: Sequence[str], given: str = "") -> tuple[int, str]:
        line = " ".join(command)
        self.commands.append(line)
        self.given.append(given)
        if self.failing and self.failing in line:
            return 100, "E: no luck\n\n"
        if "dpkg-query" in line:
            return 0, "".join(f"installed\t{row}\n" for row in self.installed)
        if "apt-cache policy" in line:
            return 0, "".join(f"{name}:\n  Installed: (none)\n  Candidate: 1.0\n" for name in self.candidates)
        return 0, ""

    def made(self, words: str) -> list[str]:
        return [line for line in self.commands if words in line]


@dataclass
class Machine:
    apt: PlayedApt
    policy: Path
    said: list[str] = field(default_factory=list)

    def installer(self, *, is_root: bool = True, has_apt: bool = True) -> PackageInstaller:
        return PackageInstaller(self.apt, self.said.append, is_root=is_root, has_apt=has_apt, policy=str(self.policy))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(PlayedApt(["qpdf", "wkhtmltopdf", "postfix", "dovecot-core"]), tmp_path / "policy-rc.d")


def test_nothing_is_asked_of_apt_when_everything_is_there(machine: Machine) -> None:
    machine.apt.installed = ["qpdf\t"]
    assert machine.installer().install([Package("qpdf")])
    assert not machine.apt.made("apt-get")
    assert machine.said == []


def test_missing_packages_come_without_recommended_ones_and_remove_nothing(machine: Machine) -> None:
    assert machine.installer().install([Package("qpdf")])
    (line,) = machine.apt.made("apt-get -q -y -o DPkg::Lock::Timeout=300 install")
    assert line.endswith("install --no-install-recommends --no-remove qpdf")
    assert "DEBIAN_FRONTEND=noninteractive" in line
    assert len(machine.apt.made("update")) == 1


def test_a_user_with_sudo_installs_through_it(machine: Machine) -> None:
    assert machine.installer(is_root=False).install([Package("qpdf")])
    assert machine.apt.made(" install ")[0].startswith("sudo -n env ")


def test_without_rights_it_says_what_an_administrator_can_do(machine: Machine) -> None:
    machine.apt.failing = "sudo"
    assert not machine.installer(is_root=False).install([Package("qpdf")])
    assert machine.said[0].endswith("apt-get install qpdf")


def test_without_apt_it_says_what_is_needed(machine: Machine) -> None:
    assert not machine.installer(has_apt=False).install([Package("qpdf")])
    assert "no apt" in machine.said[0]


def test_a_package_that_the_system_does_not_have_is_said_and_left_out(machine: Machine) -> None:
    machine.apt.candidates = ["fontconfig"]
    wanted = [Package("wkhtmltopdf", remedy="Try its makers'."), Package("fontconfig")]
    assert machine.installer().install(wanted)
    assert "wkhtmltopdf is not among this system's packages, going on without. Try its makers'." in machine.said
    assert machine.apt.made(" install ")[0].endswith(" fontconfig")


def test_postfix_displaces_no_other_mail_server(machine: Machine) -> None:
    machine.apt.installed = ["exim4-daemon-light\tmail-transport-agent"]
    machine.installer().install([POSTFIX, Package("qpdf")])
    assert machine.apt.made(" install ")[0].endswith(" qpdf")
    assert any("Postfix would displace exim4-daemon-light" in text for text in machine.said)


def test_postfix_comes_without_a_configuration_and_is_not_started(machine: Machine) -> None:
    machine.installer().install([POSTFIX])
    kinds = ("exit 101", "debconf-set-selections", " install ", "update-rc.d postfix disable", "rm -f")
    places = [next(i for i, line in enumerate(machine.apt.commands) if kind in line) for kind in kinds]
    assert places == sorted(places)
    assert "postfix postfix/main_mailer_type select No configuration\n" in machine.apt.given


def test_a_server_that_was_there_is_left_enabled(machine: Machine) -> None:
    machine.apt.installed = ["dovecot-core\t"]
    machine.apt.candidates = ["dovecot-lmtpd"]
    machine.installer().install(DOVECOT)
    assert machine.apt.made(" install ")[0].endswith(" dovecot-lmtpd")
    assert not machine.apt.made("update-rc.d")


def test_services_are_let_go_even_when_apt_fails(machine: Machine) -> None:
    machine.apt.failing = " install "
    assert not machine.installer().install([POSTFIX])
    assert "rm -f" in machine.apt.commands[-2] + machine.apt.commands[-1]
    assert machine.said[-1] == "apt-get install failed, going on without: E: no luck"


def test_a_set_up_that_was_killed_is_tidied_by_the_next(machine: Machine) -> None:
    machine.policy.write_text(f"#!/bin/sh\n# {apt_install.POLICY_MARK}\nexit 101\n", encoding="utf-8")
    machine.apt.installed = ["qpdf\t"]
    assert machine.installer().install([Package("qpdf")])
    assert machine.apt.made("rm -f")


def test_an_earlier_policy_is_put_back(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.policy.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    monkeypatch.setattr(apt_install, "POLICY", str(machine.policy))
    monkeypatch.setattr(apt_install, "POLICY_KEPT", f"{machine.policy}.kept")
    with services_held_back(apt_install.run_quietly, []):
        assert subprocess.run([machine.policy], check=False).returncode == 101
    assert machine.policy.read_text(encoding="utf-8") == "#!/bin/sh\nexit 0\n"
    machine.policy.unlink()
    with services_held_back(apt_install.run_quietly, []):
        assert machine.policy.exists()
    assert not machine.policy.exists()


def test_a_program_from_elsewhere_stands_for_its_package() -> None:
    package = Package("wkhtmltopdf", program="wkhtmltopdf")
    assert missing_packages([package], {}, lambda _name: None) == [package]
    assert missing_packages([package], {}, lambda name: f"/usr/local/bin/{name}") == []


def test_a_renamed_package_is_found_under_its_newer_name() -> None:
    package = Package("libasound2", renamed="libasound2t64")
    policy = "libasound2:\n  Candidate: (none)\nlibasound2t64:\n  Candidate: 1.2\n"
    assert choose_names([package], parse_candidates(policy)) == (["libasound2t64"], [])
    assert missing_packages([package], {"libasound2t64": ""}) == []
    assert choose_names([package], set()) == ([], [package])


def test_what_is_installed_is_said_in_one_line() -> None:
    assert summary(["xvfb", "libgl1", "libegl1", "qpdf"]) == "xvfb, qpdf, 2 libraries"
    assert summary(["qpdf"]) == "qpdf"
