"""Simple MAPI: the structures as mapi.h lays them out, and what becomes of every answer."""

import os
import sys
import threading
from collections.abc import Callable
from ctypes import Structure, sizeof
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.adapters.mail.client_message import ClientMessage
from backend.adapters.mail.handed_over_files import HandedFile
from backend.adapters.mail.mapi import RETURN_CODES, MapiLibrary, load_mapi, send_by_mapi
from backend.adapters.mail.mapi_structures import (
    NOT_IN_TEXT,
    MapiFileDesc,
    MapiFileDescW,
    MapiMessage,
    MapiMessageW,
    MapiRecipDesc,
    MapiRecipDescW,
)
from backend.domain.mail_failure import MailCause, MailFailure

MESSAGE = ClientMessage(
    to=("client@example.org", "zoé@example.org"),
    cc=("compta@brico.example",),
    bcc=("archive@brico.example",),
    subject="Votre ticket n° 4 – 12,50 €",
    body="Bonjour,\nvoici « C1-4 ».\n",
    files=(HandedFile(Path("/faits/C1-4-CAFE.pdf"), "C1-4-CAFÉ.pdf"),),
)


class Answering:
    """Stands for MAPISendMail: writes down what it is given, as the mail program reads it, and answers."""

    def __init__(self, *codes: int, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.codes = list(codes)
        self.meanwhile = meanwhile
        self.calls: list[dict[str, Any]] = []

    def __call__(self, session: int, window: int, message: Any, flags: int, reserved: int) -> int:  # noqa: ANN401 - a pointer
        it = message.contents
        recipients = [it.lpRecips[place] for place in range(it.nRecipCount)]
        files = [it.lpFiles[place] for place in range(it.nFileCount)]
        self.calls.append(
            {
                "zeros": (session, window, reserved, it.ulReserved, it.lpszMessageType, bool(it.lpOriginator)),
                "subject": it.lpszSubject,
                "text": it.lpszNoteText,
                "message_flags": it.flFlags,
                "recipients": [(each.ulRecipClass, each.lpszAddress) for each in recipients],
                "files": [(each.nPosition, each.lpszPathName, each.lpszFileName) for each in files],
                "flags": flags,
                "thread": threading.current_thread(),
            }
        )
        self.meanwhile()
        return self.codes.pop(0) if len(self.codes) > 1 else self.codes[0]


def sent(wide: Answering | None, ansi: Answering | None = None, *, show: bool = False, limit_s: float = 10) -> str:
    library = MapiLibrary(wide, ansi or Answering(2), "cp1252")
    return send_by_mapi(MESSAGE, show=show, load=lambda: library, limit_s=limit_s)


def refusal(*codes: int) -> MailFailure:
    with pytest.raises(MailFailure) as caught:
        sent(Answering(*codes), Answering(*codes))
    return caught.value


@pytest.mark.skipif(sys.maxsize < 2**32, reason="the sizes of 64 bits")
@pytest.mark.parametrize(
    ("message", "recipient", "file"),
    [(MapiMessageW, MapiRecipDescW, MapiFileDescW), (MapiMessage, MapiRecipDesc, MapiFileDesc)],
)
def test_the_structures_have_the_sizes_and_offsets_of_the_windows_header(
    message: type[Structure], recipient: type[Structure], file: type[Structure]
) -> None:
    assert [sizeof(each) for each in (recipient, file, message)] == [40, 40, 96]
    assert {name: getattr(message, name).offset for name, *_ in message._fields_} == {
        "ulReserved": 0,
        "lpszSubject": 8,
        "lpszNoteText": 16,
        "lpszMessageType": 24,
        "lpszDateReceived": 32,
        "lpszConversationID": 40,
        "flFlags": 48,
        "lpOriginator": 56,
        "nRecipCount": 64,
        "lpRecips": 72,
        "nFileCount": 80,
        "lpFiles": 88,
    }
    assert [getattr(recipient, name).offset for name, *_ in recipient._fields_] == [0, 4, 8, 16, 24, 32]
    assert [getattr(file, name).offset for name, *_ in file._fields_] == [0, 4, 8, 16, 24, 32]


def test_the_mail_arrives_in_unicode_with_its_file() -> None:
    wide = Answering(0)
    assert sent(wide) == "MAPISendMailW: 0 SUCCESS_SUCCESS"
    (call,) = wide.calls
    assert call["zeros"] == (0, 0, 0, 0, None, False)
    assert call["subject"] == MESSAGE.subject
    assert call["text"] == "Bonjour,\r\nvoici « C1-4 ».\r\n"
    assert call["recipients"] == [
        (1, "SMTP:client@example.org"),
        (1, "SMTP:zoé@example.org"),
        (2, "SMTP:compta@brico.example"),
        (3, "SMTP:archive@brico.example"),
    ]
    assert call["files"] == [(NOT_IN_TEXT, str(MESSAGE.files[0].path), "C1-4-CAFÉ.pdf")]


@pytest.mark.parametrize(("show", "flags"), [(False, 0x40001), (True, 0x40009)])
def test_the_window_is_shown_only_where_it_is_wanted(show: bool, flags: int) -> None:
    wide = Answering(0)
    sent(wide, show=show)
    assert wide.calls[0]["flags"] == flags


def test_a_read_receipt_is_asked_for_by_a_flag() -> None:
    wide = Answering(0)
    library = MapiLibrary(wide, Answering(2), "cp1252")
    send_by_mapi(replace(MESSAGE, wants_read_receipt=True), show=False, load=lambda: library)
    sent(wide)
    assert [call["message_flags"] for call in wide.calls] == [2, 0]


@pytest.mark.parametrize("wide", [None, Answering(27)])
def test_a_program_without_unicode_gets_the_mail_in_the_code_page(wide: Answering | None) -> None:
    ansi = Answering(0)
    assert sent(wide, ansi, show=True) == "MAPISendMail: 0 SUCCESS_SUCCESS"
    (call,) = ansi.calls
    assert call["flags"] == 0x9
    assert call["subject"] == "Votre ticket n° 4 – 12,50 €".encode("cp1252")
    assert call["recipients"][1] == (1, "SMTP:zoé@example.org".encode("cp1252"))
    assert call["files"][0][1] == str(MESSAGE.files[0].path).encode("ascii")


@pytest.mark.parametrize("code", RETURN_CODES)
def test_every_return_code_has_its_cause_and_its_name_in_the_transcript(code: int) -> None:
    name, cause = RETURN_CODES[code]
    failure = refusal(code)
    assert failure.mail_cause is cause
    assert failure.transcript.endswith(f": {code} {name}")


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (1, MailCause.CLIENT_CANCELLED),
        (2, MailCause.CLIENT_FAILED),
        (3, MailCause.CLIENT_SIGN_IN),
        (11, MailCause.CLIENT_FILE_UNREADABLE),
        (26, MailCause.CLIENT_UNSUPPORTED),
        (99, MailCause.CLIENT_FAILED),
    ],
)
def test_the_codes_that_programs_really_give_are_told_apart(code: int, cause: MailCause) -> None:
    assert refusal(code).mail_cause is cause


