"""Let a user sign in at his mail provider, and send with what the provider then allows (PRODUCT B2, B7)."""

from __future__ import annotations

import secrets
from dataclasses import replace

from backend.domain.oauth import (
    AnswerTexts,
    OAuthAvailability,
    OAuthSignInError,
    OAuthTokens,
    SignInState,
    SignInWay,
)
from backend.domain.sender_profile import Authentication
from backend.ports import Services
from backend.usecases.prepare_sending import sender_of
from backend.usecases.save_sender_profile import password_name


def oauth_available(provider_id: str, services: Services) -> OAuthAvailability:
    """Tell by which ways one can sign in at a provider here; `reason` says why by none."""
    return services.oauth.availability(provider_id)


def start_sign_in(
    user: str, provider_id: str, texts: AnswerTexts, services: Services, way: SignInWay | None = None
) -> SignInState:
    """Open the browser at the provider, or ask for a code where there is none; `way` chooses.

    The user's settings must be saved: their address is proposed to the provider. Once he has agreed, they say OAuth2,
    and their gate is closed until the next test. Raises SenderNotSetError, OAuthSignInError.
    """
    sender = sender_of(user, services)
    availability = services.oauth.availability(provider_id)
    if not availability.is_available:
        raise OAuthSignInError(availability.provider.name, availability.reason, availability.detail)

    def signed_in(tokens: OAuthTokens) -> None:
        _keep(sender.user, provider_id, tokens, services)

    return services.oauth.begin(sender, provider_id, way or availability.ways[0], texts, signed_in)


def sign_in_state(user: str, services: Services) -> SignInState:
    """Return how far the user's sign-in is."""
    return services.oauth.state(user)


def cancel_sign_in(user: str, services: Services) -> SignInState:
    """Give up a sign-in that the user does not want to finish."""
    services.oauth.cancel(user)
    return services.oauth.state(user)


def forget_sign_in(user: str, services: Services) -> None:
    """Take back what the provider allowed: the user goes back to a password, or is deleted.

    Raises SecretsUnavailableError.
    """
    services.oauth.forget(user)
    profile = services.settings.sender_profile(user)
    if profile and profile.authentication is Authentication.OAUTH2:
        services.settings.save_sender_profile(
            replace(profile, authentication=Authentication.PASSWORD, oauth_provider="", secret_version="")
        )


def _keep(user: str, provider_id: str, tokens: OAuthTokens, services: Services) -> None:
    """Keep the refresh token, then say so in the settings; the password has served its time."""
    services.oauth.keep(user, provider_id, tokens)
    services.secrets.delete(password_name(user))
    profile = sender_of(user, services)
    services.settings.save_sender_profile(
        replace(
            profile,
            authentication=Authentication.OAUTH2,
            oauth_provider=provider_id,
            secret_version=secrets.token_hex(8),
        )
    )
