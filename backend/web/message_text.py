"""What people are told of a failure, by every module of messages: a sentence with its cause, one with the remedy."""

from __future__ import annotations

from flask_babel import LazyString

Text = tuple[LazyString, LazyString]
