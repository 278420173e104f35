"""What is remembered: answers and idempotency keys, on SQLite or PostgreSQL."""
