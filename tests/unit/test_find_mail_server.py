from __future__ import annotations

import pytest

from backend.domain.errors import InvalidInputError
from backend.domain.found_server import FoundIn, FoundServer, SearchOutcome, ServerSearch
from backend.domain.sender_profile import ConnectionSecurity
from backend.usecases.find_mail_server import (
    discover_mail_server,
    find_mail_server,
    provider_of,
    username_to_try,
)
from tests.builders import a_sender
from tests.fake_providers import A_PROVIDER, MemoryProviderDirectory

OUTSIDE = FoundServer(
    "marie@brico.example",
    "mail.brico.example",
    587,
    ConnectionSecurity.STARTTLS,
    ("marie@brico.example",),
    FoundIn.SRV,
)


def test_a_listed_address_is_found_without_asking_anybody() -> None:
    directory = MemoryProviderDirectory()
    found = find_mail_server(" marie@Fournil.example ", directory)
    assert found is not None
    assert (found.host, found.username) == ("smtp.fournil.example", "marie")
    assert directory.searched == []


def test_an_own_domain_is_not_found_at_once() -> None:
    assert find_mail_server("marie@brico.example", MemoryProviderDirectory()) is None


def test_an_own_domain_is_searched_outside() -> None:
    directory = MemoryProviderDirectory()
    directory.outside = ServerSearch.of(OUTSIDE)
    search = discover_mail_server("marie@brico.example", directory)
    assert search.outcome is SearchOutcome.FOUND
    assert search.found is OUTSIDE
    assert search.found.must_be_confirmed


@pytest.mark.parametrize("typed", ["", "marie", "marie@", "marie@b c.fr"])
def test_what_is_no_address_is_not_looked_up(typed: str) -> None:
    directory = MemoryProviderDirectory()
    for find in (find_mail_server, discover_mail_server):
        with pytest.raises(InvalidInputError) as raised:
            find(typed, directory)
        assert raised.value.where == "email"
    assert directory.searched == []


def test_a_refused_sign_in_leads_to_the_provider_and_its_other_user_name() -> None:
    directory = MemoryProviderDirectory()
    sender = a_sender(email="marie@fournil.example", host="smtp.fournil.example", username="marie@fournil.example")
    assert provider_of(sender, directory) is A_PROVIDER
    assert username_to_try(sender, directory) == "marie"
    assert provider_of(a_sender(host="mail.brico.example"), directory) is None
    assert username_to_try(a_sender(host="mail.brico.example"), directory) == ""
