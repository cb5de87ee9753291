"""What a found mail server, a search and a provider file are in words of the shop; advice stands in the files."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from backend.domain.found_server import FoundIn, SearchOutcome
from backend.domain.mail_provider import ProviderFileFault, SignIn
from backend.web.messages import Explanation

SOURCES: Mapping[FoundIn, LazyString] = {
    FoundIn.PROVIDER_FILE: _l("A provider that Facteur knows"),
    FoundIn.MX: _l("Found by where your domain's mail is received"),
    FoundIn.SRV: _l("Told by your domain's entries in the Internet (DNS)"),
    FoundIn.AUTOCONFIG: _l("Told by your domain's own site"),
    FoundIn.MX_AUTOCONFIG: _l("Told by the provider who receives your domain's mail"),
}
WANTED: Mapping[SignIn, LazyString] = {
    SignIn.PASSWORD: _l("Password of the mailbox"),
    SignIn.APP_PASSWORD: _l("Application password"),
    SignIn.OAUTH2: _l("Sign-in with the provider's account"),
}
OUTCOMES: Mapping[SearchOutcome, tuple[LazyString, LazyString]] = {
    SearchOutcome.FOUND: (
        _l("A server was found for “%(domain)s”."),
        _l("Check that you know its name, then take it over."),
    ),
    SearchOutcome.NOTHING: (
        _l("No server was found for “%(domain)s”."),
        _l("Ask the provider of your mailbox which outgoing server (SMTP) to use, and type it in."),
    ),
    SearchOutcome.NO_SUCH_DOMAIN: (
        _l("There is no domain “%(domain)s” in the Internet."),
        _l("Check how the address is written after the @, and that this PC has Internet."),
    ),
    SearchOutcome.OFFLINE: (
        _l("Nothing could be looked up for “%(domain)s”: the Internet doesn't answer."),
        _l(
            "Check the Internet connection of this PC and search again, or type in the server that your provider gives."
        ),
    ),
    SearchOutcome.NOT_SEARCHED: (
        _l("In the training mode nothing is looked up in the Internet."),
        _l("Type in any server: no mail leaves this PC."),
    ),
}
# A server outside of the domain that no listed provider runs: a forged answer would lead to one.
ELSEWHERE = _l(
    "“%(host)s” belongs neither to your domain nor to a provider that Facteur knows. Take it only if you know this "
    "name: your password goes there."
)
FILE_FAULTS: Mapping[str, LazyString] = {
    "unreadable": _l("The provider file “%(file)s” is left out: it can't be read (%(value)s)."),
    "too_big": _l("The provider file “%(file)s” is left out: it is bigger than 1 MB."),
    "encoding": _l("The provider file “%(file)s” is left out: it isn't written in UTF-8."),
    "json": _l("The provider file “%(file)s” is left out: it isn't valid JSON (line %(where)s)."),
    "missing": _l("The provider file “%(file)s” is left out: “%(where)s” is missing."),
    "unknown_field": _l("The provider file “%(file)s” is left out: there is no field “%(where)s”."),
    "wrong_value": _l("The provider file “%(file)s” is left out: “%(where)s” can't be “%(value)s”."),
    "duplicate": _l("The provider file “%(file)s” is left out: a provider “%(value)s” is already described."),
}
_FILE_REMEDY = _l("Correct the file in the folder “providers” of the shop's data folder, or take it away.")


def explain_search(outcome: SearchOutcome, domain: str) -> Explanation:
    """Return how a search ended, and what to do now."""
    sentence, remedy = OUTCOMES[outcome]
    return Explanation(str(sentence) % {"domain": domain}, str(remedy), outcome.value)


def explain_provider_file(fault: ProviderFileFault) -> Explanation:
    """Return why a provider file of the administrator's was left out."""
    facts = {"file": fault.file, "where": fault.where, "value": fault.value}
    return Explanation(str(FILE_FAULTS[fault.reason]) % facts, str(_FILE_REMEDY), f"provider_file.{fault.reason}")
