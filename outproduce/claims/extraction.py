"""Mentions -> claims: which figure belongs to which item, actor, period and time, and what kind of claim it is.

`extract_claims` is the way in; it names the stages in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from outproduce import __version__
from outproduce.claims.derived import derive
from outproduce.claims.features import Candidate, Scene, span_candidates, span_features, status_features
from outproduce.claims.items import item_candidates, item_features, side_of
from outproduce.claims.kinds import around_features, kind_features, text_features
from outproduce.claims.linker import Linker, load_linker
from outproduce.claims.mentions import Mention, find_mentions
from outproduce.claims.nuclei import Nucleus, find_nuclei
from outproduce.claims.parties import actor_candidates, actor_features, other_candidates, other_features
from outproduce.languages import detect_language, language_data
from outproduce.languages.figures import Figure
from outproduce.packs import Pack, load_pack
from outproduce.records import Claim, Evidence, Statement, When
from outproduce.statements.attribution import find_statements

NOTHING = Candidate(None, (), "none")
PUBLISHED = Candidate("published", (), "published")
_FEWER = ("less", "shrink", "equal")


@dataclass(frozen=True)
class Link:
    """One nucleus with all that was chosen for it; `sure` is the probability of the kind."""

    nucleus: Nucleus
    kind: str
    relation: str | None
    item: Candidate
    actor: Candidate
    other: Candidate = NOTHING
    period: Candidate = NOTHING
    time: Candidate = NOTHING
    status: str = "actual"
    sure: float = 1.0


@dataclass(frozen=True)
class Memory:
    """What the claim before was about: item, item's side of the figure, actor and status."""

    item: str | None = None
    side: str = ""
    actor: tuple[str, ...] | None = None
    status: str = "actual"

    def after(self, found: Link) -> Memory:
        """Remember a link."""
        item = found.item
        side = side_of(item.mentions[0], found.nucleus.mention) if item.mentions else ""
        return replace(self, item=str(item.value), side=side, actor=found.actor.value, status=found.status)  # type: ignore[arg-type]


def extract_claims(
    text: str, lang: str | None = None, published: str | None = None, pack: Pack | str = "weapons", article_id: str = ""
) -> list[Claim]:
    """Read all production claims out of a text, in the order of the text.

    `lang` is found out where it is None; `published` (`YYYY-MM-DD`) anchors relative times, None leaves them open.
    Every claim's `evidence` is `text[start:end]`.

    >>> [(c.kind, c.actor, c.item, c.low, c.per) for c in extract_claims("Russia makes 250,000 shells a month.")]
    [('output', ('Russia',), 'artillery_shell', 250000.0, 'month')]
    """
    return read_claims(text, lang, published, pack, article_id)[1]


def read_claims(
    text: str, lang: str | None = None, published: str | None = None, pack: Pack | str = "weapons", article_id: str = ""
) -> tuple[list[Statement], list[Claim]]:
    """Read statements and claims of a text in one go; the arguments are those of `extract_claims`."""
    pack = load_pack(pack) if isinstance(pack, str) else pack
    lang = lang or detect_language(text)
    scene = build_scene(text, lang, published, pack)
    links = link(scene, load_linker())
    claims = drop_repeats([build_claim(scene, found, article_id) for found in links], pack)
    return [replace(statement, article_id=article_id) for statement in scene.statements], claims


def build_scene(text: str, lang: str, published: str | None, pack: Pack) -> Scene:
    """Find everything the linker looks at in one text."""
    reading = find_mentions(text, lang, published, pack)
    statements = find_statements(text, lang, pack, published=published, sentences=reading.spans, tokens=reading.tokens)
    return Scene(reading, pack, derive(reading, find_nuclei(reading)), statements)


