from __future__ import annotations

from pathlib import Path

import pytest

from backend.adapters.stores.settings.users import FolderUserStore
from backend.domain.errors import NotFoundError
from backend.domain.user import Role
from backend.ports import UserStore
from tests.builders import a_user
from tests.fake_settings import MemoryUserStore


@pytest.fixture(params=["files", "memory"])
def users(request: pytest.FixtureRequest, tmp_path: Path) -> UserStore:
    return FolderUserStore(tmp_path) if request.param == "files" else MemoryUserStore()


def test_a_new_shop_has_no_user(users: UserStore) -> None:
    assert users.users() == []


def test_a_user_is_found_whatever_the_case_of_his_name(users: UserStore) -> None:
    users.save(a_user("Zoé"))
    assert users.find("ZOÉ") == a_user("Zoé")


def test_an_unknown_user_is_not_found(users: UserStore) -> None:
    with pytest.raises(NotFoundError) as caught:
        users.find("Zoé")
    assert (caught.value.kind, caught.value.key) == ("user", "Zoé")


def test_saving_again_replaces(users: UserStore) -> None:
    users.save(a_user("Zoé"))
    users.save(a_user("ZOÉ", role=Role.CASHIER, password_hash="$argon2id$x"))
    assert users.users() == [a_user("ZOÉ", role=Role.CASHIER, password_hash="$argon2id$x")]


def test_users_come_by_name(users: UserStore) -> None:
    for name in ("paul", "Anne", "Zoé"):
        users.save(a_user(name))
    assert [user.name for user in users.users()] == ["Anne", "paul", "Zoé"]


def test_a_deleted_user_is_gone(users: UserStore) -> None:
    users.save(a_user("Zoé"))
    users.save(a_user("paul"))
    users.delete("zoé")
    assert [user.name for user in users.users()] == ["paul"]


def test_an_unknown_user_can_not_be_deleted(users: UserStore) -> None:
    with pytest.raises(NotFoundError):
        users.delete("Zoé")
