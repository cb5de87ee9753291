"""What the sender settings show of the way a mail leaves: the modes, the provider and its advice, search, sign-in."""

from __future__ import annotations

from dataclasses import dataclass

from backend.domain.errors import FacteurError
from backend.domain.found_server import FoundServer, SearchOutcome, ServerSearch
from backend.domain.mail_client import MailClientOffer
from backend.domain.mail_failure import MailFailure
from backend.domain.mail_provider import Advice, MailProvider, SignIn
from backend.domain.oauth import OAuthSignInError, SignInState, SignInStep, SignInWay
from backend.domain.sender_profile import SendingMode
from backend.domain.user import User
from backend.web.forms import Form
from backend.web.language import current_language
from backend.web.messages import Explanation, explain
from backend.web.provider_messages import ELSEWHERE, SOURCES, WANTED, explain_search
from backend.web.sender_form import availability_at, found_for, is_signed_in, mode_of, provider_of_host
from backend.web.sending_tasks import Task, sending_tasks
from backend.web.services import services


@dataclass(frozen=True, slots=True)
class ShownRelay:
    """The managed relay: whether this installation has one, and what is wrong with it."""

    is_offered: bool
    trouble: Explanation | None = None


@dataclass(frozen=True, slots=True)
class ShownClient:
    """The mail program of this PC, or the reason why it is not offered."""

    is_offered: bool
    name: str = ""
    reason: Explanation | None = None
    is_remote: bool = False
    may_send_unseen: bool = False


@dataclass(frozen=True, slots=True)
class ShownProvider:
    """A listed provider: what it wants, and its own advice."""

    name: str
    wanted: str
    advice: Advice


@dataclass(frozen=True, slots=True)
class ShownSignIn:
    """Signing in at the provider: `is_first` where it goes before a password, `remedy` where it can't be done here."""

    name: str
    is_first: bool
    is_done: bool
    is_offered: bool
    has_code: bool
    state: SignInState
    failure: Explanation | None = None
    remedy: Explanation | None = None
    may_use_password: bool = True


@dataclass(frozen=True, slots=True)
class ShownSearch:
    """The search for the server of an own domain: `state` is none, running, found or ended."""

    state: str
    domain: str = ""
    explained: Explanation | None = None
    found: FoundServer | None = None
    source: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class ShownWay:
    """All of it; `has_password` is whether a password is asked for."""

    mode: str
    relay: ShownRelay
    client: ShownClient
    provider: ShownProvider | None
    sign_in: ShownSignIn | None
    has_password: bool
    email_note: str


def shown_way(user: User, form: Form) -> ShownWay:
    """Return what goes with what is typed at this moment; asks the system for its mail program."""
    relay = _relay()
    mode = mode_of(form, has_relay=relay.is_offered)
    found = found_for(form["email"])
    provider = provider_of_host(form["host"]) or (found.provider if found else None)
    sign_in = shown_sign_in(user, form, provider) if mode is SendingMode.SMTP else None
    return ShownWay(
        mode.value,
        relay,
        _client(services().mail_client_offer()) if mode is not SendingMode.RELAY else ShownClient(is_offered=False),
        _provider(provider) if mode is SendingMode.SMTP else None,
        sign_in,
        sign_in is None or _wants_password(sign_in),
        found.provider.name if found and found.provider and form["host"] == found.host else "",
    )


def _wants_password(sign_in: ShownSignIn) -> bool:
    return not sign_in.is_done and sign_in.may_use_password and not sign_in.is_first


def _relay() -> ShownRelay:
    try:
        return ShownRelay(services().relay() is not None)
    except MailFailure as failure:
        return ShownRelay(is_offered=True, trouble=explain(failure))


def _client(offer: MailClientOffer) -> ShownClient:
    if offer.client is None:
        reason = explain(MailFailure(offer.reason)) if offer.reason else None
        return ShownClient(is_offered=False, reason=reason, is_remote=offer.is_remote)
    return ShownClient(
        is_offered=True,
        name=offer.client.name,
        is_remote=offer.is_remote,
        may_send_unseen=offer.client.may_send_unseen,
    )


def _provider(provider: MailProvider | None) -> ShownProvider | None:
    if provider is None:
        return None
    availability = availability_at(provider)
    ways = [way for way in provider.sign_in if way is not SignIn.OAUTH2 or (availability and availability.is_available)]
    return ShownProvider(
        provider.name, str(WANTED[(ways or provider.sign_in)[0]]), provider.advice_in(current_language())
    )


def shown_sign_in(user: User, form: Form, provider: MailProvider | None) -> ShownSignIn | None:
    """Return how one signs in at the provider with his account there, None where it has no such sign-in."""
    availability = availability_at(provider)
    if provider is None or availability is None:
        return None
    name, state = availability.provider.name, services().oauth.state(user.name)
    is_preferred = provider.sign_in[0] is SignIn.OAUTH2
    is_only = provider.sign_in == (SignIn.OAUTH2,) and not services().training
    can_not = OAuthSignInError(name, availability.reason, availability.detail)
    is_ours = state.provider_id == provider.oauth_provider
    failure = state.failure if is_ours and state.step is SignInStep.FAILED else None
    return ShownSignIn(
        name,
        is_first=availability.is_available and is_preferred and not form["with_password"],
        is_done=is_signed_in(user, form),
        is_offered=availability.is_available,
        has_code=set(availability.ways) == set(SignInWay),
        state=state if is_ours else SignInState(),
        failure=explain(failure) if failure else None,
        remedy=explain(can_not) if is_preferred and not availability.is_available else None,
        may_use_password=not is_only,
    )


def search_key(user: User) -> str:
    """Return the key under which the search for a user's server goes on."""
    return f"search-{'training-' if services().training else ''}{user.name.casefold()}"


def searched(user: User, email: str) -> FoundServer | None:
    """Return what the search for this address has found, None as long as there is nothing."""
    task = sending_tasks().find(search_key(user))
    result = task.result if task and task.subject == email else None
    return result.found if isinstance(result, ServerSearch) else None


def shown_search(user: User, email: str | None = None) -> ShownSearch:
    """Return how the search for the server of an address stands; without one, the search that goes on."""
    task = sending_tasks().find(search_key(user))
    if task is None or email not in (None, task.subject):
        return ShownSearch("none", (email or "").rpartition("@")[2])
    return _shown(task)


def _shown(task: Task) -> ShownSearch:
    domain = task.subject.rpartition("@")[2]
    if not task.is_done:
        return ShownSearch("running", domain)
    if task.error is not None or not isinstance(task.result, ServerSearch):
        return ShownSearch("ended", domain, explain(task.error or FacteurError()))
    found, outcome = task.result.found, task.result.outcome
    if found is None or outcome is not SearchOutcome.FOUND:
        return ShownSearch("ended", domain, explain_search(outcome, domain))
    warning = str(ELSEWHERE) % {"host": found.host} if found.is_elsewhere else ""
    return ShownSearch("found", domain, explain_search(outcome, domain), found, str(SOURCES[found.source]), warning)
