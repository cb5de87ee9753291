"""Server programs started by the tests: none outlives them, each is ended by its own process id."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

# The shell ends the program and all its children when its standard input closes: also when the tests are killed.
_SUPERVISED = '"$@" <"$0" & read -r _; kill -KILL 0'


@contextlib.contextmanager
def running(
    argv: list[str],
    *,
    log_file: Path,
    env: Mapping[str, str] | None = None,
    input_file: Path = Path("/dev/null"),
) -> Iterator[None]:
    """Run a program in the foreground until the block ends; its output goes to `log_file`."""
    with log_file.open("ab") as log:
        child = subprocess.Popen(
            ["sh", "-c", _SUPERVISED, str(input_file), *argv],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=env,
            start_new_session=True,
        )
    try:
        yield
    except BaseException as error:
        error.add_note(f"{argv[0]} said: {log_file.read_text('utf-8', errors='replace')[-2000:]}")
        raise
    finally:
        _end(child)


@contextlib.contextmanager
def server_folder() -> Iterator[Path]:
    """Make a temporary folder that a server's own users can enter (pytest's are closed to them)."""
    with TemporaryDirectory(prefix="facteur-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Kill the program and its own children: its session is its own, and nothing in its folder is kept."""
    os.killpg(child.pid, signal.SIGKILL)
    child.communicate()
    deadline = time.monotonic() + 2
    while _group_lives(child.pid) and time.monotonic() < deadline:
        time.sleep(0.005)


def _group_lives(group: int) -> bool:
    """Look for a living member: the dead ones may stay listed until the machine's init looks after them."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _parent, its_group = stat.read_text("utf-8", errors="replace").rpartition(")")[2].split()[:3]
            if int(its_group) == group and state != "Z":
                return True
    return False
