"""The structures of Simple MAPI (mapi.h), for Unicode (W) and ANSI, and a mail laid out in them.

ULONG has 32 bits on every Windows; alignment is natural: on 64 bits 40, 40 and 96 bytes, on 32 bits 24, 24 and 48.
"""

from __future__ import annotations

from collections.abc import Callable
from ctypes import POINTER, Structure, c_char_p, c_uint32, c_void_p, c_wchar_p
from dataclasses import dataclass
from typing import Any

from backend.adapters.mail.client_message import ClientMessage

TO, CC, BCC = 1, 2, 3  # MAPI_TO, MAPI_CC, MAPI_BCC
RECEIPT_REQUESTED = 2  # MAPI_RECEIPT_REQUESTED
NOT_IN_TEXT = 0xFFFFFFFF  # nPosition: the file is no picture inside the text

_Fields = list[tuple[str, Any]]


def _recipient_fields(text: type[c_wchar_p | c_char_p]) -> _Fields:
    return [
        ("ulReserved", c_uint32),
        ("ulRecipClass", c_uint32),
        ("lpszName", text),
        ("lpszAddress", text),
        ("ulEIDSize", c_uint32),
        ("lpEntryID", c_void_p),
    ]


def _file_fields(text: type[c_wchar_p | c_char_p]) -> _Fields:
    return [
        ("ulReserved", c_uint32),
        ("flFlags", c_uint32),
        ("nPosition", c_uint32),
        ("lpszPathName", text),
        ("lpszFileName", text),
        ("lpFileType", c_void_p),
    ]


def _message_fields(text: type[c_wchar_p | c_char_p], recipient: type[Structure], file: type[Structure]) -> _Fields:
    return [
        ("ulReserved", c_uint32),
        ("lpszSubject", text),
        ("lpszNoteText", text),
        ("lpszMessageType", text),
        ("lpszDateReceived", text),
        ("lpszConversationID", text),
        ("flFlags", c_uint32),
        ("lpOriginator", POINTER(recipient)),
        ("nRecipCount", c_uint32),
        ("lpRecips", POINTER(recipient)),
        ("nFileCount", c_uint32),
        ("lpFiles", POINTER(file)),
    ]


class MapiRecipDescW(Structure):
    """A recipient."""

    _fields_ = _recipient_fields(c_wchar_p)


class MapiFileDescW(Structure):
    """An attachment."""

    _fields_ = _file_fields(c_wchar_p)


class MapiMessageW(Structure):
    """A mail."""

    _fields_ = _message_fields(c_wchar_p, MapiRecipDescW, MapiFileDescW)


class MapiRecipDesc(Structure):
    """A recipient, for ANSI."""

    _fields_ = _recipient_fields(c_char_p)


class MapiFileDesc(Structure):
    """An attachment, for ANSI."""

    _fields_ = _file_fields(c_char_p)


class MapiMessage(Structure):
    """A mail, for ANSI."""

    _fields_ = _message_fields(c_char_p, MapiRecipDesc, MapiFileDesc)


@dataclass(frozen=True, slots=True)
class Layout:
    """The three structures of one kind, and how a text is handed over in them."""

    message: type[Structure]
    recipient: type[Structure]
    file: type[Structure]
    text: Callable[[str], str | bytes]


WIDE = Layout(MapiMessageW, MapiRecipDescW, MapiFileDescW, str)


def ansi_layout(encoding: str) -> Layout:
    """Return the structures for programs without Unicode; what their encoding lacks becomes `?`."""
    return Layout(MapiMessage, MapiRecipDesc, MapiFileDesc, lambda text: text.encode(encoding, "replace"))


def lay_out(message: ClientMessage, layout: Layout) -> Structure:
    """Return the mail as a structure that keeps alive what it points to."""
    text = layout.text
    people = [
        (kind, address) for kind, group in ((TO, message.to), (CC, message.cc), (BCC, message.bcc)) for address in group
    ]
    recipients = (layout.recipient * len(people))(
        *(layout.recipient(0, kind, text(address), text(f"SMTP:{address}"), 0, None) for kind, address in people)
    )
    files = (layout.file * len(message.files))(
        *(layout.file(0, 0, NOT_IN_TEXT, text(str(file.path)), text(file.name), None) for file in message.files)
    )
    return layout.message(
        lpszSubject=text(message.subject),
        lpszNoteText=text(message.body.replace("\n", "\r\n")),
        flFlags=RECEIPT_REQUESTED if message.wants_read_receipt else 0,
        nRecipCount=len(people),
        lpRecips=recipients,
        nFileCount=len(message.files),
        lpFiles=files,
    )
