"""Send what waits in the outbox, without a person: due mails in their order, one connection per user (PRODUCT E5)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from backend.domain.attachment import AttachmentGoneError
from backend.domain.errors import FacteurError, NotReadyError, SecretsUnavailableError, StorageError
from backend.domain.mail_failure import OF_THE_ACCOUNT, OF_THE_SERVER, MailCause, MailFailure
from backend.domain.outgoing_mail import MailState, OutgoingMail
from backend.domain.retry_plan import WAITING, due_mails, holds_others, is_due, waits_by_itself, without_delay
from backend.domain.sender_profile import SenderProfile
from backend.ports import MailTransport, Services
from backend.usecases.change_layout import change_layout
from backend.usecases.prepare_sending import tested_sender_of
from backend.usecases.send_mail import SendingOutcome, WayOf, save_with_entry, send_mail

_log = logging.getLogger(__name__)


def always() -> bool:
    """Go on to the end."""
    return True


class OutboxWork:
    """The outbox at work, turn by turn; remembers between turns whose server could not be reached."""

    def __init__(self, services: Services, goes_on: Callable[[], bool] = always) -> None:
        self._services = services
        self._goes_on = goes_on
        self._cut_off: set[str] = set()

    def turn(self) -> int:
        """Send what is due, user by user; return how many mails were tried. Raises StorageError."""
        now = self._services.clock.now()
        return sum(self._send(user, due_mails(mails, now)) for user, mails in self._waiting().items())

    def notice_network(self) -> None:
        """Look whether servers that could not be reached can be again: then nobody waits for the planned moment.

        Raises StorageError.
        """
        now = self._services.clock.now()
        for user, mails in self._waiting().items():
            held = [mail for mail in mails if waits_by_itself(mail) and holds_others(mail) and not is_due(mail, now)]
            if not held or not self._goes_on():
                self._cut_off.discard(user)
            elif not self._reaches(user):
                self._cut_off.add(user)
            elif user in self._cut_off:
                self._cut_off.discard(user)
                hurry([mail.id for mail in held], self._services)

    def _waiting(self) -> dict[str, list[OutgoingMail]]:
        found: dict[str, list[OutgoingMail]] = {}
        for mail in self._services.outbox.waiting(WAITING, with_content=False):
            found.setdefault(mail.user, []).append(mail)
        return found

    def _send(self, user: str, due: list[OutgoingMail]) -> int:
        """Send a user's mails until one shows that the others would fare as it did."""
        tried = 0
        if not due or not self._is_open(user):
            return 0
        with kept_way(self._services) as way_of:
            for mail in due:
                if not self._goes_on():
                    break
                try:
                    outcome = _send_one(mail, self._services, way_of)
                except (NotReadyError, MailFailure) as error:
                    if isinstance(error, SecretsUnavailableError) and error.reason == "other_key":
                        continue  # of another user of this PC
                    break
                except StorageError as error:
                    if error.reason != "locked":
                        raise
                    continue  # a person is sending it just now
                except FacteurError as error:
                    _log.warning("ticket %s by %s: %s", mail.ticket_key, user, error.cause_code)
                    continue  # somebody took it back meanwhile
                tried += 1
                if self._ends_turn(outcome):
                    break
        return tried

    def _ends_turn(self, outcome: SendingOutcome) -> bool:
        if outcome.failure is None:
            return False
        if outcome.failure.mail_cause in OF_THE_ACCOUNT:
            _close_gate(outcome.mail.user, self._services)
        return outcome.failure.mail_cause in OF_THE_SERVER | OF_THE_ACCOUNT

    def _is_open(self, user: str) -> bool:
        try:
            tested_sender_of(user, self._services)
        except NotReadyError:
            return False
        return True

    def _reaches(self, user: str) -> bool:
        with suppress(NotReadyError, MailFailure):
            sender = tested_sender_of(user, self._services)
            return self._services.transport_for(sender).is_reachable(sender)
        return False


def hurry(mail_ids: list[str], services: Services) -> None:
    """Let waiting mails be tried at the next turn; those that are no longer waiting stay as they are."""
    for mail_id in mail_ids:
        with suppress(FacteurError), services.outbox.claim(mail_id):
            mail = services.outbox.find(mail_id)
            if waits_by_itself(mail):
                services.outbox.save(without_delay(mail, services.clock.now()))


@contextmanager
def kept_way(services: Services) -> Iterator[WayOf]:
    """Give what finds a sender's way and keeps its connection open, as long as his settings stay what they are."""
    with ExitStack() as open_ways:
        known: list[tuple[SenderProfile, MailTransport]] = []

        def way_of(sender: SenderProfile) -> MailTransport:
            if not known or not known[-1][0].has_settings_of(sender):
                open_ways.close()
                way = services.transport_for(sender)
                open_ways.enter_context(way.kept_open())
                known[:] = [(sender, way)]
            return known[-1][1]

        yield way_of


def _send_one(mail: OutgoingMail, services: Services, way_of: WayOf) -> SendingOutcome:
    """Send a mail; a PDF that somebody took away is made again, another file that is gone ends the waiting."""
    try:
        return send_mail(mail.id, services, automatic=True, way_of=way_of)
    except AttachmentGoneError as gone:
        if gone.name == services.outbox.find(mail.id).pdf.name:
            change_layout(mail.id, mail.layout_id, services)
            return send_mail(mail.id, services, automatic=True, way_of=way_of)
        return _give_back(mail.id, services)


def _give_back(mail_id: str, services: Services) -> SendingOutcome:
    with services.outbox.claim(mail_id):
        failed = services.outbox.find(mail_id).sending().moved(MailState.FAILED, mail_cause=MailCause.ATTACHMENT_GONE)
        save_with_entry(failed, "failed", services)
    return SendingOutcome(failed, failure=MailFailure(MailCause.ATTACHMENT_GONE))


def _close_gate(user: str, services: Services) -> None:
    """Pause all of a user's mails: what was refused once would be refused each time, and might lock the account."""
    profile = services.settings.sender_profile(user)
    if profile is not None and profile.gate_is_open:
        services.settings.save_sender_profile(profile.not_working())
