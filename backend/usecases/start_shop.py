"""The first start of a shop: company, a first till, and last its administrator (PRODUCT G1)."""

from __future__ import annotations

from backend.domain.shop import Company, Till
from backend.domain.user import Role, User
from backend.ports import Services
from backend.usecases.manage_users import save_user
from backend.usecases.save_company import save_company

FIRST_TILL = "C1"


def needs_start(services: Services) -> bool:
    """Tell whether nobody can sign in yet; the training shop never needs it."""
    return not services.training and not any(user.password_hash for user in services.users.users())


def start_shop(name: str, password: str, company: Company, services: Services) -> User:
    """Save what a shop needs and return its administrator; a crash on the way leaves the first start to do again.

    Raises InvalidInputError (name, password, and those of save_company).
    """
    save_company(company, services)
    if not services.shop.tills():
        services.shop.save(tills=[Till(FIRST_TILL)])
    known = next((user.name for user in services.users.users() if user.name.casefold() == name.casefold()), "")
    return save_user(User(name, Role.ADMINISTRATOR), password, services.users, previous_name=known)
