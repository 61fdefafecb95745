"""The pages people look at: the ledger and what is estimated from it, presented; nothing is worked out here."""
