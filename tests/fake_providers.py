"""A stand-in for the directory of mail providers; tests/contract holds it to what the real one promises."""

from __future__ import annotations

from collections.abc import Sequence

from backend.domain.found_server import FoundServer, SearchOutcome, ServerSearch, find_listed
from backend.domain.mail_provider import Advice, MailProvider, ProviderFileFault, SignIn, UsernameForm
from backend.domain.sender_profile import ConnectionSecurity

A_PROVIDER = MailProvider(
    "fournil",
    "Le Fournil",
    "smtp.fournil.example",
    465,
    ConnectionSecurity.TLS,
    domains=("fournil.example",),
    username=UsernameForm.LOCAL_PART,
    sign_in=(SignIn.APP_PASSWORD,),
    advice={"fr": Advice("Il faut un mot de passe d’application."), "en": Advice("It wants an application password.")},
)


class MemoryProviderDirectory:
    """Lists A_PROVIDER, finds `outside` for other addresses, and keeps for which it was asked to search."""

    def __init__(self, *listed: MailProvider) -> None:
        self.listed: Sequence[MailProvider] = listed or (A_PROVIDER,)
        self.bad_files: list[ProviderFileFault] = []
        self.outside = ServerSearch(SearchOutcome.NOTHING)
        self.searched: list[str] = []

    def providers(self) -> Sequence[MailProvider]:
        return self.listed

    def faults(self) -> Sequence[ProviderFileFault]:
        return self.bad_files

    def find(self, address: str) -> FoundServer | None:
        return find_listed(address, self.listed)

    def discover(self, address: str) -> ServerSearch:
        if found := self.find(address):
            return ServerSearch.of(found)
        self.searched.append(address)
        return self.outside
