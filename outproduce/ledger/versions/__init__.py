"""The ledger's schema step by step, as Alembic revisions; each step is frozen once it has been released."""
