"""Fill a ledger with a million claims and measure it: python benchmarks/ledger_size.py [ARTICLES] [LEDGER].

Made-up articles in three languages, five claims each, over four years: the first tenth through `Ledger.append_article`,
one transaction an article as in real reading, the rest through `append_articles`, 100 a transaction, as an archive
comes in. ARTICLES is a multiple of 1,000, or 0 to measure a ledger that is there; LEDGER may be a postgresql://
address. Listing is timed as `outproduce claims --limit 50` asks.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from outproduce.ledger.search import ClaimFilter
from outproduce.ledger.store import Ledger
from outproduce.records import Article, Claim, Evidence, RawDocument, Statement

CLAIMS = 5
FIRST_DAY, DAYS = date(2022, 1, 1), 4 * 365
ACTORS = ("Russia", "NATO", "Ukraine", "EU", "United States", "Germany", "North Korea", "Rheinmetall")
ITEMS = ("artillery_shell", "tank", "attack_drone", "cruise_missile", "shell_155", "armour", "ballistic_missile")
SAID = {
    "uk": "За словами {who}, країна виготовляє {n} одиниць техніки на місяць і планує більше.",
    "ru": "По словам {who}, страна производит {n} единиц техники в месяц и планирует больше.",
    "en": "According to {who}, the country makes {n} pieces of equipment a month and plans more.",
}
POSTGRES_SIZE = (
    "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
    "WHERE nspname = current_schema() AND relkind = 'r'"
)
_STEMS = ("ка", "ро", "на", "ви", "те", "лі", "мо", "за", "ду", "пе", "со", "ти", "ре", "ба", "ні", "ко", "да", "ме")
SIZES = (
    ("raw bytes", ("raw_documents", "sqlite_autoindex_raw_documents_1")),
    ("articles", ("articles", "one_current_article", "superseded_articles")),
    ("statements", ("statements", "ix_statements_article_row")),
    ("claims", ("claims",)),
    ("claim indexes", ("one_current_claim", "claims_by_time", "claims_by_article")),
    ("word index", ("claims_words_data", "claims_words_idx", "claims_words_config")),
)
SEARCHES = {
    "newest of all": ClaimFilter(newest_first=True, limit=50),
    "actor and item": ClaimFilter(actor="Rheinmetall", item=("tank", "armour"), limit=50),
    "speaker": ClaimFilter(speaker="speaker 77", limit=50),
    "time (since, until)": ClaimFilter(since="2024-03", until="2024-04", limit=50),
    "kind, status, since": ClaimFilter(kind="output", status="planned", since="2025-06", limit=50),
    "rare word": ClaimFilter(text="plant4242", limit=50),
    "common word": ClaimFilter(text="техніки", limit=50),
    "common word and actor": ClaimFilter(text="equipment", actor="EU", limit=50),
    "common word and since": ClaimFilter(text="страна", since="2025-10", limit=50),
    "newest until": ClaimFilter(until="2023-06", newest_first=True, limit=50),
    "newest as known on a day": ClaimFilter(as_of="2022-03", newest_first=True, limit=50),
    "word of one digit": ClaimFilter(text="7", limit=50),
    "a kind there is not": ClaimFilter(kind="stock", limit=50),
    "as the ledger was": ClaimFilter(as_of_ledger="2099", limit=50),
}


def words(chance: random.Random, number: int) -> str:
    """Make up prose of so many words."""
    return " ".join("".join(chance.choices(_STEMS, k=chance.randint(1, 4))) for _ in range(number))


def articles(number: int, seed: int = 1) -> Iterator[tuple[Article, RawDocument, list[Statement], list[Claim]]]:
    """Make up articles of about 1,700 characters with five claims each, and pages that hold them."""
    chance = random.Random(seed)
    prose = [words(chance, 30) for _ in range(3000)]
    for at in range(number):
        lang = ("uk", "ru", "en")[at % 3]
        said = [SAID[lang].format(who=f"speaker {chance.randint(1, 5000)}", n=at * 7 + n) for n in range(CLAIMS)]
        text = f"Title {at}\n\n" + "\n".join(f"{chance.choice(prose)}. {line}" for line in said)
        raw = RawDocument(f"{at}.html", f"<html><body>{text}</body></html>".encode(), "html", {})
        day = (FIRST_DAY + timedelta(chance.randrange(DAYS))).isoformat()
        url, outlet = f"https://outlet{at % 400}.example/news/{day}/article-{at}", f"Outlet {at % 400}"
        article = Article(f"{at:016x}", text, lang, f"Title {at}", said[0], outlet, day, url, None, raw.raw_hash)
        claims = [_claim(chance, article, line, at + n) for n, line in enumerate(said)]
        statements = [Statement(article.id, c.evidence.start, c.evidence.end, c.speaker) for c in claims if c.evidence]
        yield article, raw, statements, claims


def _claim(chance: random.Random, article: Article, line: str, at: int) -> Claim:
    start = article.text.index(line)
    evidence = Evidence(article.id, start, start + len(line), line)
    month = (article.published or "")[:7]
    return Claim(
        "output", (ACTORS[at % 8],), ITEMS[at % 7], float(at), float(at), "month", when=(month, month),
        status="planned" if at % 9 == 0 else "actual", speaker=f"Speaker {chance.randint(1, 5000)}", evidence=evidence,
        raw=str(at), note=f"plant{at}" if at % 50 == 0 else None, publisher=article.publisher,
        published=article.published, url=article.url, lang=article.lang, version="0.1.0",
    )  # fmt: skip


def fill(ledger: Ledger, number: int) -> None:
    """Append the articles, the first tenth one by one, and print what appending alone took, every tenth of the way."""
    source, part, batched = articles(number), max(100, number // 10), 0.0
    for first in range(0, number, part):
        took = spent = 0.0
        for _ in range(0, part, 100):
            group = list(islice(source, 100))
            started, busy = time.perf_counter(), time.process_time()
            if first == 0:
                for article, raw, statements, claims in group:
                    ledger.append_article(article, raw, statements, claims, version="0.1.0")
            else:
                ledger.append_articles(group, version="0.1.0")
            took, spent = took + time.perf_counter() - started, spent + time.process_time() - busy
        how = "one transaction each" if first == 0 else "100 a transaction"
        rates = f"{part * CLAIMS / took:6,.0f} claims/s, {part * CLAIMS / spent:6,.0f} a second of processor time"
        print(f"  {first + part:>8,} articles, {how}: {rates}, {memory_mb():.0f} MB", flush=True)
        batched += took if first else 0.0
    if batched:
        print(f"100 a transaction, all in all: {(number - part) * CLAIMS / batched:,.0f} claims/s")


def memory_mb() -> float:
    """Most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def print_sizes(ledger: Ledger, claims: int) -> None:
    """Print how many bytes a claim takes, by what they hold."""
    with ledger.reading() as connection:
        if connection.dialect.name != "sqlite":
            total = connection.scalar(sa.text(POSTGRES_SIZE))
            raw = connection.scalar(sa.text("SELECT pg_total_relation_size('raw_documents')"))
            print(f"bytes a claim without raw bytes: {(int(total or 0) - int(raw or 0)) / claims:.0f}")
            return
        pages = connection.exec_driver_sql("SELECT name, sum(pgsize) FROM dbstat GROUP BY name")
        sizes = {row[0]: row[1] for row in pages}
    total = sum(sizes.values()) - sum(sizes.get(name, 0) for name in SIZES[0][1])
    for name, tables in SIZES:
        print(f"  {name:<15} {sum(sizes.get(table, 0) for table in tables) / claims:7.0f} bytes a claim")
    print(f"bytes a claim without raw bytes: {total / claims:.0f}")


