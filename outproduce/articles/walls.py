"""What pages show beside or in place of their report: paywalls, cookie walls, checks, lists of other reports."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

SHORT_REPORT = 1500  # characters; what is longer is a report, whatever stands around it
_SHORT_WALL = 700
_SAYS_SOMETHING = 20


@cache
def _walls() -> dict[str, dict[str, re.Pattern[str]]]:
    text = files("outproduce.articles").joinpath("walls.yml").read_text(encoding="utf-8")
    return {
        wall: {kind: re.compile("|".join(map(re.escape, words))) for kind, words in kinds.items()}
        for wall, kinds in yaml.safe_load(text).items()
    }


def find_wall(tree: Any, text: str, *, closed: bool = False, is_report: bool = False) -> str | None:
    """Name what stands before a report: `paywall` (its beginning may be there), `cookies`, `check`, or None.

    `tree` is the page, `text` what was found of a report on it; `closed` is whether the page's data say that it is not
    free to read, `is_report` whether they say that it is a report.
    """
    if len(text) >= SHORT_REPORT:
        return None
    shown = " ".join(" ".join(tree.xpath(_SHOWN)).split()).lower() if tree is not None else ""
    if closed or _found("paywall", "phrases", shown) or _has_mark(tree):
        return "paywall"
    beginning = (text.lower() or shown)[:_SHORT_WALL]
    if len(text) < _SHORT_WALL and not is_report:
        for wall in ("check", "cookies"):
            if _found(wall, "phrases", beginning):
                return wall
    return None


def begins_other_reports(line: str) -> bool:
    """Whether a line is a heading below which pages list other reports.

    >>> begins_other_reports("Читайте також:"), begins_other_reports("Read more shells are made in Europe.")
    (True, False)
    """
    return len(line) < 40 and _walls()["other reports"]["phrases"].fullmatch(line.strip(" :.…>»").lower()) is not None


_SHOWN = "//body//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]"


def _found(wall: str, kind: str, text: str) -> bool:
    return _walls()[wall][kind].search(text) is not None


def _has_mark(tree: Any) -> bool:
    """Whether an element that says something is called like a paywall."""
    for element in tree.xpath("//body//*[@class or @id]") if tree is not None else ():
        name = f"{element.get('class')} {element.get('id')}".lower()
        if _found("paywall", "marks", name) and len(element.text_content().strip()) > _SAYS_SOMETHING:
            return True
    return False
