"""Delete a user with what he signs in with at his mail server: a later user of his name mails with nothing of his."""

from __future__ import annotations

from dataclasses import replace

from backend.domain.sender_profile import Authentication
from backend.domain.user import User
from backend.ports import Services
from backend.usecases.manage_users import keep_an_administrator
from backend.usecases.save_sender_profile import password_name
from backend.usecases.sign_in_with_provider import forget_sign_in


def delete_user(name: str, services: Services) -> User:
    """Close his gate, forget his password and sign-in, delete him; return what is gone, for `restore_user`.

    Raises NotFoundError, LastAdministratorError, SecretsUnavailableError (then he stays).
    """
    user = services.users.find(name)
    if user.is_administrator:
        keep_an_administrator(user, services.users)
    if profile := services.settings.sender_profile(user.name):
        if profile.authentication is Authentication.OAUTH2:
            forget_sign_in(user.name, services)
        elif profile.secret_version:
            services.secrets.delete(password_name(user.name))
        left = services.settings.sender_profile(user.name) or profile
        services.settings.save_sender_profile(replace(left.not_working(), secret_version=""))
    services.users.delete(user.name)
    return user
