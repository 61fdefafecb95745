"""A comparison as a report that can be printed: HTML, PDF, and the chart as SVG and PNG; no browser is needed.

PDF and PNG are set by typst, which is installed with `pip install outproduce[report]`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

from outproduce.answers import Comparison, UsedClaim
from outproduce.errors import OutproduceError
from outproduce.estimate.observations import find_sights
from outproduce.estimate.priors import Priors
from outproduce.estimate.world import World
from outproduce.records import Claim
from outproduce.report.charts import short
from outproduce.report.drawing import WIDE, crossing, describe, marks_of, render_race
from outproduce.report.render import render_report, safe_link
from outproduce.report.views import moved_words, source_words, told_claim
from outproduce.report.wording import claim_words, is_sample, item_words, record_words, site, when_words

_PRINTED = """text{font-family:"Libertinus Serif",Georgia,serif;fill:#1b1f24;
paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}text.head{font-size:20px;font-weight:700}
.grid{stroke:#d8dee4;stroke-width:1}.half{stroke:#59636e;stroke-dasharray:3 4}.tick,.note{fill:#59636e}
.end{text-anchor:end}.band{opacity:.2}.band.a,.dot.a{fill:#0060a8}.band.b,.dot.b{fill:#b84a00}
.line{fill:none;stroke-width:2.5}.line.a,.said.a{stroke:#0060a8}.line.b{stroke:#b84a00;stroke-dasharray:9 4}
.said.b{stroke:#b84a00}.said.even{stroke:#59636e}.said{stroke-width:2.5}.dot{stroke:#fff;stroke-width:.8}
.dot.part{fill:none;stroke-width:1.2;opacity:.7}.dot.part.a{stroke:#0060a8}.dot.part.b{stroke:#b84a00}
.name{font-weight:700}.name.a{fill:#0060a8}.name.b{fill:#b84a00}.chance{fill:none;stroke:#1b1f24;stroke-width:2.5}
line.cross{stroke:#1b1f24;stroke-width:1.5;stroke-dasharray:2 3}text.cross{font-weight:600}"""
_PPI = 220.0
_HEAD = 52  # pixels above the chart for its title and what it shows


class NoTypesetter(OutproduceError):
    """PDF and PNG need a package that is not installed."""


@dataclass(frozen=True, slots=True)
class Source:
    """One page that a report rests on: `number` of the claim it belongs to."""

    number: int
    claim: Claim


def chart_svg(answer: Comparison, world: World) -> str:
    """Draw the chart as an SVG file of its own, with its colours in it.

    `series` of the answer must hold a month at least.
    """
    titles = {used.story.id: claim_words(used.story.origin) for used in answer.claims}
    sights = find_sights([used.story for used in answer.claims], world, answer.counted_in, Priors())
    drawn = render_race(answer, marks_of(answer, sights, world, titles, ""), WIDE, log=True, ident="chart")
    drawn = re.sub(r'<a href="#[^"]*">|</a>', "", drawn)
    head, rest = drawn.split("\n", 1)
    width, height = WIDE.width, WIDE.height + _HEAD
    head = head.replace("<svg", f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"', 1)
    head = head.replace(f"0 0 {WIDE.width} {WIDE.height}", f"0 {-_HEAD} {width} {height}", 1)
    title = f"{item_words(answer.counted_in).capitalize()} a month, {answer.a} and {answer.b}"
    paper = f'<style>{_PRINTED}</style><rect y="{-_HEAD}" width="{width}" height="{height}" fill="#fff"/>'
    shown = (
        f"median and {100 * answer.level:.0f} % credible interval, knowing what was public on {answer.as_of}; "
        "filled marks: claims on the whole, hollow: on a part"
    )
    words = f'<text class="head" x="8" y="{20 - _HEAD}">{escape(title)}</text>\n'
    words += f'<text class="note" x="8" y="{40 - _HEAD}">{escape(shown)}</text>'
    return f"{head}\n{paper}\n{words}\n{rest}\n"


def chart_png(svg: str) -> bytes:
    """Turn the chart into a PNG picture.

    Raises:
        NoTypesetter: typst is not installed.
    """
    page = (
        '#set page(width: 240mm, height: auto, margin: 4mm)\n#image(bytes(sys.inputs.svg), format: "svg", width: 100%)'
    )
    return _compile(page.encode(), "png", {"svg": svg})


def report_pdf(answer: Comparison, world: World) -> bytes:
    """Set the report as PDF on A4 paper.

    Raises:
        NoTypesetter: typst is not installed.
    """
    template = files("outproduce").joinpath("data", "report.typ").read_bytes()
    return _compile(template, "pdf", {"data": json.dumps(_content(answer, world), ensure_ascii=False)})


def _compile(source: bytes, form: str, inputs: dict[str, str]) -> bytes:
    try:
        import typst
    except ImportError as error:
        raise NoTypesetter("PDF and PNG need typst; install it with: pip install 'outproduce[report]'") from error
    options: dict[str, Any] = {"ppi": _PPI} if form == "png" else {}
    compiled: Any = typst.compile  # its declared types do not know options given by name
    made = compiled(source, format=form, ignore_system_fonts=True, sys_inputs=inputs, **options)
    return bytes(made)


def report_html(answer: Comparison, world: World) -> str:
    """Make the report as one page of HTML, with the method in a paragraph and all sources."""
    method = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in method_words(answer))
    rows = "".join(_source_html(source) for source in sources_of(answer))
    return render_report(
        [answer],
        world,
        f'<section><h2>How it is worked out</h2>{method}</section>\n<section><h2>All sources</h2><ul class="sources">'
        f"{rows}</ul></section>",
    )


def _source_html(source: Source) -> str:
    claim = source.claim
    link = safe_link(claim.url if is_sample(claim) else claim.link)
    name = escape(source_words(claim))
    told = f'<a rel="noreferrer" href="{escape(link, quote=True)}">{escape(site(claim.url))}</a>' if link else "no page"
    return f"<li>[{source.number}] {name}: {told}</li>"


def sources_of(answer: Comparison) -> list[Source]:
    """Every page behind an answer, once for each claim it bears, in the order of the claims."""
    found = dict[tuple[int, str], Source]()
    for number, used in enumerate(answer.claims, 1):
        for claim in (used.story.origin, *used.story.claims):
            found.setdefault((number, claim.url or claim.id), Source(number, claim))
    return list(found.values())


def method_words(answer: Comparison) -> list[str]:
    """Say in a paragraph or two how the answer came about and what it cannot tell."""
    counted = item_words(answer.counted_in)
    return [
        f"Every public statement on how many {counted} {answer.a} and {answer.b} make, could make or make against "
        "each other is one observation of two curves, both unknown. Retellings of one utterance count once; what one "
        "speaker says again, and what one side says of the other, share an error whose size is estimated along. Vague "
        "figures count for less, bounds on one side only; capacities stand above output, targets tell only of the "
        "time to come.",
        f"From all of them together come the likeliest curves and the {100 * answer.level:.0f} % credible intervals: "
        "within them the truth lies with that probability, if the assumptions hold. Only what was public on "
        f"{answer.as_of} is used. A claim proves that something was said, not that it is so. The assumptions and the "
        "sums are in docs/method.md of outproduce.",
    ]


def _content(answer: Comparison, world: World) -> dict[str, Any]:
    """Everything the printed page says."""
    counted, crossed = item_words(answer.counted_in), crossing(answer)
    came = f" {crossed[0]} came ahead in {crossed[1]}." if crossed else " Nobody overtook the other in these months."
    last = len(answer.series) - 1
    return {
        "question": f"Who makes more {item_words(answer.item)}, {answer.a} or {answer.b}?",
        "answer": answer.sentence(),
        "as_of": answer.as_of,
        "a": answer.a,
        "b": answer.b,
        "svg": chart_svg(answer, world),
        "described": describe(answer),
        "caption": f"{counted.capitalize()} a month: median (line) and {100 * answer.level:.0f} % credible interval "
        f"(band) of {answer.a} (solid, circles) and {answer.b} (dashed, squares). Every mark is a story, at the time "
        "it is about; triangles are bounds, hollow marks parts of either. Below: who was said to make more (between "
        f"the rows: as much), and the probability that {answer.a} is ahead.{came}",
        "months": [
            [row.month, _band(row.a), _band(row.b), f"{100 * row.probability_a_ahead:.0f} %"]
            for at, row in enumerate(answer.series)
            if (last - at) % 3 == 0
        ],
        "claims_note": f"{answer.independent_claims} independent claims, those that moved the answer most first. The "
        f"last column says by how much a claim raised (+) or lowered the ratio of {answer.a} to {answer.b}. "
        "Claims with a dagger (†) were entered by hand, without a quotation.",
        "stories": [_story(number, used) for number, used in enumerate(answer.claims, 1)],
        "method": method_words(answer),
        "sources": [_source(source) for source in sources_of(answer)],
    }


def _band(band: Any) -> str:
    return f"{short(band.median)} ({short(band.low)} to {short(band.high)})"


def _story(number: int, used: UsedClaim) -> dict[str, Any]:
    claim, worded = used.story.origin, told_claim(used)
    where = claim.via or (None if is_sample(claim) else claim.publisher) or site(claim.url)
    return {
        "number": number,
        "claim": claim_words(claim),
        "about": when_words(claim),
        "words": worded.evidence.quote if worded.evidence else "",
        "lang": worded.lang or "en",
        "who": ", ".join(dict.fromkeys(filter(None, (claim.speaker, where)))),
        "published": claim.published or "no date",
        "moved": moved_words(used),
    }


def _source(source: Source) -> dict[str, Any]:
    claim, url = source.claim, safe_link(source.claim.url) or ""
    name = record_words(claim) or claim.publisher or site(claim.url) or "no page"
    shown = re.sub(r"^https?://(www\.)?", "", url)
    return {
        "number": source.number,
        "name": name,
        "published": claim.published or "no date",
        "url": url,
        "shown": shown if len(shown) <= 90 else shown[:87] + "...",
    }
