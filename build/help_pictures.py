#!/usr/bin/env python3
"""Make the pictures of the help: `python3 build/help_pictures.py`, into frontend/help/pictures/.

Every `![text](name)` in the pages of the help names a screen of build/screens.py; its picture is taken at 1024x600,
light, once in each language.
"""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

from PIL import Image

from sample_shops import sample_shops
from screens import SCREENS, take

HELP = Path(__file__).resolve().parent.parent / "frontend" / "help"


def named_pictures() -> set[str]:
    """Return the names of all pictures that pages of the help show."""
    texts = (page.read_text(encoding="utf-8") for page in HELP.glob("*/*.md"))
    return {name for text in texts for name in re.findall(r"!\[[^]]*\]\(([\w-]+)\)", text)}


def main() -> None:
    """Take the pictures and keep them small; what no page names any more goes."""
    names = named_pictures()
    pictures = HELP / "pictures"
    pictures.mkdir(exist_ok=True)
    for old in pictures.glob("*.webp"):
        if old.stem[: -len("-fr")] not in names:
            old.unlink()
    with tempfile.TemporaryDirectory() as folder, sample_shops() as shops:
        take(Path(folder), [screen for screen in SCREENS if screen.name in names], shops, quick=False)
        for taken in Path(folder).glob("*-1024-*-light.png"):
            name, _size, language, _theme = taken.stem.rsplit("-", 3)
            small = io.BytesIO()
            Image.open(taken).convert("RGB").save(small, "WEBP", quality=80, method=6)
            (pictures / f"{name}-{language}.webp").write_bytes(small.getvalue())
    print(f"{len(list(pictures.glob('*.webp')))} pictures in {pictures}")


if __name__ == "__main__":
    main()
