"""Addresses -> responses: polite, bounded and guarded; the only folder that touches the network."""

from outproduce.fetch.fetcher import Fetcher, Manners, Unchanged
from outproduce.fetch.lanes import in_lanes

__all__ = ["Fetcher", "Manners", "Unchanged", "in_lanes"]
