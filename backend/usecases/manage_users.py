"""Users of Facteur: first administrator, roles, passwords, sign-in (PRODUCT G)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backend.domain.errors import FacteurError, InvalidInputError, NotFoundError
from backend.domain.user import Role, User
from backend.ports import Services, UserStore

PASSWORD_MIN = 4  # a PIN; the launch token has already proved the operating-system user
PASSWORD_MAX = 200
NAME_MAX = 40


@dataclass(eq=False)
class LastAdministratorError(FacteurError):
    """The last administrator can't be deleted or made a cashier."""

    cause = "last_administrator"
    user: str


def save_user(user: User, password: str | None, users: UserStore, *, previous_name: str = "") -> User:
    """Create or change a user; `password` None keeps the one there is.

    Raises InvalidInputError (name, password), LastAdministratorError.
    """
    name = " ".join(user.name.split())
    if not 1 <= len(name) <= NAME_MAX or any(ord(character) < 32 for character in name):
        raise InvalidInputError("name", "user_name", user.name)
    known = _known(previous_name or name, users)
    if (not previous_name or previous_name.casefold() != name.casefold()) and _known(name, users):
        raise InvalidInputError("name", "user_exists", name)
    if known and known.is_administrator and not user.is_administrator:
        keep_an_administrator(known, users)
    kept = known.password_hash if known else ""
    if password is not None:
        kept = hash_password(password)
    saved = replace(user, name=name, password_hash=kept)
    users.save(saved)
    if known and known.name.casefold() != name.casefold():
        users.delete(known.name)
    return saved


def restore_user(user: User, users: UserStore) -> None:
    """Put back a user as `delete_user` returned him; raises InvalidInputError when his name is taken again."""
    if _known(user.name, users):
        raise InvalidInputError("name", "user_exists", user.name)
    users.save(user)


def check_password(user: User, password: str) -> bool:
    """Tell whether a password or PIN is the user's; one without a password can't sign in."""
    if not user.password_hash:
        return False
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(user.password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def hash_password(password: str) -> str:
    """Return the argon2id hash (RFC 9106); raises InvalidInputError for one too short or too long."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise InvalidInputError("password", "password_length")
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def user_for_command(name: str, services: Services) -> User:
    """Return the user that a command acts for.

    That is the one named, else the only one with sender settings, else the only administrator among these.
    Raises NotFoundError, InvalidInputError("user", "no_sender" or "user_missing" where several could be meant).
    """
    if name:
        return services.users.find(name)
    senders = [services.users.find(profile.user) for profile in services.settings.sender_profiles()]
    if not senders:
        raise InvalidInputError("user", "no_sender")
    meant = senders if len(senders) == 1 else [user for user in senders if user.is_administrator]
    if len(meant) != 1:
        raise InvalidInputError("user", "user_missing")
    return meant[0]


def ensure_user(name: str, users: UserStore) -> User:
    """Return a user; in a shop that has none yet, make an administrator without a password (set at first start)."""
    if known := _known(name, users):
        return known
    if users.users():
        raise NotFoundError("user", name)
    return save_user(User(name, Role.ADMINISTRATOR), None, users)


def _known(name: str, users: UserStore) -> User | None:
    try:
        return users.find(name)
    except NotFoundError:
        return None


def keep_an_administrator(user: User, users: UserStore) -> None:
    """Raise LastAdministratorError when nobody but this one could change the settings."""
    if not any(other.is_administrator and other.name != user.name for other in users.users()):
        raise LastAdministratorError(user.name)
