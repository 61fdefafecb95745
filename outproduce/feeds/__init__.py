"""Feeds, news sitemaps and lists of addresses -> what they list; nothing is fetched here."""

from outproduce.feeds.listing import Source, read_listing
from outproduce.feeds.parsing import Entry, Feed, find_feeds, parse_feed

__all__ = ["Entry", "Feed", "Source", "find_feeds", "parse_feed", "read_listing"]
