"""`sender set | show`."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import click
from flask_babel import gettext as _

from backend.cli.context import Start, emit, json_option, user_option
from backend.domain.sender_profile import ConnectionSecurity, SenderProfile


@click.group()
def sender() -> None:
    """How a user's mail leaves."""


@sender.command("set")
@click.option("--user", required=True, help="Name of the user.")
@click.option("--email", required=True, help="Address of the sender.")
@click.option("--name", default="", help="Name shown to the recipient.")
@click.option("--host", required=True, help="The SMTP server.")
@click.option("--port", required=True, type=click.IntRange(1, 65535))
@click.option("--security", required=True, type=click.Choice([security.value for security in ConnectionSecurity]))
@click.option("--username", default="", help="For the sign-in at the server.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
@click.option(
    "--unprotected-secrets",
    is_flag=True,
    help="Where there is no keyring: keep the password protected by this account's file rights only.",
)
@json_option
@click.pass_obj
def set_(
    start: Start,
    user: str,
    email: str,
    name: str,
    host: str,
    port: int,
    security: str,
    username: str,
    password_stdin: bool,
    unprotected_secrets: bool,
) -> None:
    """Set a user's SMTP server; `check mail` then tests it and opens the way for sending."""
    from backend.usecases.manage_users import ensure_user
    from backend.usecases.save_sender_profile import save_sender_profile

    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with start.open_shop() as services:
        if unprotected_secrets:
            services.accept_unprotected_secrets()
        known = ensure_user(user, services.users)
        before = services.settings.sender_profile(known.name) or SenderProfile(known.name, email)
        profile = replace(
            before,
            email=email,
            name=name,
            host=host,
            port=port,
            security=ConnectionSecurity(security),
            username=username,
        )
        saved = save_sender_profile(profile, password, services)
        emit(
            {"status": "saved", "sender": _answer(saved)},
            _("Saved. Now test it: check mail --user %(user)s", user=user),
        )


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
            f"{row['user']}: {row['email']}  {row['host']}:{row['port']} {row['security']}  "
            + (_("tested") if row["tested"] else _("not tested"))
            for row in shown
        ]
        emit({"senders": shown}, "\n".join(lines))


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
        "password_set": bool(profile.secret_version),
        "tested": profile.gate_is_open,
        "tested_at": profile.tested_at.isoformat() if profile.tested_at and profile.gate_is_open else None,
    }
