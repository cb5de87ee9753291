"""The set-up's steps on a folder of their own, with commands that are only written down."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from debian_packages import PROGRAM, TESTS, VENV, WINDOW, WINDOWS
from setup_steps import ROOT, Plan, SetUp, SetupError, make_plan, stale_catalogues
from virtual_env import Venv

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from debian_packages import Package


@dataclass
class Commands:
    """Writes commands down; `-m venv` makes a folder, and a command with a `failing` word fails."""

    venv: Path
    failing: str = ""
    said: list[str] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)
    settled: bool = True

    def call(self, command: Sequence[str]) -> int:
        line = " ".join(command)
        self.said.append(line)
        if "-m venv" in line:
            make_venv(self.venv)
        return 1 if self.failing and self.failing in line else 0

    def install(self, packages: Sequence[Package]) -> bool:
        self.packages += [package.name for package in packages]
        return self.settled


def make_venv(folder: Path, version: str = "3.11.2") -> None:
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    (folder / "bin/python").touch()
    (folder / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {version}\n", encoding="utf-8")


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    locks = tmp_path / "build/locks"
    locks.mkdir(parents=True)
    for name in ("runtime", "window", "package", "tests"):
        (locks / f"{name}.txt").write_text(f"{name}==1\n", encoding="utf-8")
    return Commands(tmp_path / ".venv")


def steps_for(commands: Commands, lock: str = "runtime", *, ensurepip: bool = True) -> SetUp:
    return SetUp(
        root=commands.venv.parent,
        venv=Venv(commands.venv, "linux"),
        plan=Plan(lock, PROGRAM),
        system="Debian 12",
        call=commands.call,
        install_packages=commands.install,
        has_ensurepip=lambda: ensurepip,
    )


def test_without_a_display_the_window_stays_away() -> None:
    assert make_plan(tests=False, platform="linux", environment={"DISPLAY": ""}) == Plan("runtime", PROGRAM)


@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_a_display_brings_the_window_and_its_libraries(name: str) -> None:
    plan = make_plan(tests=False, platform="linux", environment={name: ":0"})
    assert plan == Plan("window", (*PROGRAM, *WINDOW))


def test_the_tests_bring_the_window_and_the_servers_without_a_display() -> None:
    plan = make_plan(tests=True, platform="linux", environment={})
    assert plan == Plan("tests", (*PROGRAM, *WINDOW, *TESTS))


def test_only_the_campaigns_of_windows_and_packages_bring_wine() -> None:
    plan = make_plan(tests=True, platform="linux", environment={}, campaign="windows")
    assert plan == Plan("tests", (*PROGRAM, *WINDOW, *TESTS, *WINDOWS))
    assert make_plan(tests=True, platform="linux", environment={}, campaign="faults").packages == plan.packages[:-3]
    packaging = make_plan(tests=True, platform="linux", environment={}, campaign="packaging").packages
    assert {package.name for package in packaging} >= {"wine64", "nsis", "debootstrap"}


def test_starting_the_program_never_brings_a_server() -> None:
    plan = make_plan(tests=False, platform="linux", environment={"DISPLAY": ":0"})
    assert not [package for package in plan.packages if package.service]


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_than_on_linux_there_is_a_window_and_no_apt(platform: str) -> None:
    assert make_plan(tests=False, platform=platform, environment={}) == Plan("window", ())


def test_a_first_start_does_every_step_and_a_second_none(commands: Commands) -> None:
    steps = steps_for(commands)
    assert not steps.is_done()
    steps.bring()
    assert [line.split(" -m ")[1].split()[0] for line in commands.said] == ["venv", "pip"]
    assert commands.packages == [package.name for package in PROGRAM]
    assert steps.is_done()


def test_libraries_are_installed_by_hash_and_from_no_address(commands: Commands) -> None:
    steps_for(commands).bring()
    pip = next(line for line in commands.said if "pip install" in line)
    assert pip.endswith(f"--no-deps --require-hashes -r {commands.venv.parent / 'build/locks/runtime.txt'}")
    assert "http" not in pip


def test_a_changed_lock_file_installs_again_and_nothing_else(commands: Commands) -> None:
    steps_for(commands).bring()
    commands.said.clear()
    commands.packages.clear()
    (commands.venv.parent / "build/locks/runtime.txt").write_text("runtime==2\n", encoding="utf-8")
    steps_for(commands).bring()
    assert len(commands.said) == 1
    assert "pip install" in commands.said[0]
    assert commands.packages == []


def test_the_tests_lock_covers_the_program(commands: Commands) -> None:
    steps_for(commands, "tests").bring()
    commands.said.clear()
    steps_for(commands, "runtime").bring()
    assert commands.said == []


def test_a_set_up_cut_in_the_middle_of_the_libraries_goes_on_there(commands: Commands) -> None:
    commands.failing = "pip install"
    with pytest.raises(SetupError, match="network"):
        steps_for(commands).bring()
    assert not steps_for(commands).is_done()
    commands.failing = ""
    commands.said.clear()
    steps_for(commands).bring()
    assert [line.split(" -m ")[1].split()[0] for line in commands.said] == ["pip"]
    assert steps_for(commands).is_done()


def test_a_half_made_venv_is_made_anew(commands: Commands) -> None:
    make_venv(commands.venv)
    commands.failing = "pip --version"
    steps_for(commands).bring()
    assert any("-m venv --clear" in line for line in commands.said)


def test_a_venv_made_by_hand_is_taken_as_it_is(commands: Commands) -> None:
    make_venv(commands.venv)
    steps_for(commands).bring()
    assert not any("-m venv" in line for line in commands.said)


def test_a_venv_that_was_moved_is_made_anew(commands: Commands) -> None:
    make_venv(commands.venv)
    Venv(commands.venv, "linux").mark_done("venv", "3.11 /home/anna/facteur/.venv")
    assert not steps_for(commands).is_done()
    steps_for(commands).bring()
    assert any("-m venv --clear" in line for line in commands.said)


def test_a_link_to_another_clones_venv_is_never_cleared(commands: Commands, tmp_path: Path) -> None:
    other = tmp_path / "other"
    make_venv(other)
    (other / ".done-venv").write_text("made there", encoding="utf-8")
    commands.venv.symlink_to(other)
    with pytest.raises(SetupError, match="link"):
        steps_for(commands).bring()
    assert not any("-m venv" in line for line in commands.said)
    assert (other / "bin/python").exists()


def test_a_window_that_can_not_be_installed_leaves_the_program(commands: Commands) -> None:
    commands.failing = "window.txt"
    steps = steps_for(commands, "window")
    steps.bring()
    assert not steps.is_done()
    assert steps_for(commands, "runtime")._libraries_done()


def test_packages_that_could_not_be_installed_are_tried_at_the_next_start(commands: Commands) -> None:
    commands.settled = False
    steps_for(commands).bring()
    assert not steps_for(commands).is_done()


def test_another_system_looks_at_its_packages_again(commands: Commands) -> None:
    steps_for(commands).bring()
    assert not replace(steps_for(commands), system="Debian 13").is_done()


def test_pythons_venv_is_asked_for_only_where_it_is_missing(commands: Commands) -> None:
    with pytest.raises(SetupError, match="python3-venv"):
        steps_for(commands, ensurepip=False).bring()
    assert commands.packages[0] == VENV.name


def test_a_python_replaced_under_a_venv_makes_it_unusable(tmp_path: Path) -> None:
    venv = Venv(tmp_path / ".venv", "linux")
    make_venv(venv.folder, "3.9.2")
    venv.python.unlink()
    venv.python.symlink_to(sys.executable)
    assert not venv.is_usable()
    venv.python.unlink()
    venv.python.symlink_to(tmp_path / "gone")
    assert not venv.is_usable()


def test_programs_of_a_venv_lie_elsewhere_on_windows(tmp_path: Path) -> None:
    assert Venv(tmp_path, "win32").python == tmp_path / "Scripts" / "python.exe"
    assert Venv(tmp_path, "linux").python == tmp_path / "bin" / "python"


def test_a_translation_is_compiled_when_it_is_newer(commands: Commands) -> None:
    catalogue = commands.venv.parent / "frontend/translations/fr/LC_MESSAGES/messages.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.touch()
    compiled = catalogue.with_suffix(".mo")
    translations = commands.venv.parent / "frontend/translations"
    assert stale_catalogues(translations) == [catalogue]
    compiled.touch()
    os.utime(compiled, (catalogue.stat().st_mtime + 1,) * 2)
    assert stale_catalogues(translations) == []
    os.utime(compiled, (catalogue.stat().st_mtime - 1,) * 2)
    steps_for(commands).bring_translations()
    assert commands.said[-1].endswith(f"-f -i {catalogue} -o {compiled} -l fr")


def test_the_french_catalogue_of_this_clone_can_be_compiled(commands: Commands) -> None:
    source = ROOT / "frontend/translations/fr/LC_MESSAGES/messages.po"
    catalogue = commands.venv.parent / "frontend/translations/fr/LC_MESSAGES/messages.po"
    catalogue.parent.mkdir(parents=True, exist_ok=True)
    catalogue.write_bytes(source.read_bytes())

    def call(command: Sequence[str]) -> int:
        return subprocess.run([sys.executable, *command[1:]], capture_output=True, check=False).returncode

    replace(steps_for(commands), call=call).bring_translations()
    assert catalogue.with_suffix(".mo").stat().st_size > 50_000


def test_a_package_needs_its_tools_and_for_windows_wine_and_the_installer_maker_too() -> None:
    plan = make_plan(tests=False, platform="linux", environment={}, target="windows")
    assert plan.lock == "package"
    assert {"binutils", "wine64", "nsis"} <= {package.name for package in plan.packages}
    linux = make_plan(tests=False, platform="linux", environment={}, target="linux")
    assert "nsis" not in {package.name for package in linux.packages}
    assert make_plan(tests=False, platform="win32", environment={}, target="windows").packages == ()
