"""The setting of every sign-in test: a user, his browser and an authorization server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.oauth_setting import Setting, oauth_setting
from tests.servers.certificates import Certificates


@pytest.fixture
def setting(tmp_path: Path, certificates: Certificates) -> Iterator[Setting]:
    with oauth_setting(tmp_path, certificates) as setting:
        yield setting
