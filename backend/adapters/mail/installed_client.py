"""Which mail program takes mails on this PC, and whether the session is shown on another one."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backend.domain.mail_client import HandOverWay, MailClient, MailClientOffer
from backend.domain.mail_failure import MailCause

_ASKING_S = 5.0
_CLIENTS = r"Software\Clients\Mail"
_SM_REMOTESESSION = 0x1000  # GetSystemMetrics
_THUNDERBIRDS = ("thunderbird", "icedove", "betterbird")


def find_mail_client() -> MailClientOffer:
    """Return what the sender settings may offer on this PC."""
    if sys.platform == "win32":
        return offer_on_windows(WindowsPc())
    if sys.platform == "darwin":
        return MailClientOffer(MailClient(HandOverWay.DRAFT, "Mail"))
    return offer_on_linux(LinuxPc())


def _ask(command: Sequence[str]) -> str:
    """Return what a program prints, "" where it can't tell."""
    try:
        asked = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_ASKING_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return asked.stdout.decode("utf-8", "replace").strip() if asked.returncode == 0 else ""


@dataclass(frozen=True, slots=True)
class LinuxPc:
    """A Linux desktop: its environment, the programs on its PATH, and what they answer."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    which: Callable[[str], str | None] = shutil.which
    ask: Callable[[Sequence[str]], str] = _ask

    @property
    def has_screen(self) -> bool:
        """Tell whether a window can open."""
        return any(self.environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))

    @property
    def is_remote(self) -> bool:
        """Tell whether the screen is that of another PC: SSH, xrdp."""
        return any(self.environment.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "XRDP_SESSION"))

    def program_for(self, media_type: str) -> str:
        """Return the .desktop file that opens a kind of file or address, "" for none."""
        found = self.ask(("xdg-mime", "query", "default", media_type))
        if not found and media_type.startswith("x-scheme-handler/"):
            found = self.ask(("xdg-settings", "get", "default-url-scheme-handler", media_type.partition("/")[2]))
        return found.splitlines()[0] if found else ""


def offer_on_linux(pc: LinuxPc) -> MailClientOffer:
    """Find the registered mail program, else Thunderbird, else one that opens drafts."""
    xdg_email = pc.which("xdg-email")
    if xdg_email and _knows_its_program(xdg_email, pc.which("xdg-mime")):
        return MailClientOffer(MailClient(HandOverWay.XDG_EMAIL, "xdg-email", xdg_email), is_remote=pc.is_remote)
    if not pc.has_screen:
        return MailClientOffer(None, MailCause.CLIENT_NO_SCREEN, pc.is_remote)
    client = _registered(pc, xdg_email) or _draft_reader(pc)
    reason = None if client else MailCause.CLIENT_MISSING
    return MailClientOffer(client, reason, pc.is_remote)


def _knows_its_program(xdg_email: str, xdg_mime: str | None) -> bool:
    """Tell an xdg-email that somebody put before that of xdg-utils: it needs no registered program, and no screen."""
    return xdg_mime is None or Path(xdg_email).parent != Path(xdg_mime).parent


def _registered(pc: LinuxPc, xdg_email: str | None) -> MailClient | None:
    entry = pc.program_for("x-scheme-handler/mailto")
    thunderbird = next((path for name in _THUNDERBIRDS if (path := pc.which(name))), None)
    if thunderbird and (not entry or any(name in entry.lower() for name in _THUNDERBIRDS)):
        return MailClient(HandOverWay.THUNDERBIRD, "Thunderbird", thunderbird)
    if entry and xdg_email:
        return MailClient(HandOverWay.XDG_EMAIL, _shown(entry), xdg_email)
    return MailClient(HandOverWay.THUNDERBIRD, "Thunderbird", thunderbird) if thunderbird else None


def _draft_reader(pc: LinuxPc) -> MailClient | None:
    entry = pc.program_for("message/rfc822")
    opener = pc.which("xdg-open")
    return MailClient(HandOverWay.DRAFT, _shown(entry), opener) if entry and opener else None


def _shown(entry: str) -> str:
    """Return org.gnome.Evolution.desktop as Evolution."""
    name = entry.removesuffix(".desktop").rpartition(".")[2]
    return name[:1].upper() + name[1:]


class WindowsPc:
    """A Windows session: its registry, and where it is shown."""

    @property
    def is_remote(self) -> bool:
        """Tell whether the session is shown on another PC (Remote Desktop)."""
        if os.environ.get("SESSIONNAME", "").upper().startswith("RDP-"):
            return True
        if sys.platform == "win32":
            import ctypes

            return bool(ctypes.windll.user32.GetSystemMetrics(_SM_REMOTESESSION))
        return False

    def values(self, key: str, name: str) -> list[str]:
        """Return a value below this user's key, then below the PC's, where it is; "" is the key's own value."""
        found: list[str] = []
        if sys.platform == "win32":
            import winreg

            # A 64-bit program sees the 64-bit providers, and needs one of those.
            for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
                with contextlib.suppress(OSError), winreg.OpenKey(root, key) as opened:
                    value = winreg.QueryValueEx(opened, name)[0]
                    if isinstance(value, str) and value.strip():
                        found.append(value.strip())
        return found

    def opens_drafts(self) -> bool:
        """Tell whether a program opens .eml files."""
        chosen = r"Software\Microsoft\Windows\CurrentVersion\Explorer\FileExts\.eml\UserChoice"
        return any(self.values(chosen, "ProgId")) or any(self.values(r"Software\Classes\.eml", ""))


def offer_on_windows(pc: WindowsPc) -> MailClientOffer:
    """Find the mail program registered for Simple MAPI, else one that opens drafts.

    The new Outlook is registered without an interface: it takes drafts at most.
    """
    name = next(iter(pc.values(_CLIENTS, "")), "")
    entry = rf"{_CLIENTS}\{name}"
    if name and (any(pc.values(entry, "DLLPath")) or any(pc.values(entry, "DLLPathEx"))):
        return MailClientOffer(MailClient(HandOverWay.SIMPLE_MAPI, name), is_remote=pc.is_remote)
    if pc.opens_drafts():
        return MailClientOffer(MailClient(HandOverWay.DRAFT, name), is_remote=pc.is_remote)
    reason = MailCause.CLIENT_UNSUPPORTED if name else MailCause.CLIENT_MISSING
    return MailClientOffer(None, reason, pc.is_remote)
