"""Made-up news pages as sites serve them, 60 to 100 KB with menus, cards, styles and scripts, and WARC files of them.

`python -m benchmarks.warc_pages OUT.warc.gz --pages 5000 [--seed 1]` writes one. Of every 100 pages one bears claims (a
marked report of tests/data), one is a decoy full of weapon words (tests/data/negatives.jsonl), the rest everyday news
(news_words.yml); one in ten has headlines of war news beside it. Pages are mostly UTF-8, some cp1251, KOI8-U or written
in numeric entities.
"""

from __future__ import annotations

import argparse
import html
import json
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType

ROOT = Path(__file__).parents[1]
LANGS = ("en", "uk", "ru")
ENCODINGS = ("utf-8", "cp1251", "koi8-u", "decimal", "hexadecimal", "escaped")
_WORDS: dict[str, Any] = yaml.safe_load((ROOT / "benchmarks" / "news_words.yml").read_text(encoding="utf-8"))
_CODE = (
    "window", "document", "function", "return", "const", "length", "push", "config", "event", "slot", "queue",
    "prototype", "render", "target", "value", "props", "module", "exports", "undefined", "addEventListener", "children",
)  # fmt: skip


@dataclass(frozen=True)
class MadePage:
    """One page of a WARC file: `kind` is claims, decoy or news; `text` the report as written, without the page."""

    url: str
    lang: str
    kind: str
    text: str
    content: bytes


