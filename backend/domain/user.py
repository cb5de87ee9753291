"""Facteur's own users (PRODUCT G): role, cashier record, hashed password or PIN."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Cashiers send and set their own sender; administrators also set everything else."""

    ADMINISTRATOR = "administrator"
    CASHIER = "cashier"


@dataclass(frozen=True, slots=True)
class User:
    """A person who signs in; `password_hash` is argon2id, empty until one is set."""

    name: str
    role: Role
    cashier_code: str = ""
    password_hash: str = ""
    language: str = ""

    @property
    def is_administrator(self) -> bool:
        """Tell whether this user may change settings of the shop."""
        return self.role is Role.ADMINISTRATOR
