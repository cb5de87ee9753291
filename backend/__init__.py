"""Facteur: till tickets by e-mail as PDF."""

VERSION = "0.1.0"
