"""One file is one action that a person would name."""
