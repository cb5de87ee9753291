"""The recipients of the assistant: chips, what is still being typed, and slips that one click corrects (PRODUCT E3)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from backend.domain.email_address import likely_slip
from backend.domain.outgoing_mail import OutgoingMail
from backend.usecases.edit_draft import accepted_recipients, is_address, normal_addresses


@dataclass(frozen=True, slots=True)
class Chip:
    """A recipient in the field: `state` is "", bad (no address), warn (a likely slip) or ok (has the mail already)."""

    address: str
    state: str = ""

    @property
    def name(self) -> str:
        """Return what stands before the @."""
        return self.address.rpartition("@")[0] or self.address

    @property
    def domain(self) -> str:
        """Return the @ and what follows it, "" where there is none."""
        return self.address[len(self.name) :]


@dataclass(frozen=True, slots=True)
class Slip:
    """An address that was probably meant otherwise."""

    typed: str
    meant: str

    @property
    def domain(self) -> str:
        """Return the domain that was typed."""
        return self.typed.rpartition("@")[2]


def typed_recipients() -> str:
    """Return the chips of this request and what is still being typed as a `;` list, a slip corrected where asked."""
    form = request.form
    chips = [_corrected(address) for address in form.getlist("recipient") if address != form.get("remove")]
    return ";".join([*chips, form.get("to", "")])


def recipients_context(mail: OutgoingMail, being_typed: str) -> dict[str, object]:
    """Return what the field, the note under it and the envelope need."""
    accepted = accepted_recipients(mail)
    slips = [slip for slip in slips_of(mail) if slip.typed not in kept_addresses()]
    slipped = {slip.typed for slip in slips}
    return {
        "chips": [Chip(address, _state(address, accepted, slipped)) for address in chip_addresses(mail, being_typed)],
        "envelope": [Chip(address, "warn" if address in slipped else "") for address in mail.recipients],
        "slip": slips[0] if slips else None,
        "slipped": slipped,
        "kept": [address for address in mail.recipients if address in kept_addresses()],
        "being_typed": being_typed,
    }


def slips_of(mail: OutgoingMail) -> list[Slip]:
    """Return the likely slips among those who don't have the mail yet."""
    found = (Slip(address, likely_slip(address)) for address in mail.remaining_recipients)
    return [slip for slip in found if slip.meant]


def unseen_slips(mail: OutgoingMail) -> list[Slip]:
    """Return the slips that the cashier was not shown yet: the first *Envoyer* shows them, the second one sends."""
    seen = {*kept_addresses(), *request.form.getlist("seen")}
    return [slip for slip in slips_of(mail) if slip.typed not in seen]


def kept_addresses() -> set[str]:
    """Return the addresses of which a person said that they are right."""
    return {*request.form.getlist("kept"), *request.form.getlist("keep")}


def chip_addresses(mail: OutgoingMail, being_typed: str) -> tuple[str, ...]:
    """Return the recipients without the one that is still being typed."""
    typed = set(normal_addresses(being_typed)) - set(normal_addresses(";".join(request.form.getlist("recipient"))))
    return tuple(address for address in mail.recipients if address not in typed)


def _corrected(address: str) -> str:
    asked = request.form.get("correct", "")
    is_meant = bool(asked) and normal_addresses(address) == (asked,)
    return likely_slip(asked) or address if is_meant else address


def _state(address: str, accepted: tuple[str, ...], slipped: set[str]) -> str:
    if address in accepted:
        return "ok"
    if not is_address(address):
        return "bad"
    return "warn" if address in slipped else ""
