"""The options before the command, and where each command stands; a command's module is imported when it is called."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from backend.cli.context import Start

_COMMANDS = {
    "ticket": "ticket_commands:ticket",
    "shop": "shop_commands:shop",
    "send": "mail_commands:send",
    "mailbox": "mail_commands:mailbox",
    "outbox": "outbox_commands:outbox",
    "sender": "sender_commands:sender",
    "check": "check_commands:check",
    "closing": "closing_commands:closing",
    "archive": "closing_commands:archive",
    "serve": "serve_command:serve",
    "verify": "verify_commands:verify",
    "backup": "backup_commands:backup",
    "restore": "backup_commands:restore",
    "self-test": "self_test_command:self_test",
    "read-logo": "verify_commands:read_logo",  # hidden, for the same reason as
    "settings": "settings_commands:settings",
    "read-pdf": "verify_commands:read_pdf",  # hidden: how the program reads a PDF from anywhere
}


class _LazyGroup(click.Group):
    """Finds a command's module by name, so that a start imports no other one."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"backend.cli.{module}"), name)
        return command


@click.group(cls=_LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="The shop's data folder; else the platform's local user data folder.",
)
@click.option("--training", is_flag=True, help="Training mode: a sample shop, and no mail ever leaves this PC.")
@click.option("--lang", type=click.Choice(["fr", "en"]), default="fr", help="Language of pages and messages.")
@click.option(
    "--passphrase-stdin",
    is_flag=True,
    help="Where a passphrase protects the passwords: read it from the first line of standard input. In a shop that "
    "keeps no password yet, it becomes the one.",
)
@click.pass_context
def root(ctx: click.Context, data_dir: Path | None, training: bool, lang: str, passphrase_stdin: bool) -> None:
    """Send till tickets by e-mail as PDF. Without a command the window opens."""
    ctx.obj = Start(data_dir, training=training, language=lang, has_passphrase=passphrase_stdin)
    if ctx.invoked_subcommand is None:
        from backend.cli.serve_command import open_window

        open_window(ctx.obj)
