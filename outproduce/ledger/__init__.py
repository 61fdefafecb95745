"""Claims -> stories, and the store that keeps articles, statements and claims; the only folder with SQL."""

from outproduce.ledger.imports import RefusedRow, read_claims_csv, starter_claims
from outproduce.ledger.store import ClaimFilter, Ledger, default_ledger_path
from outproduce.ledger.stories import find_stories, speaker_key, utterer

__all__ = [
    "ClaimFilter",
    "Ledger",
    "RefusedRow",
    "default_ledger_path",
    "find_stories",
    "read_claims_csv",
    "speaker_key",
    "starter_claims",
    "utterer",
]
