"""Secrets: the keyring, and the encrypted file without one."""
