"""Files, folders, JSON, PDF and saved pages -> raw documents -> articles."""

from outproduce.articles.article import read_article
from outproduce.articles.sources import SourceProblem, read_sources

__all__ = ["SourceProblem", "read_article", "read_sources"]
