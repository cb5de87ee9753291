"""Keeps compiled templates beside the templates, as Python does with modules: compiling takes a tenth of a start."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import BytecodeCache, FileSystemBytecodeCache

if TYPE_CHECKING:
    from jinja2.bccache import Bucket


class TemplateCache(FileSystemBytecodeCache):
    """A cache that is only ever a help: where its folder can't be written, templates are compiled each time.

    It lies with the program, not with the shop's data: what it holds is run, so it must be no easier to write than
    the program itself.
    """

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a compiled template if that is possible."""
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


def template_cache(templates: Path) -> BytecodeCache | None:
    """Return the cache of a folder of templates, None where there is none and none can be made."""
    folder = templates / "__pycache__"
    with contextlib.suppress(OSError):
        folder.mkdir(exist_ok=True)
    return TemplateCache(os.fspath(folder)) if folder.is_dir() else None
