"""Find the mail server for an address: at once from the provider files, or outside, for the user to confirm."""

from __future__ import annotations

from backend.domain.email_address import parse_address
from backend.domain.found_server import FoundServer, ServerSearch, other_username
from backend.domain.mail_provider import MailProvider, by_host
from backend.domain.sender_profile import SenderProfile
from backend.ports import ProviderDirectory


def find_mail_server(email: str, providers: ProviderDirectory) -> FoundServer | None:
    """Return the server of a listed provider for an address, without asking anybody; None for an own domain.

    Raises InvalidInputError.
    """
    return providers.find(parse_address(email))


def discover_mail_server(email: str, providers: ProviderDirectory) -> ServerSearch:
    """Search for the server of an address, in 8 seconds at most; what `must_be_confirmed` is shown before it is used.

    Raises InvalidInputError.
    """
    return providers.discover(parse_address(email))


def provider_of(sender: SenderProfile, providers: ProviderDirectory) -> MailProvider | None:
    """Return the listed provider whose server this user sends through: its advice belongs to a failed sign-in."""
    return by_host(sender.host, providers.providers())


def username_to_try(sender: SenderProfile, providers: ProviderDirectory) -> str:
    """Return the other user name that the provider may want after a refused sign-in, "" where there is none."""
    return other_username(sender.username, sender.email, provider_of(sender, providers))
