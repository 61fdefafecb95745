"""Text -> mentions -> claims: which figure belongs to which item, actor, period and time."""

from outproduce.claims.extraction import extract_claims

__all__ = ["extract_claims"]
