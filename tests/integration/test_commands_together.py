"""Several real programs on one data folder at the same time."""

from __future__ import annotations

import json

from tests.import_files import a_ticket_value, json_file
from tests.program import Program

FILES, TICKETS_IN_EACH = 20, 10


def test_two_imports_number_one_till_without_gap_or_double_while_a_third_program_lists(shop: Program) -> None:
    files = [
        [
            json_file(
                shop.folder / f"{side}-{number}.json",
                [a_ticket_value(start + 100 * number + place, till="C1") for place in range(TICKETS_IN_EACH)],
            )
            for number in range(FILES)
        ]
        for side, start in (("left", 10_000), ("right", 50_000))
    ]
    importing = [shop.start("ticket", "import", *paths, "--json") for paths in files]
    seen = [1]
    while any(child.poll() is None for child in importing):
        listed = shop.call("ticket", "list", "--limit", "1000", "--json")
        assert listed.exit_code == 0, listed
        seen.append(sum(row["number"].startswith("C1-") for row in listed.json["tickets"]))
    answers = []
    for child in importing:
        stdout, stderr = child.communicate()
        assert (child.returncode, stderr) == (0, "")
        answers.append(json.loads(stdout))
    numbers = [
        [int(key.removeprefix("C1-")) for file in answer["files"] for key in file["recorded"]] for answer in answers
    ]
    assert [len(side) for side in numbers] == [FILES * TICKETS_IN_EACH] * 2
    assert sorted(numbers[0] + numbers[1]) == list(range(2, 402))
    assert max(numbers[0]) > min(numbers[1])
    assert max(numbers[1]) > min(numbers[0])
    assert seen == sorted(seen)
    journal = shop.run("check", "journal", "--json").json
    assert (journal["status"], journal["tickets"]) == ("intact", {"C1": 401, "C2": 0, "K1": 1})
    again = shop.call("ticket", "import", *files[0], "--json").json
    assert sum(len(file["known"]) for file in again["files"]) == FILES * TICKETS_IN_EACH
