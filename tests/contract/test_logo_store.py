from __future__ import annotations

from pathlib import Path

import pytest

from backend.adapters.stores.logos import FolderLogoStore
from backend.domain.errors import NotFoundError, StorageError
from backend.ports import LogoStore
from tests.builders import a_logo
from tests.fake_settings import MemoryLogoStore


@pytest.fixture(params=["files", "memory"])
def logos(request: pytest.FixtureRequest, tmp_path: Path) -> LogoStore:
    return FolderLogoStore(tmp_path / "logos") if request.param == "files" else MemoryLogoStore()


def test_a_logo_is_found_by_its_hash_with_its_size(logos: LogoStore) -> None:
    logos.save(a_logo(3, 2))
    logos.save(a_logo(300, 200))
    logos.save(a_logo(3, 2))
    assert logos.find(a_logo(3, 2).sha256) == a_logo(3, 2)
    assert logos.find(a_logo(300, 200).sha256) == a_logo(300, 200)


@pytest.mark.parametrize("sha256", ["", "0" * 64, "../settings/shop", "A" * 64])
def test_an_unknown_logo_is_not_found(sha256: str, logos: LogoStore) -> None:
    with pytest.raises(NotFoundError) as caught:
        logos.find(sha256)
    assert (caught.value.kind, caught.value.key) == ("logo", sha256)


@pytest.mark.parametrize("content", [b"", a_logo(9, 9).png, a_logo().png[:-1]])
def test_a_file_that_is_not_what_its_name_says_is_damaged(content: bytes, tmp_path: Path) -> None:
    logos = FolderLogoStore(tmp_path)
    logos.save(a_logo())
    (tmp_path / f"{a_logo().sha256}.png").write_bytes(content)
    with pytest.raises(StorageError, match="damaged"):
        logos.find(a_logo().sha256)
    logos.save(a_logo())
    assert logos.find(a_logo().sha256) == a_logo()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "logos").write_text("a file in its way")
    with pytest.raises(StorageError):
        FolderLogoStore(tmp_path / "logos").save(a_logo())
