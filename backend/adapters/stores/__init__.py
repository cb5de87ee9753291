"""Settings in TinyDB, records in SQL."""