def test_only_a_network_that_is_down_is_worth_another_try_without_any_change() -> None:
    assert [code for code in RETURN_CODES if refusal(code).is_temporary] == [23]


def test_a_program_that_crashes_is_a_failure_and_not_our_end() -> None:
    def crash() -> None:
        raise OSError("exception: access violation reading 0x0000000000000000")

    with pytest.raises(MailFailure) as caught:
        sent(Answering(0, meanwhile=crash))
    assert caught.value.mail_cause is MailCause.CLIENT_FAILED


def test_a_program_that_never_answers_is_given_up_and_the_mail_has_perhaps_left() -> None:
    released = threading.Event()
    with pytest.raises(MailFailure) as caught:
        sent(Answering(0, meanwhile=lambda: released.wait(30)), limit_s=0.05)
    released.set()
    assert caught.value.mail_cause is MailCause.CLIENT_SILENT


def test_the_call_has_a_thread_of_its_own_and_the_current_folder_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wide = Answering(0, meanwhile=lambda: os.chdir("/"))
    sent(wide)
    assert Path.cwd() == tmp_path
    assert wide.calls[0]["thread"] is not threading.current_thread()


@pytest.mark.skipif(sys.platform == "win32", reason="there it is there")
def test_without_a_mapi_library_there_is_no_mail_program() -> None:
    with pytest.raises(MailFailure) as caught:
        send_by_mapi(MESSAGE, show=False, load=load_mapi)
    assert caught.value.mail_cause is MailCause.CLIENT_MISSING
