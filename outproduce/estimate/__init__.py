"""Claims -> monthly rates with intervals; pure functions with an explicit seed. docs/method.md derives the model."""

from outproduce.estimate.fusion import Fusion, fuse
from outproduce.estimate.rates import estimate_family, estimate_series
from outproduce.estimate.world import World

__all__ = ["Fusion", "World", "estimate_family", "estimate_series", "fuse"]