def link(scene: Scene, linker: Linker) -> list[Link]:
    """Choose kind, item, actor, other party, period, time and status for each nucleus that carries a claim."""
    links: list[Link] = []
    memory = Memory()
    rows = [kind_features(scene, nucleus) for nucleus in scene.nuclei]
    guesses = [linker.choose("guess", row, form_of(n))[0] for n, row in zip(scene.nuclei, rows, strict=True)]
    shares = text_features(guesses)
    for place, nucleus in enumerate(scene.nuclei):
        seen = rows[place] | around_features(scene, place, guesses) | shares
        label, sure = linker.choose("kind", seen, form_of(nucleus))
        if label == "none":
            continue
        kind, _, relation = label.partition(":")
        relation = _direction(scene, nucleus, relation)
        items = item_candidates(scene, nucleus)
        item = linker.pick("item", items, item_features(scene, nucleus, kind, items, memory.item, memory.side), kind)
        actors = actor_candidates(scene, nucleus, item)
        actor = linker.pick("actor", actors, actor_features(scene, nucleus, kind, actors, memory.actor, item), kind)
        if item is None or actor is None:
            continue
        found = Link(nucleus, kind, relation or None, item, actor, sure=sure)
        found = _complete(scene, linker, found, actors, memory.status)
        links.append(found)
        memory = memory.after(found)
    return links


def _direction(scene: Scene, nucleus: Nucleus, relation: str) -> str:
    """Settle the direction of "twice": less only where a word of the sentence says so."""
    multiple = nucleus.figure is not None and nucleus.figure.measure == "times"
    if relation != "less" or not multiple:
        return relation
    said = {trigger.value for trigger in scene.triggers[nucleus.mention.sentence]}
    return "more" if said.isdisjoint(_FEWER) else "less"


def _complete(scene: Scene, linker: Linker, found: Link, actors: list[Candidate], last_status: str) -> Link:
    """Choose the other party, the period, the time and the status of a link whose actor is known."""
    nucleus, kind = found.nucleus, found.kind
    other = period = NOTHING
    if kind in ("comparison", "transfer"):
        others = other_candidates(scene, kind, actors, found.actor)
        other = linker.pick("other", others, other_features(scene, nucleus, kind, others, found.actor)) or NOTHING
    if nucleus.form == "count":
        periods = [*span_candidates(scene, nucleus, "period"), NOTHING]
        rows = [span_features(scene, nucleus, kind, c) for c in periods]
        period = linker.pick("period", periods, rows, kind) or NOTHING
    times = [*span_candidates(scene, nucleus, "time"), NOTHING, PUBLISHED]
    time = linker.pick("time", times, [time_features(scene, nucleus, kind, c) for c in times], kind) or NOTHING
    status, _ = linker.choose("status", status_features(scene, nucleus, kind, time, last_status))
    return replace(found, other=other, period=period, time=time, status=status)


def form_of(nucleus: Nucleus) -> str:
    """Form of a nucleus as the choice of its kind tells them apart: two periods set against each other are a ratio."""
    return "ratio" if nucleus.form == "span" else nucleus.form


def time_features(scene: Scene, nucleus: Nucleus, kind: str, candidate: Candidate) -> dict[str, float]:
    """Describe how a nucleus and a time stand to each other; the two candidates without words are told apart."""
    found = span_features(scene, nucleus, kind, candidate)
    return {f"{candidate.source} {name}": value for name, value in found.items()} | found


def build_claim(scene: Scene, found: Link, article_id: str) -> Claim:
    """Turn a link into a claim with its exact words."""
    reading, nucleus = scene.reading, found.nucleus
    low, high = figure_values(found, reading.lang)
    start, end = _evidence(scene, found)
    statement: Statement | None = scene.statement_at(nucleus.mention.start)
    return Claim(
        kind=found.kind,
        actor=tuple(found.actor.value),  # type: ignore[arg-type]
        item=str(found.item.value),
        low=low,
        high=high,
        per=found.period.value.per if found.period.mentions and found.kind not in ("stock", "order") else None,  # type: ignore[attr-defined]
        relation=found.relation,
        other=tuple(found.other.value or ()),  # type: ignore[arg-type]
        when=_when(found, reading.published),
        status=found.status,
        speaker=statement.speaker if statement else None,
        via=statement.via if statement else None,
        evidence=Evidence(article_id, start, end, reading.text[start:end]),
        raw=nucleus.figure.raw if nucleus.figure else reading.text[nucleus.mention.start : nucleus.mention.end],
        unit="tonne" if nucleus.figure and nucleus.figure.measure == "mass" else "piece",
        published=reading.published,
        lang=reading.lang,
        version=__version__,
    )


