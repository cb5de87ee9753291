"""Facteur: sends till tickets by e-mail as PDF. Alone it opens the window; `--help` shows the commands."""

from backend.cli import main

if __name__ == "__main__":
    main()
