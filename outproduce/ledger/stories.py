"""Claims -> stories: retellings of one utterance come together, so that each counts once.

Claims that may belong together are compared pair by pair and joined from the most alike to the least, as long as the
story stays possible: one figure, a few days, and no two different claims of one article. Pure; the order of the
claims does not matter. A unit restated (250,000 a month, three million a year) is a story of its own.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from outproduce.ledger.likeness import (
    REPORT_DAYS,
    SPEECH_DAYS,
    TOLERANCE,
    Telling,
    compare,
    content,
    fold_outlet,
    fold_speaker,
    near,
    telling,
)
from outproduce.records import Claim, Story, content_id


def speaker_key(claim: Claim) -> str:
    """Name whoever is behind a claim, so that the same mouth or outlet has the same key in all its claims.

    Persons go by initial and surname in one spelling, bodies by their name; where nobody is named, by the outlet.

    >>> said = Claim("output", ("Russia",), "tank", 5, 5, speaker="Sergey Chemezov")
    >>> speaker_key(said), speaker_key(said.with_fields(speaker="Sergei Chemezov"))
    ('s chemezov', 's chemezov')
    >>> speaker_key(said.with_fields(speaker=None, via="The Guardian"))
    'outlet: guardian'
    """
    known = fold_speaker(claim.speaker)
    return known if known is not None else f"outlet: {fold_outlet(claim.via or claim.publisher) or 'unknown'}"


def utterer(story: Story) -> str:
    """Give the speaker key of a story: that of the first of its claims that names a speaker, else of its origin."""
    named = (claim for claim in (story.origin, *story.claims) if claim.speaker)
    return speaker_key(next(named, story.origin))


Pairs = frozenset[tuple[str, str]]  # of claim ids


@dataclass(frozen=True, slots=True)
class StoryRules:
    """What is known beside the claims: near-copies (article id -> group), and pairs people joined or set apart."""

    copies: Mapping[str, str] = field(default_factory=dict)
    together: Pairs = frozenset()
    apart: Pairs = frozenset()

    def decided(self) -> frozenset[str]:
        """Ids of claims that people decided on."""
        return frozenset(claim_id for pair in self.together | self.apart for claim_id in pair)


def find_stories(
    claims: Iterable[Claim], *, parents: Mapping[str, str | None] | None = None, rules: StoryRules | None = None
) -> list[Story]:
    """Bring claims together that go back to one utterance; every claim id stands in exactly one story.

    `parents` maps an item key to its parent in the item tree (None or absent at the root); without it only equal items
    match. What people decided (`rules`) goes before what is compared; where they contradict each other, apart wins.
    The origin is the earliest published, own words before `via`, then the smallest id; stories and the claims in them
    come in that order. The constants of `likeness` say what counts as the same figure and time.
    """
    rules = rules or StoryRules()
    nodes = _nodes(claims, rules)
    forest = _Forest(nodes, rules)
    edges = [edge for block, beside in _blocks(nodes) for edge in _edges(nodes, block, beside, parents or {})]
    for edge in sorted(edges):
        forest.join(edge)
    members: dict[int, list[Claim]] = defaultdict(list)
    for index, node in enumerate(nodes):
        members[forest.root(index)].extend(node.claims)
    return sorted(map(_story, members.values()), key=lambda story: _origin_order(story.origin))


def _story(claims: list[Claim]) -> Story:
    ordered = sorted(claims, key=_origin_order)
    return Story(content_id("story", ordered[0].id), ordered[0], tuple(ordered))


def _origin_order(claim: Claim) -> tuple[str, bool, str]:
    return (claim.published or "9999", claim.via is not None, claim.id)


def _nodes(claims: Iterable[Claim], rules: StoryRules) -> list[Telling]:
    """Keep one claim of each id and gather those that are plainly one utterance, so that a copied sentence is cheap."""
    by_id: dict[str, Claim] = {}
    for claim in claims:
        kept = by_id.setdefault(claim.id, claim)
        if kept is not claim:
            by_id[claim.id] = min(kept, claim, key=repr)  # two copies differ: keep the same one whatever came first
    alike: dict[tuple[object, ...], list[Claim]] = defaultdict(list)
    decided = rules.decided()
    for _, claim in sorted(by_id.items()):
        told = claim.low is not None or claim.high is not None
        plain = claim.speaker is not None or (told and claim.published is not None)
        if claim.published is None and (claim.kind == "expansion" or not told):
            plain = False
        where: tuple[object, ...] = () if plain else (claim.publisher, claim.url)
        where += (claim.id,) if claim.id in decided else ()
        alike[(*content(claim), claim.actor, claim.speaker, claim.via, claim.published, *where)].append(claim)
    return [telling(tuple(group), rules.copies) for group in alike.values()]


def _blocks(nodes: list[Telling]) -> Iterator[tuple[list[int], list[int]]]:
    """Give the nodes that share kind, actor and a cell of the figure, with those of the next cell; cells are narrow."""
    cells: dict[tuple[object, ...], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    width = math.log1p(TOLERANCE)
    for index, node in enumerate(nodes):
        claim = node.claim
        what = (node.family, frozenset(claim.actor), claim.relation, claim.unit, claim.status == "denied")
        ends = [end for end in (claim.low, claim.high) if end is not None]
        for cell in {math.floor(math.log(end) / width) if 0 < end < math.inf else -(10**9) for end in ends}:
            cells[(*what, "told")][cell].append(index)
        if not ends:
            cells[(*what, "untold")][0].append(index)
    for row in cells.values():
        for cell, block in list(row.items()):
            yield block, row.get(cell + 1, [])


class _Edge(NamedTuple):
    """Two tellings, by index and id, that may be one utterance; edges sort from the most alike to the least."""

    penalty: int
    gap: int
    first: str
    second: str
    a: int
    b: int
    reach: int
    bridge: str


def _edges(
    nodes: list[Telling], block: list[int], beside: list[int], parents: Mapping[str, str | None]
) -> Iterator[_Edge]:
    """Compare the nodes of a block with each other and with those beside it."""
    own = set(block)
    for x, y in _candidates(nodes, [*block, *(index for index in beside if index not in own)]):
        if x not in own and y not in own:
            continue
        a, b = min(x, y), max(x, y)
        likeness = compare(nodes[a], nodes[b], parents)
        if likeness is not None:
            penalty, gap, reach, bridge = likeness.penalty, likeness.gap, likeness.reach, likeness.bridge
            yield _Edge(penalty, gap, nodes[a].id, nodes[b].id, a, b, reach, bridge)


def _candidates(nodes: list[Telling], block: list[int]) -> Iterator[tuple[int, int]]:
    """Pairs of a block near enough in time, or one of them undated or recalling the time of the other."""
    dated = sorted((day, index) for index in block if (day := nodes[index].published) is not None)
    days = [day for day, _ in dated]
    for position, (day, index) in enumerate(dated):
        for _, other in dated[position + 1 : bisect_right(days, day + REPORT_DAYS)]:
            yield index, other
        when = nodes[index].when
        if nodes[index].late and when is not None:
            for _, other in dated[bisect_left(days, when[0]) : bisect_right(days, when[1] + SPEECH_DAYS)]:
                yield index, other
    undated = [index for index in block if nodes[index].published is None]
    for position, index in enumerate(undated):
        for other in (*undated[position + 1 :], *(other for _, other in dated)):
            yield index, other


@dataclass(slots=True)
class _Group:
    """What the claims joined so far have in common, and what would contradict them."""

    articles: dict[str, set[tuple[object, ...]]] = field(default_factory=dict)
    named: bool = False
    days: tuple[float, ...] = ()
    points: tuple[float, ...] = ()
    ranges: tuple[tuple[float, float], ...] = ()
    ids: frozenset[str] = frozenset()  # of those claims that may not meet some other
    barred: frozenset[str] = frozenset()

    @classmethod
    def of(cls, node: Telling, barred: Mapping[str, frozenset[str]]) -> _Group:
        """Start a group with one telling; `barred` are the ids that people set apart from a claim."""
        places = (claim.evidence.article_id if claim.evidence else claim.url for claim in node.claims)
        return cls(
            articles={place: {content(node.claim)} for place in places if place is not None},
            named=node.speaker is not None,
            days=(node.published,) if node.published is not None and not node.late else (),
            points=(node.point,) if node.point is not None else (),
            ranges=(node.range,) if node.range is not None else (),
            ids=frozenset({node.id}) if node.id in barred else frozenset(),
            barred=barred.get(node.id, frozenset()),
        )

    def with_(self, other: _Group, edge: _Edge) -> _Group | None:
        """Join two groups, or give None where that contradicts figure, time, article or speakers."""
        if not self.barred.isdisjoint(other.ids):
            return None
        ids, barred = self.ids | other.ids, self.barred | other.barred
        if edge.bridge == "person":
            return _Group(self.articles | other.articles, self.named or other.named, ids=ids, barred=barred)
        if edge.bridge == "unknown" and self.named and other.named:
            return None  # words without a speaker do not make one story of two speeches
        days = _spread(self.days + other.days)
        if days and days[-1] - days[0] > edge.reach:
            return None
        small, large = sorted((self.articles, other.articles), key=len)
        if any(contents != large.get(place, contents) for place, contents in small.items()):
            return None
        points = _spread(self.points + other.points)
        lows, highs = (_spread(tuple(ends[i] for ends in self.ranges + other.ranges)) for i in (0, 1))
        if any(ends and not near(ends[0], ends[-1]) for ends in (points, lows, highs)):
            return None
        large |= small
        ranges = tuple(zip(lows, highs, strict=True))
        return _Group(large, self.named or other.named, days, points, ranges, ids, barred)


def _spread(values: tuple[float, ...]) -> tuple[float, ...]:
    return (min(values), max(values)) if values else ()


class _Forest:
    """Union-find over nodes that refuses joins which would make an impossible story."""

    def __init__(self, nodes: list[Telling], rules: StoryRules) -> None:
        self._above = list(range(len(nodes)))
        barred: dict[str, frozenset[str]] = defaultdict(frozenset)
        for one, two in rules.apart:
            barred[one] |= {two}
            barred[two] |= {one}
        self._groups = [_Group.of(node, barred) for node in nodes]
        place = {node.id: index for index, node in enumerate(nodes)}
        for one, two in sorted(rules.together):
            if one in place and two in place:
                self.join(_Edge(0, 0, one, two, place[one], place[two], 0, "person"))

    def root(self, index: int) -> int:
        """Give the node that stands for the group of this one."""
        while self._above[index] != index:
            self._above[index] = self._above[self._above[index]]
            index = self._above[index]
        return index

    def join(self, edge: _Edge) -> None:
        """Join the groups of an edge's nodes unless they contradict each other."""
        a, b = sorted((self.root(edge.a), self.root(edge.b)))
        if a == b:
            return
        joined = self._groups[a].with_(self._groups[b], edge)
        if joined is not None:
            self._above[b] = a
            self._groups[a] = joined
