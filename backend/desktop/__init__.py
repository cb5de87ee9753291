"""The window and the server behind it."""
