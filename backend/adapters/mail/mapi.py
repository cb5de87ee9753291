"""Mails for the mail program of a Windows PC by Simple MAPI (MAPISendMailW, MAPISendMail)."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from ctypes import POINTER, Structure, c_size_t, c_uint32, pointer
from dataclasses import dataclass
from typing import Any

from backend.adapters.mail.client_message import ClientMessage
from backend.adapters.mail.mapi_structures import WIDE, Layout, ansi_layout, lay_out
from backend.domain.mail_failure import MailCause, MailFailure

LOGON_UI = 0x1  # MAPI_LOGON_UI
DIALOG = 0x8  # MAPI_DIALOG
FORCE_UNICODE = 0x40000  # MAPI_FORCE_UNICODE: fail with 27 instead of losing characters
SUCCESS = 0
UNICODE_NOT_SUPPORTED = 27

UNSEEN_S = 120.0
SHOWN_S = 1800.0  # somebody is writing in its window

# mapi.h; every other code, and 2, is MAPI_E_FAILURE as far as anybody can tell.
RETURN_CODES = {
    1: ("MAPI_E_USER_ABORT", MailCause.CLIENT_CANCELLED),
    2: ("MAPI_E_FAILURE", MailCause.CLIENT_FAILED),
    3: ("MAPI_E_LOGON_FAILURE", MailCause.CLIENT_SIGN_IN),
    4: ("MAPI_E_DISK_FULL", MailCause.CLIENT_NO_ROOM),
    5: ("MAPI_E_INSUFFICIENT_MEMORY", MailCause.CLIENT_NO_ROOM),
    6: ("MAPI_E_ACCESS_DENIED", MailCause.CLIENT_DENIED),
    8: ("MAPI_E_TOO_MANY_SESSIONS", MailCause.CLIENT_SIGN_IN),
    9: ("MAPI_E_TOO_MANY_FILES", MailCause.CLIENT_LIMIT),
    10: ("MAPI_E_TOO_MANY_RECIPIENTS", MailCause.CLIENT_LIMIT),
    11: ("MAPI_E_ATTACHMENT_NOT_FOUND", MailCause.CLIENT_FILE_UNREADABLE),
    12: ("MAPI_E_ATTACHMENT_OPEN_FAILURE", MailCause.CLIENT_FILE_UNREADABLE),
    13: ("MAPI_E_ATTACHMENT_WRITE_FAILURE", MailCause.CLIENT_FILE_UNREADABLE),
    14: ("MAPI_E_UNKNOWN_RECIPIENT", MailCause.CLIENT_RECIPIENT_REFUSED),
    15: ("MAPI_E_BAD_RECIPTYPE", MailCause.CLIENT_UNSUPPORTED),
    16: ("MAPI_E_NO_MESSAGES", MailCause.CLIENT_FAILED),
    17: ("MAPI_E_INVALID_MESSAGE", MailCause.CLIENT_FAILED),
    18: ("MAPI_E_TEXT_TOO_LARGE", MailCause.CLIENT_LIMIT),
    19: ("MAPI_E_INVALID_SESSION", MailCause.CLIENT_SIGN_IN),
    20: ("MAPI_E_TYPE_NOT_SUPPORTED", MailCause.CLIENT_UNSUPPORTED),
    21: ("MAPI_E_AMBIGUOUS_RECIPIENT", MailCause.CLIENT_RECIPIENT_REFUSED),
    22: ("MAPI_E_MESSAGE_IN_USE", MailCause.CLIENT_FAILED),
    23: ("MAPI_E_NETWORK_FAILURE", MailCause.CLIENT_OFFLINE),
    24: ("MAPI_E_INVALID_EDITFIELDS", MailCause.CLIENT_FAILED),
    25: ("MAPI_E_INVALID_RECIPS", MailCause.CLIENT_RECIPIENT_REFUSED),
    26: ("MAPI_E_NOT_SUPPORTED", MailCause.CLIENT_UNSUPPORTED),
    27: ("MAPI_E_UNICODE_NOT_SUPPORTED", MailCause.CLIENT_UNSUPPORTED),
    28: ("MAPI_E_ATTACHMENT_TOO_LARGE", MailCause.CLIENT_LIMIT),
}

SendMail = Callable[[int, int, Any, int, int], int]


@dataclass(frozen=True, slots=True)
class MapiLibrary:
    """Both entry points of MAPI32.DLL; before Windows 8 there is no `send_wide`."""

    send_wide: SendMail | None
    send_ansi: SendMail
    ansi_encoding: str = "mbcs"


def load_mapi() -> MapiLibrary:
    """Return the MAPI32.DLL of this Windows, which hands on to the registered mail program; raises OSError."""
    if sys.platform == "win32":
        import ctypes

        library = ctypes.WinDLL("mapi32")
        wide = getattr(library, "MAPISendMailW", None)
        if wide is not None:
            _declare(wide, WIDE.message)
        _declare(library.MAPISendMail, ansi_layout("mbcs").message)
        return MapiLibrary(wide, library.MAPISendMail)
    raise OSError("Simple MAPI is there on Windows only")


def _declare(function: Any, message: type[Structure]) -> None:  # noqa: ANN401 - a function of a DLL
    # LHANDLE and ULONG_PTR are as wide as a pointer, FLAGS and ULONG have 32 bits.
    function.argtypes = [c_size_t, c_size_t, POINTER(message), c_uint32, c_uint32]
    function.restype = c_uint32


def send_by_mapi(
    message: ClientMessage,
    *,
    show: bool,
    load: Callable[[], MapiLibrary] = load_mapi,
    limit_s: float | None = None,
) -> str:
    """Hand a message to the mail program, in a thread of its own; return what is known of it, for the transcript.

    With `show` a person sends it from the program's window. Raises MailFailure: CLIENT_SILENT where no answer came in
    time, which leaves open whether the mail left.
    """
    try:
        library = load()
    except OSError as error:
        raise MailFailure(MailCause.CLIENT_MISSING, transcript=f"mapi32: {error}") from None
    limit_s = limit_s or (SHOWN_S if show else UNSEEN_S)
    said = _said_in_own_thread(lambda: _send(message, library, LOGON_UI | (DIALOG if show else 0)), limit_s)
    if said is None:
        raise MailFailure(MailCause.CLIENT_SILENT, transcript=f"no answer within {limit_s:.0f} s")
    function, code = said
    if code == SUCCESS:
        return f"{function}: 0 SUCCESS_SUCCESS"
    name, cause = RETURN_CODES.get(code, ("", MailCause.CLIENT_FAILED))
    raise MailFailure(cause, transcript=f"{function}: {code} {name}".rstrip())


def _send(message: ClientMessage, library: MapiLibrary, flags: int) -> tuple[str, int]:
    """Try with Unicode, and without it where the mail program knows none; return the function and its code."""
    if library.send_wide is not None:
        code = _call(library.send_wide, message, WIDE, flags | FORCE_UNICODE)
        if code != UNICODE_NOT_SUPPORTED:
            return "MAPISendMailW", code
    return "MAPISendMail", _call(library.send_ansi, message, ansi_layout(library.ansi_encoding), flags)


def _call(send: SendMail, message: ClientMessage, layout: Layout, flags: int) -> int:
    structure = lay_out(message, layout)
    try:
        return send(0, 0, pointer(structure), flags, 0)
    except OSError:  # an access violation inside the mail program's DLL
        return 2


def _said_in_own_thread(call: Callable[[], tuple[str, int]], limit_s: float) -> tuple[str, int] | None:
    """Return what a call says, None where it hasn't come back: it may go on, and its thread ends with the program."""
    said: Future[tuple[str, int]] = Future()

    def run() -> None:
        with _com():
            try:
                said.set_result(call())
            except Exception as error:  # noqa: BLE001 - for the thread that waits
                said.set_exception(error)

    folder = os.getcwd()  # noqa: PTH109 - mail programs change it, and it is the whole program's
    threading.Thread(target=run, daemon=True, name="mail-program").start()
    try:
        return said.result(limit_s)
    except TimeoutError:
        return None
    finally:
        with contextlib.suppress(OSError):
            os.chdir(folder)


@contextlib.contextmanager
def _com() -> Iterator[None]:
    """Enter a single-threaded COM apartment: mail programs are COM servers, and their windows want one."""
    if sys.platform == "win32":
        import ctypes

        entered = ctypes.windll.ole32.CoInitializeEx(None, 0x2) >= 0  # COINIT_APARTMENTTHREADED
        try:
            yield
        finally:
            if entered:
                ctypes.windll.ole32.CoUninitialize()
    else:
        yield
