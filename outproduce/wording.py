"""Claims in plain words, for tables and pages: "250,000 artillery shells a month", "4 times as much as NATO"."""

from __future__ import annotations

from urllib.parse import urlsplit

from outproduce.records import Claim

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
    who = " and ".join(claim.actor)
    figure, other = figure_words(claim), " and ".join(claim.other)
    item = item_words(claim.item, plural=claim.kind not in ("comparison", "change", "expansion"))
    if claim.kind == "comparison":
        times = f"{figure} times " if figure else ""
        than = "as" if claim.relation == "equal" else "than"
        what = f"{times}{'as much' if claim.relation == 'equal' else claim.relation or ''} {item} {than} {other}"
        marks = []
    elif claim.kind == "change":
        what = f"{item} {claim.relation or ''}" + (f", {figure} times what it was" if figure else "")
        marks = []
    elif claim.kind == "expansion":
        what, marks = f"{figure or 'new'} lines or plants for {item}", []
    else:
        per = f" a {claim.per}" if claim.per else ""
        to = f" to {other}" if other else ""
        what, marks = f"{figure} {_UNITS.get(claim.unit, '')}{item}{per}{to}", [claim.kind]
    marks += [claim.status] if claim.status != "actual" else []
    return f"{who}: {' '.join(what.split())}" + (f" ({', '.join(marks)})" if marks else "")


def item_words(item: str, *, plural: bool = False) -> str:
    """Say an item key in words.

    >>> item_words("shell_155", plural=True), item_words("ammunition", plural=True)
    ('155 mm shells', 'ammunition')
    """
    name, _, number = item.rpartition("_")
    words = f"{number} mm {name}" if number.isdigit() else item.replace("_", " ")
    uncounted = ("s", "ammunition", "armour", "aircraft", "electronics", "weapons")
    return words if not plural or words.endswith(uncounted) else f"{words}s"


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


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.10g}"
