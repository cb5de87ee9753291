"""Small settings in TinyDB files that several processes share."""
