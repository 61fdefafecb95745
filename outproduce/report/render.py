"""Answers -> one page of HTML that needs nothing else: no script, no other file, no network.

Everything that comes from outside (titles, words, names, addresses) is escaped, and only web addresses become links.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from urllib.parse import urlsplit

from outproduce import __version__
from outproduce.answers import Comparison, UsedClaim
from outproduce.estimate.observations import find_sights
from outproduce.estimate.priors import Priors
from outproduce.estimate.world import World
from outproduce.records import Claim
from outproduce.report.drawing import NARROW, WIDE, crossing, describe, marks_of, render_race
from outproduce.report.views import moved_words, source_words, told_claim
from outproduce.report.wording import claim_words, is_sample, item_words, record_words, site, when_words

OPEN_ROWS = 12  # claims shown before the rest is folded away
_HEAD = ("no.", "claim", "words", "speaker", "outlet", "published", "moved")


def render_report(answers: Sequence[Comparison], world: World, after: str = "") -> str:
    """Make the page for answers to one question on several days, in their order; `after` is HTML below them.

    >>> from outproduce.report.render import safe_link
    >>> safe_link("javascript:alert(1)") is None
    True
    """
    first = answers[0]
    question = f"Who makes more {item_words(first.item)}, {first.a} or {first.b}?"
    style = files("outproduce").joinpath("data", "report.css").read_text(encoding="utf-8")
    sections = "\n".join(_section(answer, world, number) for number, answer in enumerate(answers, 1))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>{escape(question)}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{escape(question)}</h1>
<p class="soft">Worked out from what was said in public. A claim proves that something was said, not that it is so.</p>
{sections}
{after}
</main>
<footer><p>Made by outproduce {__version__}. Claims marked <span class="tag">by hand</span> were collected by hand
without a quotation: follow the link. Words marked <span class="tag">sample</span> are sentences written for the sample
reports of outproduce about real public statements; the link leads to a public record of the statement.</p></footer>
</body>
</html>
"""


def _section(answer: Comparison, world: World, number: int) -> str:
    ident = f"answer-{number}"
    chance = f"{100 * answer.probability_a_ahead:.0f} %"
    return f"""<section aria-labelledby="{ident}">
<h2 id="{ident}">Knowing what was public on {escape(answer.as_of)}</h2>
<p class="answer">{_whole_days(answer.sentence())}</p>
{_figure(answer, world, number)}
{_months_table(answer)}
<h3>The {answer.independent_claims} independent claims behind it</h3>
<p class="soft">Retellings of one utterance count once. The last column says by how much a claim moved the ratio of
{escape(answer.a)}'s output to {escape(answer.b)}'s: + is towards {escape(answer.a)} (now {chance} likely ahead).</p>
{_claims_tables(answer, number)}
</section>"""


def _figure(answer: Comparison, world: World, number: int) -> str:
    titles = {used.story.id: _title(used) for used in answer.claims}
    sights = find_sights([used.story for used in answer.claims], world, answer.counted_in, Priors())
    marks = marks_of(answer, sights, world, titles, f"c{number}-")
    plots = ""
    for name, log in (("log", True), ("linear", False)):
        wide = render_race(answer, marks, WIDE, log=log, ident=f"w{number}{name}")
        narrow = render_race(answer, marks, NARROW, log=log, ident=f"n{number}{name}")
        plots += f'<div class="plot {name}"><div class="wide">{wide}</div><div class="narrow">{narrow}</div></div>\n'
    counted = item_words(answer.counted_in)
    crossed = crossing(answer)
    came = f"{crossed[0]} came ahead in {crossed[1]}." if crossed else "Nobody overtook the other in these months."
    return f"""<figure>
<input class="switch" type="radio" name="scale{number}" id="log{number}" checked>
<label for="log{number}">logarithmic</label>
<input class="switch lin" type="radio" name="scale{number}" id="lin{number}"><label for="lin{number}">linear</label>
{plots}<figcaption>{escape(counted).capitalize()} a month: median (line) and {100 * answer.level:.0f} % credible
interval (band) of <b style="color:var(--a)">{escape(answer.a)}</b> (solid, circles) and
<b style="color:var(--b)">{escape(answer.b)}</b> (dashed, squares). Every mark is a story, drawn at the time it is
about; on a wide screen it leads to its words. Triangles are bounds, hollow marks parts of either.
Under it, who was said to make more (between the rows: as much), and the probability that {escape(answer.a)} is ahead.
{_whole_days(came)}</figcaption>
</figure>"""


def _whole_days(text: str) -> str:
    """Escape a text whose days and months are not to be broken over two lines."""
    return re.sub(r"\d{4}-\d\d(-\d\d)?", r'<span class="day">\g<0></span>', escape(text))


