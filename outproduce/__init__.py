"""Who makes more of it, says who, and since when: the public names.

They are loaded when they are first used, so that `import outproduce` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from outproduce.answers import Comparison as Comparison
    from outproduce.answers import compare as compare
    from outproduce.articles.article import read_article as read_article
    from outproduce.articles.sources import read_sources as read_sources
    from outproduce.claims.extraction import extract_claims as extract_claims
    from outproduce.errors import NothingFound as NothingFound
    from outproduce.errors import OutproduceError as OutproduceError
    from outproduce.errors import UsageError as UsageError
    from outproduce.estimate.fusion import FuseOptions as FuseOptions
    from outproduce.estimate.fusion import Fusion as Fusion
    from outproduce.estimate.fusion import fuse as fuse
    from outproduce.estimate.rates import estimate_series as estimate_series
    from outproduce.estimate.world import World as World
    from outproduce.languages.figures import Figure as Figure
    from outproduce.languages.figures import find_figures as find_figures
    from outproduce.ledger.imports import read_claims_csv as read_claims_csv
    from outproduce.ledger.imports import starter_claims as starter_claims
    from outproduce.ledger.store import ClaimFilter as ClaimFilter
    from outproduce.ledger.store import Ledger as Ledger
    from outproduce.ledger.stories import find_stories as find_stories
    from outproduce.packs import Pack as Pack
    from outproduce.packs import load_pack as load_pack
    from outproduce.reading import read_report as read_report
    from outproduce.reading import read_reports as read_reports
    from outproduce.records import Article as Article
    from outproduce.records import Claim as Claim
    from outproduce.records import Estimate as Estimate
    from outproduce.records import Evidence as Evidence
    from outproduce.records import RawDocument as RawDocument
    from outproduce.records import Statement as Statement
    from outproduce.records import Story as Story
    from outproduce.statements.attribution import find_statements as find_statements

_HOMES = {
    "answers": ("Comparison", "compare"),
    "articles": ("read_article", "read_sources"),
    "claims": ("extract_claims",),
    "errors": ("NothingFound", "OutproduceError", "UsageError"),
    "estimate": ("Fusion", "World", "estimate_series", "fuse"),
    "estimate.fusion": ("FuseOptions",),
    "languages.figures": ("Figure", "find_figures"),
    "ledger": ("ClaimFilter", "Ledger", "find_stories", "read_claims_csv", "starter_claims"),
    "packs": ("Pack", "load_pack"),
    "reading": ("read_report", "read_reports"),
    "records": ("Article", "Claim", "Estimate", "Evidence", "RawDocument", "Statement", "Story"),
    "statements": ("find_statements",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = ["__version__", *sorted(_HOME_OF)]


def __getattr__(name: str) -> Any:
    """Load a public name from its module when it is first used."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'outproduce' has no attribute {name!r}")
    value = getattr(import_module(f"outproduce.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
