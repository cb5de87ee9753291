"""The form of the sender settings: what a profile puts into it, and the profile that comes of what was typed."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from flask_babel import gettext as _

from backend.domain.errors import InvalidInputError
from backend.domain.found_server import FoundServer
from backend.domain.mail_failure import MailFailure
from backend.domain.mail_provider import MailProvider, by_host
from backend.domain.oauth import OAuthAvailability
from backend.domain.sender_profile import Authentication, ConnectionSecurity, Priority, SenderProfile, SendingMode
from backend.domain.user import User
from backend.usecases.find_mail_server import find_mail_server
from backend.web.forms import Form
from backend.web.services import services

# `filled` is the host that a find put in, `with_password` that a password is wanted in place of a sign-in.
_NAMES = (
    "name",
    "email",
    "custom",
    "mode",
    "host",
    "port",
    "security",
    "username",
    "filled",
    "with_password",
    "delivery_notification",
    "read_receipt",
    "priority",
    "show_message",
    "test_to",
)
_YES = "yes"
Choice = TypeVar("Choice", bound=StrEnum)


def form_of(profile: SenderProfile | None) -> Form:
    """Return the form as the settings fill it in."""
    if profile is None:
        profile = SenderProfile("", "")
    return Form(
        {
            "email": profile.email,
            "name": profile.name,
            "custom": "" if profile.mode is SendingMode.RELAY else _YES,
            "mode": profile.mode.value,
            "host": profile.host,
            "port": str(profile.port),
            "security": profile.security.value,
            "username": profile.username,
            "filled": profile.host if _is_listed(profile) else "",
            "delivery_notification": _YES if profile.delivery_notification else "",
            "read_receipt": _YES if profile.read_receipt else "",
            "priority": profile.priority.value,
            "show_message": _YES if profile.show_message else "",
        }
    )


def _is_listed(profile: SenderProfile) -> bool:
    """Tell whether the server is what the address tells by itself: with another address it may be filled in anew."""
    found = found_for(profile.email)
    return found is not None and found.host == profile.host


def changed(form: Form, **changes: str) -> Form:
    """Return what was typed, with some of it replaced."""
    return Form({name: form[name] for name in _NAMES} | changes)


def with_found(form: Form, found: FoundServer) -> Form:
    """Return what was typed, with a found server filled in."""
    return changed(
        form,
        host=found.host,
        port=str(found.port),
        security=found.security.value,
        username=found.username,
        filled=found.host,
        with_password="",
    )


def without_found(form: Form) -> Form:
    """Return what was typed, without a server that the address before had brought."""
    if not form["filled"] or form["host"] != form["filled"]:
        return form
    return changed(form, host="", username="", filled="")


def mode_of(form: Form, *, has_relay: bool) -> SendingMode:
    """Return the mode that is chosen; only where there is a relay, an unticked `custom` means it."""
    if has_relay and not form["custom"]:
        return SendingMode.RELAY
    return SendingMode.MAIL_CLIENT if form["mode"] == SendingMode.MAIL_CLIENT.value else SendingMode.SMTP


def has_relay() -> bool:
    """Tell whether this installation has a managed relay, though its file may be wrong."""
    try:
        return services().relay() is not None
    except MailFailure:
        return True


def provider_of_host(host: str) -> MailProvider | None:
    """Return the listed provider of a server."""
    return by_host(host, services().providers.providers()) if host.strip() else None


def availability_at(provider: MailProvider | None) -> OAuthAvailability | None:
    """Return by which ways one can sign in at a provider; None where it knows no sign-in of that kind."""
    if provider is None or not provider.oauth_provider:
        return None
    return services().oauth.availability(provider.oauth_provider)


def is_signed_in(user: User, form: Form) -> bool:
    """Tell whether the sign-in at the provider of the typed server holds, and is still wanted."""
    known = services().settings.sender_profile(user.name)
    provider = provider_of_host(form["host"])
    return (
        known is not None
        and provider is not None
        and known.authentication is Authentication.OAUTH2
        and known.oauth_provider == provider.oauth_provider
        and not form["with_password"]
    )


def typed_profile(user: User, form: Form) -> SenderProfile:
    """Return the profile that was typed; what can't be is noted in the form, and stays as it was known."""
    known = services().settings.sender_profile(user.name) or SenderProfile(user.name, "")
    profile = replace(known, email=form.need("email", _("Type your e-mail address.")), name=form["name"])
    mode = mode_of(form, has_relay=has_relay())
    if mode is SendingMode.RELAY:
        return replace(profile, mode=mode)
    if mode is SendingMode.MAIL_CLIENT:
        return replace(profile, mode=mode, show_message=bool(form["show_message"]))
    return _with_server(replace(profile, mode=mode), user, form)


def _with_server(profile: SenderProfile, user: User, form: Form) -> SenderProfile:
    port, host = form["port"], form["host"]
    if not port.isdecimal() or len(port) > 5:
        form.refuse_error(InvalidInputError("port", "port", port))
    provider = provider_of_host(host)
    by_token = is_signed_in(user, form)
    return replace(
        profile,
        host=host,
        port=int(port) if form.is_valid and port else profile.port,
        security=_one_of(ConnectionSecurity, form["security"], profile.security),
        username=form["username"],
        authentication=Authentication.OAUTH2 if by_token else Authentication.PASSWORD,
        oauth_provider=provider.oauth_provider if by_token and provider else "",
        pinned_certificate=profile.pinned_certificate if host == profile.host else "",
        delivery_notification=bool(form["delivery_notification"]),
        read_receipt=bool(form["read_receipt"]),
        priority=_one_of(Priority, form["priority"], profile.priority),
    )


def typed_password(user: User, form: Form) -> str | None:
    """Return a new password, None to keep the one there is, "" to forget it where there is no user name."""
    if mode_of(form, has_relay=has_relay()) is not SendingMode.SMTP or is_signed_in(user, form):
        return None
    if not form["username"]:
        return ""
    return form["password"] or None


def needs_secret(profile: SenderProfile) -> bool:
    """Tell whether a password or token has to be kept or read for these settings."""
    return profile.mode is SendingMode.RELAY or (profile.mode is SendingMode.SMTP and bool(profile.signs_in_as))


def found_for(email: str) -> FoundServer | None:
    """Return the server of a listed provider for an address, None for an own domain or no address yet."""
    try:
        return find_mail_server(email, services().providers)
    except InvalidInputError:
        return None


def _one_of(kind: type[Choice], value: str, otherwise: Choice) -> Choice:
    return kind(value) if value in set(kind) else otherwise
