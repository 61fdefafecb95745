"""Write tests/data/ledgers/SCHEMA.db.gz: a small ledger as this version makes it, for later versions to upgrade.

    python tools/make_old_ledger.py v1

Run it once, with the last version that has the schema, before the next schema comes in; the stored file then stays as
it is. It holds bytes, two readings of one article, claims entered by hand, a stretch set aside: every table has rows.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import sys
import tempfile
from pathlib import Path

from outproduce.ledger.store import Ledger, SetAside
from outproduce.ledger.visits import Visit, Visits
from outproduce.records import Article, Claim, Evidence, RawDocument, Statement

FOLDER = Path(__file__).parents[1] / "tests" / "data" / "ledgers"
TEXT = "Танки\n\nЗавод виготовляє 40 танків на місяць, сказав директор. The plant makes 90 tanks a year."
RECORD = {"id": "r7", "published": "2025-07-01", "text": "Russia makes 250,000 shells a month, NATO fewer."}


def write_sample(ledger: Ledger) -> None:
    """Read two articles, one of them twice by different versions, and enter two claims by hand."""
    page = RawDocument("page.html", f"<p>{TEXT}</p>".encode(), "html", {"title": "Танки"})
    article = Article("a1", TEXT, "uk", "Танки", TEXT[7:60], "Outlet", "2025-06-09", "https://a.example", None)
    said = Statement("a1", 7, 60, "директор", None, "indirect")
    shared = {"speaker": "директор", "publisher": "Outlet", "url": "https://a.example", "lang": "uk"}
    june = ("2025-06", "2025-06")
    made = Claim("output", ("Russia",), "tank", 40.0, 40.0, "month", when=june, version="0.1", **shared)
    first, second = (made.with_fields(evidence=_evidence("a1", TEXT, words)) for words in ("40 танків", "90 tanks"))
    ledger.append_article(article, page, [said], [first, second], set_aside=[SetAside("a1", 0, 5, "no figure")])
    better = second.with_fields(low=90.0, high=90.0, per="year", version="0.2", note="read anew")
    ledger.append_article(article, page, [said], [first.with_fields(version="0.2"), better])
    record = RawDocument("r.jsonl:1", json.dumps(RECORD, sort_keys=True).encode(), "record", RECORD)
    text = str(RECORD["text"])
    other = Article("a2", text, "en", published="2025-07-01")
    ratio = Claim("comparison", ("Russia", "Belarus"), "shell_155", relation="more", other=("NATO", "EU"), unit="piece")
    evidence = _evidence("a2", text, "NATO fewer")
    ledger.append_article(other, record, [Statement("a2", 0, len(text))], [ratio.with_fields(evidence=evidence)])
    by_hand = {"reader": "hand", "url": "https://h.example", "published_basis": "page"}
    Visits(ledger).note(Visit("https://a.example", "page", "2025-06-10T08:00:00Z", "read", etag='"1"'))
    ledger.append_claims([made.with_fields(**by_hand), made.with_fields(low=None, high=5.0, **by_hand)], source="t.csv")


def _evidence(article_id: str, text: str, words: str) -> Evidence:
    return Evidence(article_id, text.index(words), text.index(words) + len(words), words)


def main() -> int:
    target = FOLDER / f"{sys.argv[1]}.db.gz"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with Ledger.open(path) as ledger:
            write_sample(ledger)
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        connection.close()
        FOLDER.mkdir(parents=True, exist_ok=True)
        target.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    print(f"wrote {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
