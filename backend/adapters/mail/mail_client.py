"""Mail by the mail program of this PC: handed over, which is no proof that it leaves (PRODUCT B3, B5)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from backend.adapters.mail.client_message import client_message
from backend.adapters.mail.eml_draft import DRAFT_NAME, build_draft, open_draft
from backend.adapters.mail.handed_over_files import HandedOverFiles
from backend.adapters.mail.installed_client import find_mail_client
from backend.adapters.mail.mapi import MapiLibrary, load_mapi, send_by_mapi
from backend.adapters.mail.started_program import ANSWER_S
from backend.adapters.mail.xdg_email import run_mail_command, thunderbird_command, xdg_email_command
from backend.domain.mail_client import HandOverWay, MailClient, MailClientOffer
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.outgoing_mail import Delivery, OutgoingMail, RecipientResult, RecipientStatus, SendingPhase
from backend.domain.sender_profile import SenderProfile
from backend.ports import SendingWatch


@dataclass(frozen=True, slots=True)
class ThisPc:
    """What a transport finds on the PC: its mail program, its MAPI, and how long a started program may take."""

    find: Callable[[], MailClientOffer] = find_mail_client
    load_mapi: Callable[[], MapiLibrary] = load_mapi
    answer_s: float = ANSWER_S


class MailClientTransport:
    """Hands mails with copies of their files to the mail program; never takes another way by itself."""

    def __init__(self, files: HandedOverFiles, pc: ThisPc | None = None) -> None:
        self._files = files
        self._pc = pc or ThisPc()

    def send(self, mail: OutgoingMail, sender: SenderProfile, watch: SendingWatch) -> Delivery:
        """Hand over as `ports.MailTransport` says; without an answer in time the cause is CLIENT_SILENT.

        The address of the sender is the one that the mail program has.
        """
        watch.phase(SendingPhase.CONNECTING)
        client = self._client()
        watch.step("client_found", client.name)
        watch.phase(SendingPhase.ENVELOPE)
        watch.phase(SendingPhase.DATA)
        hand_over = self._prepared(client, mail, sender)
        watch.phase(SendingPhase.FINAL_DOT)
        known = hand_over()
        watch.step("handed_over", client.name)
        accepted = RecipientResult(RecipientStatus.ACCEPTED)
        return Delivery(dict.fromkeys(mail.remaining_recipients, accepted), "", known, handed_over=True)

    def kept_open(self) -> AbstractContextManager[None]:
        """Keep nothing: a mail program takes one mail after the other."""
        return nullcontext()

    def is_reachable(self, sender: SenderProfile) -> bool:  # noqa: ARG002 - the port's signature
        """Tell whether there is a mail program."""
        return self._pc.find().client is not None

    def _client(self) -> MailClient:
        offer = self._pc.find()
        if offer.client is None:
            raise MailFailure(offer.reason or MailCause.CLIENT_MISSING)
        return offer.client

    def _prepared(self, client: MailClient, mail: OutgoingMail, sender: SenderProfile) -> Callable[[], str]:
        """Return the hand-over itself, once all that may fail of our own is done."""
        if client.way is HandOverWay.DRAFT:
            draft = self._files.write(DRAFT_NAME, build_draft(mail, sender))
            return lambda: open_draft(draft, self._pc.answer_s)
        message = client_message(mail, self._files.copy(mail.attachments))
        if client.way is HandOverWay.SIMPLE_MAPI:
            return lambda: send_by_mapi(message, show=sender.show_message, load=self._pc.load_mapi)
        build = thunderbird_command if client.way is HandOverWay.THUNDERBIRD else xdg_email_command
        command = build(client.program, message)
        return lambda: run_mail_command(command, client.name, self._pc.answer_s)
