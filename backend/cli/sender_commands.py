"""`sender set | sign-in | show`."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
from flask_babel import gettext as _

from backend.cli.context import Start, emit, json_option, secret_line, user_option
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.sender_profile import Authentication, ConnectionSecurity, SenderProfile, SendingMode

if TYPE_CHECKING:
    from backend.domain.oauth import SignInState
    from backend.ports import Services

_LOOK_AGAIN_S = 0.2


@click.group()
def sender() -> None:
    """How a user's mail leaves."""


@sender.command("set")
@click.option("--user", required=True, help="Name of the user.")
@click.option("--email", required=True, help="Address of the sender.")
@click.option("--name", default="", help="Name shown to the recipient.")
@click.option(
    "--mode",
    type=click.Choice([mode.value for mode in SendingMode]),
    default=SendingMode.SMTP.value,
    show_default=True,
    help="An SMTP server, the mail program of this PC, or the relay of relay.toml.",
)
@click.option("--host", default="", help="The SMTP server; with port and security known by itself for many addresses.")
@click.option("--port", type=click.IntRange(1, 65535))
@click.option("--security", type=click.Choice([security.value for security in ConnectionSecurity]))
@click.option("--username", default="", help="For the sign-in at the server.")
@click.option("--show-message/--no-show-message", default=None, help="Mail program: show each message first.")
@click.option("--password-stdin", is_flag=True, help="Read the password from a line of standard input.")
@click.option(
    "--unprotected-secrets",
    is_flag=True,
    help="Where there is no keyring: keep the password protected by this account's file rights only.",
)
@json_option
@click.pass_obj
def set_(start: Start, /, user: str, **given: Any) -> None:  # noqa: ANN401 - click's options
    """Set how a user's mail leaves; `check mail` then tests it and opens the way for sending."""
    from backend.usecases.manage_users import ensure_user
    from backend.usecases.save_sender_profile import save_sender_profile

    with start.open_shop() as services:
        password = secret_line(_("Password")) if given["password_stdin"] else None
        if given["unprotected_secrets"]:
            services.accept_unprotected_secrets()
        profile = _wanted(user, given, services)
        saved = save_sender_profile(replace(profile, user=ensure_user(user, services.users).name), password, services)
        emit(
            {"status": "saved", "sender": _answer(saved)},
            _("Saved. Now test it: check mail --user %(user)s", user=saved.user),
        )


def _wanted(user: str, given: dict[str, Any], services: Services) -> SenderProfile:
    before = services.settings.sender_profile(user) or SenderProfile(user, given["email"])
    profile = replace(before, email=given["email"], name=given["name"], mode=SendingMode(given["mode"]))
    if profile.mode is SendingMode.RELAY and services.relay() is None:
        raise MailFailure(MailCause.RELAY_MISSING)
    if profile.mode is SendingMode.MAIL_CLIENT and given["show_message"] is not None:
        return replace(profile, show_message=given["show_message"])
    return _with_server(profile, given, services) if profile.mode is SendingMode.SMTP else profile


def _with_server(profile: SenderProfile, given: dict[str, Any], services: Services) -> SenderProfile:
    """Fill in the server: what is given, and for the rest what the provider file knows of the address."""
    from backend.usecases.find_mail_server import find_mail_server

    known = None if given["host"] else find_mail_server(given["email"], services.providers)
    host, port, security = given["host"], given["port"], given["security"]
    if known:
        host, port, security = known.host, port or known.port, security or known.security.value
    for option, value in (("--host", host), ("--port", port), ("--security", security)):
        if not value:
            raise click.UsageError(_("Missing option '%(option)s'.", option=option))
    return replace(
        profile,
        host=host,
        port=port,
        security=ConnectionSecurity(security),
        username=given["username"] or (known.username if known and given["password_stdin"] else ""),
        authentication=Authentication.PASSWORD,
        oauth_provider="",
        pinned_certificate=profile.pinned_certificate if host == profile.host else "",
    )


@sender.command("sign-in")
@user_option
@click.option("--provider", default="", help="microsoft, google or one of oauth_clients.toml; else that of the server.")
@click.option("--browser", is_flag=True, help="Open the browser of this PC instead of giving a code for any device.")
@json_option
@click.pass_obj
def sign_in(start: Start, user: str, provider: str, browser: bool) -> None:
    """Let a user sign in at his mail provider (OAuth2) instead of giving a password; prints a code and waits."""
    from backend.domain.oauth import SignInStep, SignInWay
    from backend.usecases.find_mail_server import provider_of
    from backend.usecases.manage_users import user_for_command
    from backend.usecases.prepare_sending import sender_of
    from backend.usecases.protect_secrets import require_secrets
    from backend.usecases.sign_in_with_provider import cancel_sign_in, sign_in_state, start_sign_in
    from backend.web.oauth_messages import answer_texts

    with start.open_shop() as services:
        name = user_for_command(user, services).name
        listed = provider_of(sender_of(name, services), services.providers)
        require_secrets(services)
        way = SignInWay.BROWSER if browser else SignInWay.DEVICE_CODE
        at = provider or (listed.oauth_provider if listed else "")
        state = start_sign_in(name, at, answer_texts(), services, way)
        told = False
        try:
            while state.step is SignInStep.WAITING:
                if state.url and not told:  # the provider's answer with the code comes a moment later
                    _tell_where(state)
                    told = True
                time.sleep(_LOOK_AGAIN_S)
                state = sign_in_state(name, services)
        except KeyboardInterrupt:
            cancel_sign_in(name, services)
            raise
        if state.failure:
            raise state.failure
        emit(
            {"status": "signed_in", "user": name, "provider": at},
            _("Signed in. Now test it: check mail --user %(user)s", user=name),
        )


def _tell_where(state: SignInState) -> None:
    """Print what to do now, on standard error: with --json the answer alone is on standard output."""
    if state.user_code:
        click.echo(_("Open %(url)s and type the code %(code)s", url=state.url, code=state.user_code), err=True)
    else:
        click.echo(_("Sign in on the page that has opened, or open it yourself: %(url)s", url=state.url), err=True)


@sender.command()
@user_option
@json_option
@click.pass_obj
def show(start: Start, user: str) -> None:
    """Show sender settings, without their password."""
    with start.open_shop() as services:
        profiles = services.settings.sender_profiles()
        shown = [_answer(profile) for profile in profiles if not user or profile.user.casefold() == user.casefold()]
        lines = [
            f"{row['user']}: {row['email']}  {_way(row)}  " + (_("tested") if row["tested"] else _("not tested"))
            for row in shown
        ]
        emit({"senders": shown}, "\n".join(lines))


def _way(row: dict[str, Any]) -> str:
    if row["mode"] != SendingMode.SMTP.value:
        return str(row["mode"])
    return f"{row['host']}:{row['port']} {row['security']}"


def _answer(profile: SenderProfile) -> dict[str, Any]:
    return {
        "user": profile.user,
        "email": profile.email,
        "name": profile.name,
        "mode": profile.mode.value,
        "host": profile.host,
        "port": profile.port,
        "security": profile.security.value,
        "username": profile.username,
        "authentication": profile.authentication.value,
        "password_set": bool(profile.secret_version) and profile.authentication is Authentication.PASSWORD,
        "tested": profile.gate_is_open,
        "tested_at": profile.tested_at.isoformat() if profile.tested_at and profile.gate_is_open else None,
    }
