"""Facteur: till tickets by e-mail as PDF."""
