"""Mails: their making, their transports, the training server."""
