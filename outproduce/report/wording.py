"""Claims in plain words, for tables and pages: "250,000 artillery shells a month", "4 times as much as NATO"."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from outproduce.packs import load_pack
from outproduce.records import Claim

SAMPLE_PUBLISHER = "outproduce sample"  # of the reports in data/sample_reports.jsonl
_UNITS = {"tonne": "tonnes of "}


def figure_words(claim: Claim) -> str:
    """Say the figure of a claim; an empty text where it tells only a direction.

    >>> figure_words(Claim("output", ("Russia",), "tank", 1500, 2000, per="year"))
    '1,500 to 2,000'
    >>> figure_words(Claim("capacity", ("Russia",), "tank", None, 90.5))
    'up to 90.5'
    """
    low, high = claim.low, claim.high
    if low is None and high is None:
        return ""
    if low is None:
        return f"up to {_number(high)}"
    if high is None:
        return f"at least {_number(low)}"
    return _number(low) if low == high else f"{_number(low)} to {_number(high)}"


def claim_words(claim: Claim) -> str:
    """Say what a claim says in a few words, without who said so.

    >>> claim_words(Claim("comparison", ("Russia",), "ammunition", 4, 4, relation="more", other=("NATO",)))
    'Russia: 4 times more ammunition than NATO'
    >>> claim_words(Claim("output", ("Russia",), "artillery_shell", 250000, 250000, per="month", status="planned"))
    'Russia: 250,000 artillery shells a month (output, planned)'
    """
    who, other = together(claim.actor), together(claim.other)
    marks: list[str] = []
    figure = figure_words(claim)
    item = item_words(claim.item)
    if claim.kind == "comparison":
        equal = claim.relation == "equal"
        times = f"{figure} times " if figure and not equal else ""
        what = f"{times}{'as many' if equal else claim.relation or ''} {item} {'as' if equal else 'than'} {other}"
    elif claim.kind == "change":
        what = f"{item} {claim.relation or ''}" + (f", {figure} times what it was" if figure else "")
    elif claim.kind == "expansion":
        what = f"{figure or 'new'} lines or plants for {item}"
    else:
        per = f" a {claim.per}" if claim.per else ""
        to = f" to {other}" if other else ""
        what = f"{figure} {_UNITS.get(claim.unit, '')}{item}{per}{to}"
        marks.append(claim.kind)
    marks += [claim.status] if claim.status != "actual" else []
    return f"{who}: {' '.join(what.split())}" + (f" ({', '.join(marks)})" if marks else "")


def together(names: Sequence[str]) -> str:
    """Name several together.

    >>> together(["EU", "Ukraine"]), together(["EU", "Norway", "Ukraine"])
    ('EU and Ukraine', 'EU, Norway and Ukraine')
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def item_words(item: str) -> str:
    """Say an item key in English words, in the plural where it has one.

    >>> item_words("shell_155"), item_words("ammunition"), item_words("of_another_pack")
    ('155 mm shells', 'ammunition', 'of another pack')
    """
    known = load_pack().items.get(item)
    return known.label["en"] if known is not None and "en" in known.label else item.replace("_", " ")


def when_words(claim: Claim) -> str:
    """Say the time a claim is about."""
    if claim.when is None:
        return ""
    first, last = claim.when
    return first if first == last else f"{first} to {last}"


def evidence_words(claim: Claim) -> str:
    """Give the exact words of a claim, or say that it was entered by hand."""
    return claim.evidence.quote if claim.evidence else "entered by hand"


def site(url: str | None) -> str:
    """Host of an address, without www.

    >>> site("https://www.example.org/a?b")
    'example.org'
    """
    return (urlsplit(url).hostname or "").removeprefix("www.") if url else ""


def record_words(claim: Claim) -> str | None:
    """Name what a sample report was written from: the sample itself is no source; None for other claims."""
    return f"public record at {site(claim.url)}" if is_sample(claim) else None


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.10g}"


def is_sample(claim: Claim) -> bool:
    """Whether a claim was read from the sample reports, whose sentences are ours and stand on no other page."""
    return claim.publisher == SAMPLE_PUBLISHER
