"""What the package leaves out is nothing that the program runs with."""

from __future__ import annotations

import ast
import re
from importlib.metadata import packages_distributions
from pathlib import Path

BUILD = Path(__file__).parents[2] / "build"


def test_no_library_of_the_program_is_left_out_of_the_package() -> None:
    recipe = ast.parse((BUILD / "facteur.spec").read_text("utf-8"))
    (never,) = [node.value for node in recipe.body if isinstance(node, ast.Assign) and _names(node) == ["NEVER"]]
    locked = set(re.findall(r"^([a-z0-9.-]+)==", (BUILD / "locks/window.txt").read_text("utf-8"), re.MULTILINE))
    assert "pillow" in locked
    sources = packages_distributions()
    left_out = {name: {found.lower() for found in sources.get(name, ())} & locked for name in ast.literal_eval(never)}
    assert not {name: found for name, found in left_out.items() if found}


def _names(assigned: ast.Assign) -> list[str]:
    return [target.id for target in assigned.targets if isinstance(target, ast.Name)]