def print_searches(ledger: Ledger) -> None:
    """Print the median time of each search over five runs, that of the processor alone, and how many claims came."""
    for name, wanted in SEARCHES.items():
        took, spent = [], []
        for _ in range(5):
            started, busy = time.perf_counter(), time.process_time()
            found = len(list(ledger.claims(wanted)))
            took.append(1000 * (time.perf_counter() - started))
            spent.append(1000 * (time.process_time() - busy))
        told = f"{statistics.median(took):7.1f} ms, of the processor {statistics.median(spent):6.1f} ms"
        print(f"  {name:<24} {told} ({found})", flush=True)


def main(arguments: list[str]) -> int:
    """Fill, measure, search, and list everything once to see that memory stays flat."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("articles", nargs="?", type=int, default=200_000)
    options.add_argument("ledger", nargs="?", help="where the ledger is to be made; by default a file that is removed")
    given = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        place = given.ledger or Path(folder) / "ledger.db"
        with Ledger.open(place) as ledger:
            fill(ledger, given.articles)
            print_sizes(ledger, ledger.counts()["claims"])
            print_searches(ledger)
            before, started = memory_mb(), time.perf_counter()
            listed = sum(1 for _ in ledger.claims())
            print(f"listing all {listed:,}: {time.perf_counter() - started:.0f} s, {memory_mb() - before:.0f} MB more")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
