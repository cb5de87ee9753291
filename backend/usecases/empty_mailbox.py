"""Throw away the captured mails of the training mode."""

from __future__ import annotations

from backend.ports import Services


def empty_mailbox(services: Services) -> None:
    """Delete every captured mail; raises NotFoundError outside the training mode."""
    services.mailbox.clear()
