from __future__ import annotations

import json
from typing import TYPE_CHECKING

from backend.usecases.watch_folder import FolderWatch, watched_folder
from tests.builders import a_company

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor


def test_a_folder_is_chosen_its_files_reported_and_one_tried_again(
    administrator: Visitor, shop: FakeServices, tmp_path: Path
) -> None:
    shop.settings.save_company(a_company())
    folder = tmp_path / "in"
    folder.mkdir()
    answer = administrator.post("/settings/incoming/", {"folder": str(folder), "user": "MARTIN"})
    assert answer.headers["HX-Redirect"] == "/settings/incoming/"
    assert watched_folder(shop).user == "MARTIN"
    (folder / "taken" / "a.json").write_text(json.dumps({"till": "ZZ"}))
    FolderWatch(shop).turn()
    page = administrator.get("/settings/incoming/").text
    assert "a.json" in page
    assert 'class="badge bad"' in page
    administrator.post("/settings/incoming/retry", {"file": "a.json"})
    assert (folder / "a.json").is_file()


def test_a_folder_that_is_not_there_is_refused_with_what_was_typed(administrator: Visitor) -> None:
    answer = administrator.post("/settings/incoming/", {"folder": "/no/such/folder", "user": ""})
    assert answer.status_code == 422
    assert 'value="/no/such/folder"' in answer.text


def test_the_settings_lead_there_and_cashiers_do_not_reach_it(administrator: Visitor, cashier: Visitor) -> None:
    assert "/settings/incoming/" in administrator.get("/settings/").text
    assert cashier.get("/settings/incoming/").status_code == 403
