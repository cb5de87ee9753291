"""The content security policy that every page for a PDF engine begins with (W3C CSP 3)."""

from __future__ import annotations

# No script, no file and no address: only the page's own styles and pictures inside the page.
CONTENT_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
