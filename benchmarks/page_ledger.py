"""A made-up ledger of 100,000 claims as the news tells them: few utterances, each in many outlets and languages.

What is made follows a rate for each maker and item; speakers, makers and items are as unevenly spread as in the news
(a few of them hold most of it). The same seed gives the same ledger.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from benchmarks.ledger_size import words
from outproduce.ledger.store import Ledger
from outproduce.records import Article, Claim, Evidence, Statement

FIRST_DAY, DAYS = date(2022, 1, 1), 4 * 365
RATES = {  # pieces a month at the beginning
    "artillery_shell": 90_000, "attack_drone": 400, "tank": 40, "fpv_drone": 60_000, "cruise_missile": 60,
    "ballistic_missile": 30, "ifv": 50, "artillery_system": 12, "air_defence_missile": 80, "recon_drone": 300,
    "mortar_round": 30_000, "aircraft": 3,
}  # fmt: skip
ACTORS = (
    "Russia", "Ukraine", "NATO", "EU", "United States", "Germany", "North Korea", "France", "Poland", "Iran",
    "United Kingdom", "China", "Czech Republic", "South Korea", "Turkey", "Finland",
)  # fmt: skip
SAID = {
    "uk": "За словами {who}, {actor} робить щось одне: {n} штук {item} на місяць.",
    "ru": "По словам {who}, {actor} делает нечто одно: {n} штук {item} в месяц.",
    "en": "According to {who}, {actor} makes one thing: {n} pieces of {item} a month.",
}
COMPARED = {
    "uk": "{who} каже, що {actor} робить більше {item}, ніж {other}.",
    "ru": "{who} говорит, что {actor} делает больше {item}, чем {other}.",
    "en": "{who} says that {actor} makes more {item} than {other}.",
}
SPEAKERS, OUTLETS, MOST_TOLD = 4000, 400, 150


def fill(ledger: Ledger, claims: int, seed: int = 1) -> None:
    """Append made-up articles with so many claims, one each."""
    ledger.append_articles(((article, None, [said], [claim]) for article, said, claim in tellings(claims, seed)))


def tellings(number: int, seed: int = 1) -> Iterator[tuple[Article, Statement, Claim]]:
    """Make up so many articles: utterances over four years, each told once to 150 times, thirty on average."""
    chance = random.Random(seed)
    prose = [words(chance, 30) for _ in range(1000)]
    at = 0
    while at < number:
        said, day = _utterance(chance), FIRST_DAY + timedelta(chance.randrange(DAYS))
        times = min(int(MOST_TOLD ** chance.random()), number - at)
        for _ in range(times):
            told = day + timedelta(min(int(chance.expovariate(1.0)), 3))
            yield _told(chance, said, told, " ".join(chance.choices(prose, k=5)), at)
            at += 1


def _utterance(chance: random.Random) -> Claim:
    """Make up what is said, without the day and the words."""
    item = _uneven(chance, list(RATES))
    actor = _uneven(chance, ACTORS)
    speaker = f"Ann {words(random.Random(_place(chance, SPEAKERS)), 1).capitalize()}"
    if chance.random() < 0.06:
        other = chance.choice([name for name in ACTORS if name != actor])
        return Claim("comparison", (actor,), item, relation="more", other=(other,), speaker=speaker)
    size = RATES[item] / (1 + ACTORS.index(actor)) * math.exp(chance.gauss(0, 0.4))
    figure = float(f"{max(size, 1):.2g}")
    kind = chance.choices(("output", "capacity", "transfer", "stock"), (70, 10, 10, 10))[0]
    per = "month" if kind in ("output", "capacity") else None
    status = "planned" if chance.random() < 0.1 and per else "actual"
    return Claim(kind, (actor,), item, figure, figure, per, status=status, speaker=speaker)


def _told(chance: random.Random, said: Claim, day: date, prose: str, at: int) -> tuple[Article, Statement, Claim]:
    """Tell an utterance in an article of some outlet and language."""
    lang, outlet = chance.choice(tuple(SAID)), f"Outlet {_place(chance, OUTLETS)}"
    form = COMPARED if said.kind == "comparison" else SAID
    values = {"who": said.speaker, "actor": said.actor[0], "n": said.low, "item": said.item, "other": said.other}
    quote = form[lang].format(**values)
    text = f"Title {at}\n\n{prose}\n\n{quote}\n\n{prose}"
    published, url = day.isoformat(), f"https://outlet{outlet[7:]}.example/{day}/{at}"
    article = Article(f"{at:016x}", text, lang, f"Title {at}", None, outlet, published, url)
    start = text.index(quote)
    evidence = Evidence(article.id, start, start + len(quote), quote)
    ahead = day.year + 1 if said.status == "planned" else None
    when = (str(ahead), str(ahead)) if ahead else (published[:7], published[:7])
    claim = replace(
        said, when=when, evidence=evidence, raw=str(said.low), publisher=outlet, published=published, url=url, lang=lang
    )
    return article, Statement(article.id, start, start + len(quote), said.speaker), claim


def _place(chance: random.Random, number: int) -> int:
    """Choose one of so many, the first ones by far the most often."""
    return min(int(number ** chance.random()), number) - 1


def _uneven(chance: random.Random, things: tuple[str, ...] | list[str]) -> str:
    return things[_place(chance, len(things) + 1) % len(things)]
