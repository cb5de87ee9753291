"""The mail program of this PC (PRODUCT B3): by which way it takes a mail, or why it can't be offered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend.domain.mail_failure import MailCause


class HandOverWay(StrEnum):
    """By which way a mail and its files reach a mail program."""

    SIMPLE_MAPI = "simple_mapi"
    THUNDERBIRD = "thunderbird"  # its command line
    XDG_EMAIL = "xdg_email"
    DRAFT = "draft"  # an unsent .eml file, opened with the PC's program for mails


@dataclass(frozen=True, slots=True)
class MailClient:
    """A mail program that is there; `name` is what the system calls it, `program` what is started."""

    way: HandOverWay
    name: str
    program: str = ""

    @property
    def may_send_unseen(self) -> bool:
        """Tell whether it can send without showing the message; all others always show it."""
        return self.way is HandOverWay.SIMPLE_MAPI


@dataclass(frozen=True, slots=True)
class MailClientOffer:
    """What the sender settings may offer: a mail program, or the reason why there is none.

    `is_remote`: this session is shown on another PC, and mail programs are set up on the one that runs it.
    """

    client: MailClient | None
    reason: MailCause | None = None
    is_remote: bool = False
