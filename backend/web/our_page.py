"""Addresses of our own pages that come back from the browser: nothing else is ever gone to."""

from __future__ import annotations

import re

_OURS = re.compile(r"/(?!/)[\w./?=&%+-]*", re.ASCII)


def our_page(address: str, otherwise: str = "") -> str:
    """Return `address` where it is a page of this server, else `otherwise`."""
    return address if _OURS.fullmatch(address) else otherwise
