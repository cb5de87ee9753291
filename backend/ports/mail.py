"""The ways in which mail leaves, and what is known of mail servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # every page and command imports this module: it stays light
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from backend.domain.found_server import FoundServer, ServerSearch
    from backend.domain.mail_provider import MailProvider, ProviderFileFault
    from backend.domain.oauth import AnswerTexts, OAuthAvailability, OAuthTokens, SignInState, SignInWay
    from backend.domain.outgoing_mail import Delivery, OutgoingMail, SendingPhase
    from backend.domain.sender_profile import SenderProfile


class SendingWatch(Protocol):
    """Who is told how a sending goes on; a transport calls `phase` before the phase begins."""

    def phase(self, phase: SendingPhase) -> None: ...

    def step(self, name: str, detail: str = "") -> None:
        """Tell a finished step.

        Steps: name_found, connected, encrypted, signed_in, sender_accepted, recipient_accepted, message_accepted;
        of a mail program: client_found, handed_over.
        """


class MailTransport(Protocol):
    """A way in which mail leaves."""

    def send(self, mail: OutgoingMail, sender: SenderProfile, watch: SendingWatch) -> Delivery:
        """Send to `mail.remaining_recipients`; return a result for each of them.

        Raises MailFailure when nothing was accepted for a reason of the whole mail, with a cause of PERHAPS_SENT when
        the answer to the final dot never came. Nothing is raised after the server has accepted.
        """

    def kept_open(self) -> AbstractContextManager[None]:
        """Keep one connection for the mails that are sent within, where this way has one."""

    def is_reachable(self, sender: SenderProfile) -> bool:
        """Tell within some seconds, without saying a word to it, whether the server can be reached again."""


class Mailbox(Protocol):
    """The captured mails of the training mode, as `.eml` files; number 1 is the oldest."""

    def numbers(self) -> list[int]: ...

    def raw(self, number: int) -> bytes:
        """Return a mail as it was received; raises NotFoundError("mail", number)."""

    def clear(self) -> None: ...


class ProviderDirectory(Protocol):
    """Mail providers: those that Facteur's file and an administrator's files list, and the search for others."""

    def providers(self) -> Sequence[MailProvider]:
        """Return every listed provider, the administrator's first."""

    def faults(self) -> Sequence[ProviderFileFault]:
        """Return the administrator's files that were left out, and why."""

    def find(self, address: str) -> FoundServer | None:
        """Return the server for an address, at once and from the files alone; None for an own domain."""

    def discover(self, address: str) -> ServerSearch:
        """Return the server for an address: from the files, else from outside, which may take 8 seconds."""


class OAuthSignIn(Protocol):
    """Signing in at mail providers with OAuth2, one sign-in per user at a time, and the tokens that come of it."""

    def availabilities(self) -> Sequence[OAuthAvailability]:
        """Return every known provider, with the ways to sign in there or the reason why there is none."""

    def availability(self, provider_id: str) -> OAuthAvailability:
        """Return the same of one provider; one that nobody has heard of has no client."""

    def begin(
        self,
        sender: SenderProfile,
        provider_id: str,
        way: SignInWay,
        texts: AnswerTexts,
        signed_in: Callable[[OAuthTokens], None],
    ) -> SignInState:
        """Begin a sign-in beside; `signed_in` gets the tokens, and what it raises becomes the failure of the state.

        One that the user has begun before is cancelled. Raises OAuthSignInError where this way is not available.
        """

    def state(self, user: str) -> SignInState:
        """Return how far a user's latest sign-in is."""

    def cancel(self, user: str) -> None:
        """Give up a user's sign-in, if one is under way."""

    def keep(self, user: str, provider_id: str, tokens: OAuthTokens) -> None:
        """Keep a user's refresh token in the secret store, in place of any other; raises SecretsUnavailableError."""

    def forget(self, user: str) -> None:
        """Forget a user's permission here and, where that can be, at the provider; raises SecretsUnavailableError."""

    def access_token(self, sender: SenderProfile, *, renew: bool = False) -> str:
        """Return an access token that lasts; `renew` where the server refuses the last one.

        Raises MailFailure (AUTHORIZATION_EXPIRED where the user must sign in again), SecretsUnavailableError.
        """
