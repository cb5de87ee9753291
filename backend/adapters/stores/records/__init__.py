"""Per-ticket records in SQL: tickets, customers, tills, outbox, sending journal."""