def figure_values(found: Link, lang: str) -> tuple[float | None, float | None]:
    """Low and high of a claim: the figure as it stands, or the ratio that it makes.

    A change is new over old: "fell by 40 %" is 0.6, "halved" 0.5; "40 % more" is 1.4 in a comparison too.
    """
    figure = found.nucleus.figure
    if figure is None or found.relation == "flat" or _is_vague(figure, lang):
        return None, None
    if found.kind not in ("comparison", "change"):
        return figure.low, figure.high
    return ratio_values(figure.low, figure.high, figure.measure, found.kind, found.relation)


def _is_vague(figure: Figure, lang: str) -> bool:
    """Whether a ratio is "several times" or "many times", which tells the direction only."""
    words = language_data(lang, "text")["vague_ratios"]
    return figure.measure == "times" and figure.high is None and any(word in figure.raw.lower() for word in words)


def ratio_values(
    low: float | None, high: float | None, measure: str | None, kind: str, relation: str | None
) -> tuple[float | None, float | None]:
    """Turn a stated ratio into GUIDE's: `measure` is times, percent or fraction.

    >>> ratio_values(40, 40, "percent", "change", "down")
    (0.6, 0.6)
    """
    down = relation in ("down", "less")

    def turn(value: float | None) -> float | None:
        if value is None:
            return None
        if measure in ("times", "score"):
            return round(1 / value, 4) if kind == "change" and down and value > 1 else value
        part = value / 100 if measure == "percent" else value
        return round(1 - part if down else 1 + part, 4)

    ends = turn(low), turn(high)
    if (kind == "change" and down) or (down and measure not in ("times", "score")):
        ends = ends[1], ends[0]
    return ends


def _when(found: Link, published: str | None) -> When | None:
    if found.time.source == "published":
        return (published[:7], published[:7]) if published else None
    when = getattr(found.time.value, "when", None)
    return when if when is None else (when[0], when[1])


def _evidence(scene: Scene, found: Link) -> tuple[int, int]:
    """Shortest stretch that holds the figure and, where they stand in its sentence, item and actor."""
    here = found.nucleus.mention
    start, end = here.start, here.end
    if found.nucleus.figure is not None:
        start, end = min(start, found.nucleus.figure.start), max(end, found.nucleus.figure.end)
    mentions: list[Mention] = [*found.item.mentions, *found.actor.mentions]
    for mention in mentions:
        if mention.sentence == here.sentence:
            start, end = min(start, mention.start), max(end, mention.end)
    return start, end


def drop_repeats(claims: Sequence[Claim], pack: Pack) -> list[Claim]:
    """Of claims that say the same, keep one: not the title's where the body says it too, else the first.

    Claims say the same when kind, relation, status and figure are equal, an actor is shared, the items are one or lie
    one above the other, and the periods are equal or one is left out.
    """
    alike: dict[tuple[object, ...], list[Claim]] = {}
    for claim in claims:
        kept = alike.setdefault((claim.kind, claim.relation, claim.status, claim.low, claim.high), [])
        twin = next((i for i, held in enumerate(kept) if _says_the_same(held, claim, pack)), None)
        if twin is None:
            kept.append(claim)
        elif kept[twin].evidence is not None and kept[twin].evidence.start == 0:  # type: ignore[union-attr]
            kept[twin] = claim
    found = [claim for kept in alike.values() for claim in kept]
    return sorted(found, key=lambda c: (c.evidence.start, c.evidence.end) if c.evidence else (0, 0))


def _says_the_same(a: Claim, b: Claim, pack: Pack) -> bool:
    """Tell whether two claims of one kind, relation, status and figure are one."""
    if a.per != b.per and None not in (a.per, b.per):
        return False
    if a.low is None and a.high is None and a.kind != "comparison" and a.evidence and b.evidence:
        return a.item == b.item and a.actor == b.actor and a.evidence.end > b.evidence.start
    related = a.item == b.item or a.item in pack.ancestors(b.item) or b.item in pack.ancestors(a.item)
    return related and bool(set(a.actor) & set(b.actor))