def _title(used: UsedClaim) -> str:
    told = told_claim(used)
    words = f": “{told.evidence.quote}”" if told.evidence else ""
    return f"{claim_words(used.story.origin)}. {source_words(used.story.origin)}{words}"


def _months_table(answer: Comparison) -> str:
    """Give the chart in numbers, one row a quarter and the last month."""
    last = len(answer.series) - 1
    rows = "".join(
        f"<tr><td>{row.month}</td>"
        + "".join(
            f'<td class="number">{band.median:,.0f}<br><small>{band.low:,.0f} to {band.high:,.0f}</small></td>'
            for band in (row.a, row.b)
        )
        + f'<td class="number">{100 * row.probability_a_ahead:.0f} %</td></tr>'
        for at, row in enumerate(answer.series)
        if (last - at) % 3 == 0
    )
    return f"""<details><summary>The chart in words and numbers</summary>
<p>{escape(describe(answer))}</p>
<table><thead><tr><th scope="col">month</th><th scope="col" class="number">{escape(answer.a)}</th>
<th scope="col" class="number">{escape(answer.b)}</th><th scope="col" class="number">{escape(answer.a)} ahead</th></tr>
</thead><tbody>{rows}</tbody></table></details>"""


def _claims_tables(answer: Comparison, number: int) -> str:
    rows = [_claim_row(used, number, place) for place, used in enumerate(answer.claims, 1)]
    head = "".join(f'<th scope="col"{" class=number" if name == "moved" else ""}>{name}</th>' for name in _HEAD)
    whole = '<table class="claims"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
    shown = whole.format(head, "".join(rows[:OPEN_ROWS]))
    if len(rows) <= OPEN_ROWS:
        return shown
    rest = whole.format(head, "".join(rows[OPEN_ROWS:]))
    more = f'<details class="more"><summary>The other {len(rows) - OPEN_ROWS} claims</summary>{rest}</details>'
    return shown + more


def _claim_row(used: UsedClaim, number: int, place: int) -> str:
    claim, told = used.story.origin, told_claim(used)
    about = f"<br><small>about {escape(when_words(claim))}</small>" if claim.when else ""
    via = f" <small>via {escape(claim.via)}</small>" if claim.via else ""
    return (
        f'<tr id="c{number}-{escape(used.story.id)}"><td class="place">{place}</td>'
        f"<td><strong>{escape(claim_words(claim))}</strong>{about}</td>"
        f'<td data-name="words">{_words(told)}{_retellings(used)}</td>'
        f'<td data-name="speaker">{escape(claim.speaker or "")}{via}</td>'
        f'<td data-name="outlet">{_link(claim)}</td>'
        f'<td data-name="published" class="day">{escape(claim.published or "no date")}</td>'
        f'<td data-name="moved the answer" class="number">{escape(moved_words(used))}</td></tr>\n'
    )


def _words(claim: Claim) -> str:
    """Quote the words of a claim in their language, or say that there are none."""
    if claim.evidence is None:
        return '<span class="tag">by hand</span>'
    lang = f' lang="{escape(claim.lang)}"' if claim.lang else ""
    tag = ' <span class="tag">sample</span>' if is_sample(claim) else ""
    return f"<q{lang}>{escape(claim.evidence.quote)}</q>{tag}"


def _retellings(used: UsedClaim) -> str:
    others = [claim for claim in used.story.claims if claim.id != used.story.origin.id]
    if not others:
        return ""
    items = "".join(f"<li>{_link(claim)}, {escape(claim.published or 'no date')}</li>" for claim in others)
    plural = "retelling" if len(others) == 1 else "retellings"
    return f"<details><summary>{len(others)} {plural}</summary><ul>{items}</ul></details>"


def _link(claim: Claim) -> str:
    """Name the outlet, linked to the page at the words; words of a sample do not stand on the page that it names."""
    name = escape(record_words(claim) or claim.publisher or site(claim.url) or "the page")
    address = safe_link(claim.url if is_sample(claim) else claim.link)
    return name if address is None else f'<a rel="noreferrer" href="{escape(address, quote=True)}">{name}</a>'


def safe_link(url: str | None) -> str | None:
    """Give an address that may become a link: http or https with a host, else None.

    >>> safe_link("https://example.org/a"), safe_link(" javascript:alert(1)"), safe_link("data:text/html,x")
    ('https://example.org/a', None, None)
    """
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    plain = re.fullmatch(r"https?://[^\s\"'<>]+", url or "") is not None and (url or "").isprintable()
    return url if plain and parts.hostname else None
