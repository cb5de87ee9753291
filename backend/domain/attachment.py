"""Files that a person adds to a mail: names that are safe, kinds that servers refuse, and how much room they take."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from backend.domain.errors import FacteurError

ADDED_MAX = 20
LIMIT_BYTES = 20_000_000  # what most servers take, where neither the server nor a setting says otherwise
_TEXT_BYTES = 20_000  # headers, and the message as text and as HTML
_NAME_MAX = 100
# What Gmail and Outlook refuse, also inside of archives: https://support.google.com/mail/answer/6590
_RISKY = frozenset((
    "ade", "adp", "apk", "appx", "bat", "cab", "chm", "cmd", "com", "cpl", "dll", "dmg", "docm", "ex", "exe", "hta",
    "img", "iso", "isp", "jar", "jnlp", "js", "jse", "lib", "lnk", "mde", "msc", "msi", "msix", "msp", "mst", "nsh",
    "pif", "pptm", "ps1", "reg", "scr", "sct", "shb", "sys", "vb", "vbe", "vbs", "vhd", "vxd", "wsc", "wsf", "wsh",
    "xlsm",
))  # fmt: skip
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file: names that no file may have there
_WINDOWS_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@dataclass(eq=False)
class AttachmentGoneError(FacteurError):
    """A file that was to go with the mail isn't there any more."""

    cause: ClassVar[str] = "attachment_gone"
    name: str


@dataclass(eq=False)
class AttachmentsTooBigError(FacteurError):
    """With these files the mail would have `size_bytes`; `limit_bytes` is what the server or the setting takes."""

    cause: ClassVar[str] = "attachments_too_big"
    name: str
    size_bytes: int
    limit_bytes: int


@dataclass(eq=False)
class TooManyAttachmentsError(FacteurError):
    """A mail takes `most` added files."""

    cause: ClassVar[str] = "too_many_attachments"
    most: int = ADDED_MAX


def safe_name(name: str) -> str:
    """Return the last part of a name without what a file system, a header or an eye could misread."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Cc and Cf: control characters, and marks that turn the direction of reading (report.fdp.exe).
    shown = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in last)
    kept = " ".join(re.sub(r'[<>:"|?*;]', "-", shown).split()).strip(". ")
    stem, dot, ending = kept.rpartition(".")
    if dot and len(kept) > _NAME_MAX:
        kept = f"{stem[: _NAME_MAX - len(ending[:10]) - 1].rstrip()}.{ending[:10]}"
    kept = kept[:_NAME_MAX] or "document"
    return f"_{kept}" if _WINDOWS_DEVICE.fullmatch(kept) else kept


def is_risky(name: str) -> bool:
    """Tell whether many servers refuse such a file, as it could run on the customer's PC."""
    return PurePosixPath(name).suffix.lower().lstrip(".") in _RISKY


def media_type_of(name: str) -> str:
    """Return the media type by the ending of a name; a file is never shown as a page by it."""
    kind = mimetypes.guess_type(name, strict=True)[0] or ""
    return kind if kind.startswith(("image/", "application/", "text/plain", "text/csv")) else "application/octet-stream"


def mail_bytes(sizes: Iterable[int]) -> int:
    """Return about how big a mail with files of these sizes is: Base64 in lines of 76 (RFC 2045 6.8)."""
    return _TEXT_BYTES + sum(-(-size // 57) * 78 for size in sizes)


def smallest_limit(*limits: int) -> int:
    """Return the smallest of some limits in bytes, of which 0 is none; LIMIT_BYTES where there is none."""
    return min((limit for limit in limits if limit), default=LIMIT_BYTES)