@cache
def reports(lang: str) -> tuple[dict[str, Any], ...]:
    """Read the marked reports of one language that bear claims."""
    lines = (ROOT / "tests" / "data" / f"reports_{lang}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(record for record in map(json.loads, lines) if record["claims"])


@cache
def decoys(lang: str) -> tuple[dict[str, Any], ...]:
    """Read the passages of one language that are full of weapon words and bear no claim."""
    lines = (ROOT / "tests" / "data" / "negatives.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(record for record in map(json.loads, lines) if record["lang"] == lang)


def everyday_news(lang: str, rng: random.Random, sentences: int = 25) -> str:
    """Write an article of one topic, in paragraphs, its first line a title; nothing in it is about production."""
    words = _WORDS[lang]
    topic = rng.choice(sorted(words["topics"]))

    def sentence() -> str:
        fill = {
            "n": rng.randint(2, 9), "n2": rng.randint(10, 90), "big": f"{rng.randint(2, 90)} {rng.randint(100, 999)}",
            "place": rng.choice(words["places"]), "place2": rng.choice(words["places"]),
            "name": rng.choice(words["names"]), "name2": rng.choice(words["names"]),
            "person": rng.choice(words["people"]),
        }  # fmt: skip
        said = rng.choice(words["topics"][topic]).format(**fill)
        return str(said[0].upper() + said[1:])

    title = sentence().rstrip(".")[:90]
    body = [" ".join(sentence() for _ in range(rng.randint(2, 4))) for _ in range(sentences // 3)]
    return "\n\n".join([title, *body])


class Site:
    """One outlet's template: the same styles, scripts and menu on each of its pages, as on real sites."""

    def __init__(self, lang: str, number: int) -> None:
        rng = random.Random(f"{lang}{number}")
        self.lang, self.host = lang, f"news{number}.{lang}.example"
        self._styles = "".join(_style(rng) for _ in range(rng.randint(90, 140)))
        self._scripts = ["".join(_statement(rng) for _ in range(rng.randint(60, 110))) for _ in range(5)]
        self._menu = "".join(
            f'<li class="menu__item menu__item--{rng.randint(1, 9)}"><a href="/{_slug(rng)}/" data-id="{_hex(rng, 8)}">'
            f'<span class="menu__label">{word}</span></a></li>'
            for word in _WORDS[lang]["menu"] * 2
        )

    def page(
        self, text: str, rng: random.Random, *, day: str = "2025-06-10", war_beside: bool = False
    ) -> tuple[str, str]:
        """Put a text with its title on top into a page; gives its address and the markup."""
        title, body = _title_and_paragraphs(text)
        url = f"https://{self.host}/{day.replace('-', '/')}/{_slug(rng)}-{_hex(rng, 6)}.html"
        told = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": title,
            "datePublished": f"{day}T08:30:00Z",
        }
        told |= {"publisher": {"@type": "Organization", "name": self.host}, "mainEntityOfPage": url}
        paragraphs = "".join(f"<p>{html.escape(line, quote=False)}</p>\n" for line in body)
        state = json.dumps({"id": _hex(rng, 24), "slots": [_hex(rng, 16) for _ in range(150)], "path": url})
        return url, _PAGE.format(
            lang=self.lang, title=html.escape(title), url=url, day=day, ld=json.dumps(told, ensure_ascii=False),
            styles=self._styles, script0=self._scripts[0], script1=self._scripts[1], script2=self._scripts[2],
            script3=self._scripts[3], script4=self._scripts[4], menu=self._menu, body=paragraphs, state=state,
            cards=self._cards(rng, war_beside), footer=self._menu,
        )  # fmt: skip

    def _cards(self, rng: random.Random, war_beside: bool) -> str:
        lines = [everyday_news(self.lang, rng, 0) for _ in range(24)]
        if war_beside:
            lines[3:5] = rng.sample(_WORDS[self.lang]["military"], 2)
        return "".join(
            f'<div class="card card--{rng.randint(1, 4)}" data-track="{_hex(rng, 16)}"><a class="card__link" '
            f'href="/{_slug(rng)}-{_hex(rng, 6)}.html"><img class="card__image" loading="lazy" width="320" '
            f'src="https://img.{self.host}/{_hex(rng, 32)}.jpg" alt="">'
            f'<h3 class="card__title">{html.escape(line)}</h3></a>'
            f'<time class="card__time">{rng.randint(10, 23)}:{rng.randint(10, 59)}</time></div>\n'
            for line in lines
        )


_PAGE = """<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title><link rel="canonical" href="{url}">
<meta name="viewport" content="width=device-width"><meta property="og:title" content="{title}">
<meta property="article:published_time" content="{day}T08:30:00Z"><script type="application/ld+json">{ld}</script>
<style>{styles}</style><script>{script0}</script><script>{script1}</script></head>
<body class="app-shell"><header><nav><ul class="menu">{menu}</ul></nav></header>
<main><article class="article"><h1>{title}</h1><div class="article__body">
{body}</div></article><aside class="sidebar">
{cards}</aside></main><script>{script2}</script><script>window.__STATE__={state};</script>
<footer><ul class="menu menu--footer">{footer}</ul></footer><script>{script3}</script><script>{script4}</script>
</body></html>"""


def _title_and_paragraphs(text: str) -> tuple[str, list[str]]:
    """Cut a text into its title and its paragraphs; a text without a title keeps its first words as one."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and len(lines[0]) < 150:
        return lines[0], lines[1:]
    return lines[0][:60].rsplit(" ", 1)[0], lines


def _hex(rng: random.Random, digits: int) -> str:
    return f"{rng.getrandbits(4 * digits):0{digits}x}"


def _slug(rng: random.Random) -> str:
    return "-".join(rng.choice(_CODE).lower() for _ in range(3))


def _style(rng: random.Random) -> str:
    return (
        f".c{_hex(rng, 5)} .{rng.choice(_CODE)}__{_hex(rng, 3)}{{margin:{rng.randint(0, 40)}px {rng.randint(0, 40)}px;"
        f"color:#{_hex(rng, 6)};font:{rng.randint(400, 800)} {rng.randint(11, 40)}px/1.4 serif}}"
    )


def _statement(rng: random.Random) -> str:
    a, b, c = (rng.choice(_CODE) for _ in range(3))
    body = f'var {c[:2]}="{_hex(rng, 12)}";{a}.{b}({rng.randint(1, 9999)},{c[:2]}||"{b}");'
    return f"!function({a[0]},{b[0]}){{{body}}}({a},{b});"


def encode(markup: str, encoding: str) -> bytes:
    """Write a page in one of `ENCODINGS`; `decimal` and `hexadecimal` are entities, `escaped` is text in a script."""
    if encoding == "decimal":
        return markup.encode("ascii", "xmlcharrefreplace")
    if encoding == "hexadecimal":
        return re.sub(r"[^\x00-\x7f]", lambda sign: f"&#x{ord(sign[0]):x};", markup).encode()
    if encoding == "escaped":
        return re.sub(r"(?s)<body[^>]*>.*</body>", _as_script, markup).encode()
    declared = markup.replace('charset="utf-8"', f'charset="{encoding}"', 1)
    return declared.encode(encoding, "xmlcharrefreplace")


def _as_script(body: re.Match[str]) -> str:
    """Turn a body into what sites that draw their pages in the browser send: the paragraphs in JSON."""
    text = " ".join(html.unescape(line) for line in re.findall(r"<(?:p|h1)>(.*?)</(?:p|h1)>", body[0]))
    data = json.dumps({"@type": "NewsArticle", "articleBody": text})
    return f'<body><div id="root" class="app-shell"></div><script type="application/ld+json">{data}</script></body>'


@cache
def sites(lang: str) -> tuple[Site, ...]:
    """Give the outlets of one language."""
    return tuple(Site(lang, number) for number in range(8))


def make_pages(number: int, seed: int = 1) -> Iterator[MadePage]:
    """Make pages one after another; the same for the same seed."""
    rng = random.Random(seed)
    for place in range(number):
        lang = rng.choice(LANGS)
        kind = "claims" if place % 100 == 50 else "decoy" if place % 100 == 7 else "news"
        site = rng.choice(sites(lang))
        source = {"claims": reports, "decoy": decoys}.get(kind)
        text = rng.choice(source(lang))["text"] if source else everyday_news(lang, rng)
        encoding = "utf-8"
        if lang != "en":
            encoding = rng.choices(ENCODINGS[:4], weights=(93, 5, 1, 1))[0]
        url, markup = site.page(text, rng, war_beside=rng.random() < 0.1)
        yield MadePage(url, lang, kind, text, encode(markup, encoding))


def write_warc(path: Path, number: int, seed: int = 1) -> dict[str, int]:
    """Write a WARC file of made-up pages, a request and a response each; gives how many there are of each kind."""
    counts = dict.fromkeys(("claims", "decoy", "news"), 0)
    with path.open("wb") as file, GzipWriter(file) as stream:
        for place, page in enumerate(make_pages(number, seed)):
            counts[page.kind] += 1
            write_record(stream, page.url, page.content, record_id=f"<urn:uuid:{seed:08x}-0000-4000-8000-{place:012x}>")
    return counts


def write_record(stream: Any, url: str, content: bytes, *, record_id: str, media: str = "text/html") -> None:
    """Write one response record with its HTTP headers to an open stream."""
    record = WarcRecord()
    record.init_headers(record_type=WarcRecordType.response)
    record.headers["WARC-Record-ID"] = record_id
    record.headers["WARC-Target-URI"] = url
    record.headers["WARC-Date"] = "2025-06-10T09:00:00Z"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Length: {len(content)}\r\n\r\n".encode()
    record.headers["Content-Type"] = "application/http; msgtype=response"
    record.set_bytes_content(head + content)
    record.write(stream)
    stream.finish()  # each record is a gzip member of its own, so that a reader can begin at any


def main() -> None:
    """Write one file and print what is in it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pages", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    counts = write_warc(asked.out, asked.pages, asked.seed)
    print(f"{asked.out}: {asked.out.stat().st_size / 1e6:.0f} MB, {counts}", file=sys.stderr)


if __name__ == "__main__":
    main()
