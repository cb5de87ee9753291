from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.adapters.logs import RedactingFormatter, SharedLogFile, hide, redact, start_logging

ADDRESS = "tres.rare@exemple.example"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[logging.Logger]:
    handler = start_logging(tmp_path)
    yield logging.getLogger("backend.test")
    logging.getLogger().removeHandler(handler)


def written(folder: Path) -> str:
    return (folder / "facteur.log").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"550 5.1.1 <{ADDRESS}>: unknown", "rare"),
        (f"sent to {ADDRESS},{ADDRESS}", "rare"),
        ("AUTH PLAIN AGNhaXNzZQBtb3RkZXBhc3Nl", "AGNh"),
        ("auth login Y2Fpc3Nl", "Y2Fp"),
        ("AUTH XOAUTH2 dXNlcj1h", "dXNl"),
        ("Authorization: Bearer ya29.abc-def_1", "ya29"),
        ("password=sesame", "sesame"),
        ("{'password': 'sesame'}", "sesame"),
        ('{"refresh_token": "sesame"}', "sesame"),
        ("client_secret : sesame", "sesame"),
        ("Set-Cookie: facteur=sesame; HttpOnly", "sesame"),
        ("GET /?launch=sesame&x=1 HTTP/1.1", "sesame"),
    ],
)
def test_a_secret_or_an_address_is_hidden(text: str, secret: str) -> None:
    assert secret not in redact(text)


@pytest.mark.parametrize(
    "text", ["Ticket C1-4 recorded", "connected to smtp.example:587", "250 2.0.0 Ok: queued as 4F2", "3 = 3, a == b"]
)
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text) == text


def test_a_value_that_was_made_known_is_hidden_wherever_it_stands() -> None:
    hide("Sésame-ouvre-toi")
    assert redact("xSésame-ouvre-toix") == "x…x"
    hide("a")
    assert redact("a b") == "a b"


def test_nothing_of_a_record_escapes_the_redaction(log: logging.Logger, tmp_path: Path) -> None:
    try:
        int(f"<{ADDRESS}> password=sesame")
    except ValueError:
        log.exception("sending to %s failed", ADDRESS)
    text = written(tmp_path)
    assert "sending to …@… failed" in text
    assert "ValueError" in text
    assert "rare" not in text
    assert "sesame" not in text


def test_a_line_break_in_a_value_forges_no_record(log: logging.Logger, tmp_path: Path) -> None:
    log.warning("till %s", "C1\n2026-11-24 ERROR backend: forged\r\nforged")
    lines = written(tmp_path).splitlines()
    assert [line.startswith("    ") for line in lines] == [False, True, True]


def test_a_record_has_its_moment_process_level_and_place(log: logging.Logger, tmp_path: Path) -> None:
    log.info("hello")
    moment, process, level, place, text = written(tmp_path).split()
    assert "T" in moment
    assert process.isdigit()
    assert (level, place, text) == ("INFO", "backend.test:", "hello")


def test_libraries_are_heard_from_warning_on(log: logging.Logger, tmp_path: Path) -> None:
    logging.getLogger("some.library").info("chatter")
    logging.getLogger("some.library").warning("trouble")
    assert "chatter" not in written(tmp_path)
    assert "trouble" in written(tmp_path)


def file_logger(path: Path, name: str, *, max_bytes: int = 1000, kept: int = 3) -> logging.Logger:
    handler = SharedLogFile(path, max_bytes=max_bytes, kept=kept)
    handler.setFormatter(RedactingFormatter("%(message)s"))
    logger = logging.getLogger(f"test.{name}")
    logger.handlers, logger.propagate = [handler], False
    return logger


def test_the_log_is_turned_over_when_it_is_big_and_the_oldest_go(tmp_path: Path) -> None:
    logger = file_logger(tmp_path / "x.log", "x")
    for number in range(200):
        logger.error("record %03d of a line that is about fifty bytes long", number)
    files = sorted(tmp_path.glob("x.log*"))
    assert {"x.log.1", "x.log.2", "x.log.3"} <= {path.name for path in files}
    assert not (tmp_path / "x.log.4").exists()
    assert all(path.stat().st_size < 1100 for path in files)
    assert "record 199" in "".join(path.read_text("utf-8") for path in files)


def test_programs_that_log_to_one_file_lose_no_record(tmp_path: Path) -> None:
    loggers = [file_logger(tmp_path / "x.log", name, kept=200) for name in "abcd"]

    def write(logger: logging.Logger) -> None:
        for number in range(100):
            logger.error("%s%03d %s", logger.name[-1], number, "x" * 40)

    threads = [threading.Thread(target=write, args=(logger,)) for logger in loggers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    text = "".join(path.read_text("utf-8") for path in tmp_path.glob("x.log*"))
    assert sorted(line[:4] for line in text.splitlines()) == [f"{name}{n:03}" for name in "abcd" for n in range(100)]


def test_a_log_that_can_not_be_written_stops_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_bytes(b"")
    file_logger(tmp_path / "file" / "x.log", "x").error("lost")
    assert capfd.readouterr() == ("", "")


def test_odd_characters_reach_the_log(log: logging.Logger, tmp_path: Path) -> None:
    log.warning("é \ud800 \u202e")
    assert "é \\ud800" in written(tmp_path)
