"""A small ledger for the tests of the pages, with a report whose every field is hostile; and a library over it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib.resources import as_file, files
from pathlib import Path

from outproduce.ledger.imports import starter_claims
from outproduce.ledger.store import Ledger
from outproduce.reading import read_reports
from outproduce.records import Article, Claim, Evidence, Statement
from outproduce.web.library import Library, Weigher

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
HOSTILE_ID = "hostile-1"
QUOTE = f"Made {SCRIPT} 400 shells a day"


def hostile_claim() -> Claim:
    """Give the claim of the hostile report."""
    text = f"{SCRIPT}\n\n{QUOTE}, said {IMAGE}."
    start = text.index(QUOTE)
    return Claim(
        "output", ("Russia",), "artillery_shell", 400, 400, per="day", when=("2025-05", "2025-05"), speaker=IMAGE,
        via=SCRIPT, publisher=IMAGE, published="2025-05-06", url="javascript:alert(1)", lang="en", note=SCRIPT,
        evidence=Evidence(HOSTILE_ID, start, start + len(QUOTE), QUOTE), version="0",
    )  # fmt: skip


def make_ledger(path: Path) -> str:
    """Write the ledger: the sample reports, the claims by hand on three items, the hostile report."""
    claim = hostile_claim()
    text = f"{SCRIPT}\n\n{QUOTE}, said {IMAGE}."
    article = Article(HOSTILE_ID, text, "en", SCRIPT, None, IMAGE, "2025-05-06", "javascript:alert(1)")
    with Ledger.open(path) as ledger, as_file(files("outproduce").joinpath("data", "sample_reports.jsonl")) as samples:
        list(read_reports([samples], ledger))
        kept = [one for one in starter_claims() if one.item in ("attack_drone", "tank") or one.kind == "comparison"]
        ledger.append_claims(kept, source="test")
        ledger.append_article(article, None, [Statement(HOSTILE_ID, claim.evidence.start, len(text), IMAGE)], [claim])
    return str(path)


def open_library(address: str) -> Library:
    """Open a library that works in a thread, so that the tests need no other process."""
    return Library(address, Weigher(address, lambda: ThreadPoolExecutor(1), wait_s=120))
