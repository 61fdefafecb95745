"""Claims, answers and charts in the words of a language: what templates and files say of the pages' data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from markupsafe import Markup, escape

from outproduce.checking.telling import ENGLISH, Told, Writer, read_texts, write
from outproduce.records import Claim
from outproduce.web.drawing import Chart
from outproduce.web.rows import ClaimRow, CountsRow, RaceAnswer, RateAnswer, UsedRow
from outproduce.web.tongue import Tongue

_SURE, _LIKELY = 0.9, 2 / 3


def figure(t: Tongue, low: float | None, high: float | None) -> str:
    """Say a figure, a range or a bound; an empty text where there is none."""
    if low is None and high is None:
        return ""
    if low is None:
        return t("figure.most", high=t.number(high))
    if high is None:
        return t("figure.least", low=t.number(low))
    return t.number(low) if low == high else t("figure.range", low=t.number(low), high=t.number(high))


def claim_says(t: Tongue, claim: ClaimRow) -> str:
    """Say what a claim says in a few words, without who said so."""
    amount = figure(t, claim.low, claim.high)
    values = {"who": t.names(claim.actor), "other": t.names(claim.other), "item": t.item(claim.item), "figure": amount}
    marks = []
    if claim.kind in ("comparison", "change"):
        relation = claim.relation or "none"
        key = f"says.{claim.kind}.{relation}{'_times' if amount else ''}"
        words = t(key, count=claim.high or claim.low or 0, **values)
    elif claim.kind == "expansion":
        words = t("says.expansion" if amount else "says.expansion_plain", **values)
    else:
        per = t(f"per.{claim.per}") if claim.per else ""
        unit = t(f"unit.{claim.unit}") if t.has(f"unit.{claim.unit}") else ""
        to = t("says.to", **values) if claim.other else ""
        words = t("says.amount" if amount else "says.amount_plain", per=per, unit=unit, to=to, **values)
        marks.append(t(f"kind.{claim.kind}"))
    if claim.status != "actual":
        marks.append(t(f"status.{claim.status}"))
    return re.sub(" +", " ", words).strip() + (f" ({', '.join(marks)})" if marks else "")


def told(t: Tongue, text: str) -> str:
    """Tell what a check or an error says in the language, marked as English where it is known in English alone."""
    if not isinstance(text, Told):
        return text if t.code == "en" else Markup('<span lang="en">{}</span>').format(text)
    return escape(write(read_texts(t.code)[text.key], text.values, _writers(t)))


@lru_cache(maxsize=3)
def _writers(t: Tongue) -> dict[str, Writer]:
    """How values are written in a language; in English as the command line does."""
    if t.code == "en":
        return ENGLISH

    def claim(one: Claim) -> str:
        return claim_says(t, ClaimRow.of(one))

    return {
        "": str,
        "told": lambda text: write(read_texts(t.code)[text.key], text.values, _writers(t)),
        "names": t.names,
        "list": lambda names: ", ".join(t.name(name) for name in names),
        "item": t.item,
        "Item": lambda key: t.item(key)[:1].upper() + t.item(key)[1:],
        "number": lambda value: t.number(float(f"{value:.3g}")),
        "ratio": t.rounded,
        "exact": lambda value: t.rounded(value, 3),
        "times": lambda factor: f"{t.rounded(100 * factor)} %",
        "claim": claim,
        "verdict": lambda verdict: t(f"verdict.{verdict.replace(' ', '_')}"),
        "day": t.day,
        "period": lambda period: t(f"per.{period}"),
    }


def source(t: Tongue, claim: ClaimRow) -> str:
    """Say whose word a claim is, where it stood and when."""
    where = claim.via or (None if claim.sample else claim.publisher) or claim.site
    return ", ".join(dict.fromkeys(filter(None, (claim.speaker, where, t.day(claim.published)))))


def outlet(t: Tongue, claim: ClaimRow) -> str:
    """Name where a claim stood; of a sample, the public record it was written from."""
    if claim.sample:
        return t("words.record", site=claim.site)
    return claim.publisher or claim.site or t("words.page")


def leader(race: RaceAnswer) -> tuple[str, str, float, list[str | None]]:
    """Give who is ahead, of whom, how surely, and since when with probabilities of 0.5 and 0.9."""
    if race.probability_a_ahead >= 0.5:
        return race.a, race.b, race.probability_a_ahead, race.a_since
    return race.b, race.a, 1 - race.probability_a_ahead, race.b_since


class Asked(Protocol):
    """A race, or one line of it."""

    @property
    def a(self) -> str: ...  # noqa: D102
    @property
    def b(self) -> str: ...  # noqa: D102
    @property
    def item(self) -> str: ...  # noqa: D102
    @property
    def probability_a_ahead(self) -> float: ...  # noqa: D102


def headline(t: Tongue, race: Asked) -> str:
    """Say in one short sentence who is ahead."""
    chance = race.probability_a_ahead
    first, second, chance = (race.a, race.b, chance) if chance >= 0.5 else (race.b, race.a, 1 - chance)
    surely = "sure" if chance >= _SURE else "likely" if chance >= _LIKELY else "open"
    return t(f"race.{surely}", first=t.name(first), second=t.name(second), item=t.item(race.item))


def answer(t: Tongue, race: RaceAnswer) -> str:
    """Say how surely, since when, how many times as many, and on how many claims."""
    _, _, chance, since = leader(race)
    low, middle, high = race.ratio.low, race.ratio.median, race.ratio.high
    if race.probability_a_ahead < 0.5:
        low, middle, high = 1 / high, 1 / middle, 1 / low
    told = t("race.since", since=t.month(since[0], since=True)) if since[0] else ""
    parts = [f"{t('race.chance', chance=t.percent(chance))}{told}."]
    level = f"{100 * race.level:.0f}"
    times, ends = t.rounded(middle), {"low": t.rounded(low), "high": t.rounded(high)}
    parts.append(t("race.times", count=float(f"{middle:.2g}"), times=times, level=level, **ends))
    parts.append(t("race.claims", count=len(race.used)))
    counted = t("race.counted", item=t.item(race.counted_in)) if race.counted_in != race.item else ""
    return " ".join(filter(None, [*parts, counted]))


def counts_words(t: Tongue, race: RaceAnswer) -> str | None:
    """Say what counts alone say and which word of an official they do not bear out; None where there is nothing."""
    alone = race.counts_alone
    if alone is None:
        return None
    turned = race.probability_a_ahead < 0.5
    first, second = (race.b, race.a) if turned else (race.a, race.b)
    low, middle, high = alone.ratio.low, alone.ratio.median, alone.ratio.high
    if turned:
        low, middle, high = 1 / high, 1 / middle, 1 / low
    band = {"times": t.rounded(middle), "low": t.rounded(low), "high": t.rounded(high)}
    told = t("race.counts", first=t.name(first), second=t.name(second), count=alone.comparisons, **band)
    return told + _denied(t, race, alone)


def _denied(t: Tongue, race: RaceAnswer, alone: CountsRow) -> str:
    word = alone.latest
    if word is None or alone.without_latest is None:
        return ""
    ahead = (word.other if word.relation == "less" else word.actor)[0]
    chances = (alone.probability_a_ahead, alone.without_latest, race.probability_a_ahead)
    counts, without, with_it = (t.percent(chance if ahead == race.a else 1 - chance) for chance in chances)
    behind = race.b if ahead == race.a else race.a
    values = {"ahead": t.name(ahead), "behind": t.name(behind), "day": t.day(word.published)}
    who = word.speaker or word.publisher or t("words.nobody")
    return " " + t("race.denied", who=who, counts=counts, without=without, with_it=with_it, **values)


def race_chart(t: Tongue, race: RaceAnswer, target: str = "#c-") -> Chart:
    """Make the chart of a race."""
    crossed = next((since for since in (race.a_since[0], race.b_since[0]) if since), None)
    if crossed == race.months[0].month:
        crossed = None
    first, last = race.months[0], race.months[-1]
    a, b = t.name(race.a), t.name(race.b)
    ends = {
        "first": t.month(first.month),
        "last": t.month(last.month),
        "a_first": t.short(first.a.median),
        "a_last": t.short(last.a.median),
        "b_first": t.short(first.b.median),
        "b_last": t.short(last.b.median),
        "chance_first": t.percent(first.probability_a_ahead),
        "chance_last": t.percent(last.probability_a_ahead),
    }
    crossing = t("chart.crossed", who=t.name(leader(race)[0]), since=t.month(crossed, since=True)) if crossed else ""
    notes = {
        "title": t("chart.title", a=a, b=b, item=t.item(race.counted_in)),
        "desc": f"{headline(t, race)} {t('chart.desc', a=a, b=b, **ends)}",
        "chance": t("chart.chance", a=a),
        "said_a": t("chart.said", who=a),
        "said_b": t("chart.said", who=b),
        "crossed": crossing,
    }
    return Chart(
        [row.month for row in race.months],
        {"a": [row.a for row in race.months], "b": [row.b for row in race.months]},
        {"a": a, "b": b},
        race.dots,
        _labels(t, race.used),
        notes,
        t.short,
        [row.probability_a_ahead for row in race.months],
        crossed,
        target,
    )


def rate_chart(t: Tongue, rate: RateAnswer, target: str = "#c-") -> Chart:
    """Make the chart of one maker."""
    first, last, name = rate.months[0], rate.months[-1], t.name(rate.actor)
    ends = {"first": t.month(first.month), "last": t.month(last.month)}
    values = {"a": name, "a_first": t.short(first.rate.median), "a_last": t.short(last.rate.median)}
    notes = {
        "title": t("chart.rate_title", a=name, item=t.item(rate.counted_in)),
        "desc": t("chart.rate_desc", **ends, **values),
    }
    months, bands = [row.month for row in rate.months], {"a": [row.rate for row in rate.months]}
    return Chart(months, bands, {"a": name}, rate.dots, _labels(t, rate.used), notes, t.short, target=target)


def _labels(t: Tongue, used: Sequence[UsedRow]) -> dict[str, str]:
    """Name every dot: what is said, and whose word it is."""
    return {row.claim.id: f"{claim_says(t, row.claim)}. {source(t, row.words_of)}" for row in used}
