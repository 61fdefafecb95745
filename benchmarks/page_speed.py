"""Time the pages over a ledger of 100,000 claims: python -m benchmarks.page_speed [CLAIMS] [OPTIONS].

The server is `outproduce serve` in a process of its own, the 20 readers are in another: each asks for the next page as
soon as it has the last. First a bare "hello" of the same web server, then every kind of page by itself, at addresses of
which none is asked for twice where there are enough, so that pages are made; then a mix of all, asked again and kept.
At the end a claim is added while they read: how long until the list, the index and the front page tell of it. Estimates
go on being worked out in the server's second process meanwhile; SETTLE seconds are waited for them first. Exits 1 where
a page's 95th percentile is over 150 ms or the front page over 300 KB.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.page_ledger import ACTORS, RATES, fill
from outproduce.ledger.store import Ledger
from outproduce.records import Claim
from outproduce.web.rows import slug

READERS, CHOSEN = 20, 400
AIM_MS, AIM_BYTES = 150.0, 300_000
PATIENCE_S = 3600.0
HELLO = """
import sys, uvicorn
async def app(scope, receive, send):
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"hello"})
config = uvicorn.Config(app, port=0, log_level="critical", lifespan="off")
listening = config.bind_socket()
print(f"127.0.0.1:{listening.getsockname()[1]}/", file=sys.stderr, flush=True)
uvicorn.Server(config).run([listening])
"""
Timed = tuple[list[float], int, int]  # milliseconds, bytes of the largest answer, answers that were no success


def read_pages(port: int, paths: Sequence[str]) -> Timed:
    """Ask for pages, 20 at once; runs in a process of its own."""
    waiting, took, most, failed = iter(paths), list[float](), 0, 0
    lock = threading.Lock()

    def reader() -> None:
        nonlocal most, failed
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                path = next(waiting, None)
            if path is None:
                return connection.close()
            began = time.perf_counter()
            connection.request("GET", path, headers={"accept-encoding": "gzip", "accept-language": "uk"})
            answer = connection.getresponse()
            size = len(answer.read())
            spent = 1000 * (time.perf_counter() - began)
            with lock:
                took.append(spent)
                most, failed = max(most, size), failed + (answer.status != 200)

    with ThreadPoolExecutor(READERS) as readers:
        for one in [readers.submit(reader) for _ in range(READERS)]:
            one.result()
    return took, most, failed


@dataclass
class Served:
    """A server in a process of its own; `port` is where it answers."""

    process: subprocess.Popen[str]
    port: int

    @classmethod
    def start(cls, *command: str) -> Served:
        """Start it and wait until it has said where it listens."""
        process = subprocess.Popen([sys.executable, *command], stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        said = process.stderr.readline()
        assert "127.0.0.1:" in said, said
        return cls(process, int(said.split("127.0.0.1:")[1].split("/")[0]))

    def get(self, path: str) -> Any:
        """Give a page's JSON, asked for again and again until it is worked out."""
        began = time.monotonic()
        while time.monotonic() < began + PATIENCE_S:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            if answer.status == 200:
                return json.loads(body)
            assert answer.status == 503, (path, answer.status, body[:200])
            time.sleep(0.5)
        raise SystemExit(f"{path} was not worked out in {PATIENCE_S:.0f} s")

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(30)


def addresses(served: Served, ledger: Path, chance: random.Random) -> dict[str, list[str]]:
    """Give addresses of every kind of page, each once."""
    with Ledger.open(ledger) as held:
        claims = list(held.claims())
    some = chance.sample(claims, min(CHOSEN, len(claims)))
    words = sorted({word for claim in some for word in (claim.evidence.quote if claim.evidence else "").split()})
    stories = [row["id"] for page in range(1, 9) for row in served.get(f"/stories.json?page={page}")["stories"]]
    speakers = [row["slug"] for page in range(1, 9) for row in served.get(f"/speakers.json?page={page}")["speakers"]]
    front = served.get("/index.json")
    races = ["/", *(_race_path(one) for one in front["others"])]
    days = [f"{_race_path(front['race'])}?as_of={day}" for day in front["days"][-1:]]
    kinds = {
        "front page, races offered": races,
        "race on its last day": days,
        "claims": [f"/claims?page={page}" for page in range(1, CHOSEN)],
        "claims, filters": [
            f"/claims?actor={slug(actor)}&item={item}&status={status}"
            for actor in ACTORS for item in RATES for status in ("actual", "planned")
        ],
        "claims, words": [f"/claims?text={quote(word)}" for word in words],
        "claims, largest first": [f"/claims?order=largest&page={page}" for page in range(1, CHOSEN)],
        "a claim": [f"/claims/{claim.id}" for claim in some],
        "articles": [f"/articles?page={page}" for page in range(1, CHOSEN)],
        "an article": [f"/articles/{claim.evidence.article_id}" for claim in some if claim.evidence],
        "speakers": [f"/speakers?page={page}" for page in range(1, 36)],
        "a speaker": [f"/speakers/{quote(one)}" for one in speakers],
        "stories": [f"/stories?page={page}" for page in range(1, CHOSEN)],
        "a story": [f"/stories/{one}" for one in stories],
        "makers": ["/actors"],
        "a maker": [f"/actors/{slug(actor)}" for actor in ACTORS],
        "items": ["/items"],
        "an item": [f"/items/{item}" for item in RATES],
        "targets": ["/targets"],
        "check, the form": ["/check"],
    }  # fmt: skip
    kinds["JSON twins"] = [
        path.replace("?", ".json?") if "?" in path else f"{path}.json"
        for name in ("claims", "a claim", "an article", "a story", "a speaker")
        for path in kinds[name][100:180]
    ]
    return kinds


def _race_path(race: dict[str, Any]) -> str:
    return f"/race/{slug(race['a'])}/{slug(race['b'])}/{race['item']}"


def measure(port: int, paths: Sequence[str], times: int) -> Timed:
    """Have pages read by a process of its own, `times` over."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(read_pages, port, list(paths) * times).result()


def told(name: str, timed: Timed, hello_ms: float) -> float:
    """Print a row of the table; gives the 95th percentile in milliseconds."""
    took, most, failed = timed
    middle, late, worst = statistics.median(took), statistics.quantiles(took, n=20)[-1], max(took)
    times = f"{middle / hello_ms:.1f}" if hello_ms else "1"
    print(
        f"| {name} | {len(took)} | {middle:.0f} | {late:.0f} | {worst:.0f} | {times} | {most / 1024:.1f} |", flush=True
    )
    assert not failed, f"{failed} of {len(took)} answers for {name} were no success"
    return late


def weigh_front(port: int) -> int:
    """Print how many bytes the front page takes over the wire, with what it loads; gives their sum."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    sizes = {}
    for path in ("/", "/assets/style.css", "/assets/page.js", "/assets/icon.svg"):
        connection.request("GET", path, headers={"accept-encoding": "gzip"})
        answer = connection.getresponse()
        sizes[path] = len(answer.read()) + len(str(answer.headers))
    connection.close()
    print("front page over the wire: " + ", ".join(f"{path} {size:,}" for path, size in sizes.items()))
    print(f"together {sum(sizes.values()):,} bytes")
    return sum(sizes.values())


def refresh(served: Served, ledger: Path, paths: Sequence[str]) -> Timed:
    """Add a claim while pages are read, and print how long until they tell of it; gives how the readers fared."""
    before = served.get("/index.json")
    fresh = Claim(
        "output", (before["race"]["a"],), before["race"]["item"], 777, 777, per="month", when=("2025-12", "2025-12"),
        speaker="Ann Late", published="2025-12-30", publisher="Outlet 1", reader="hand",
    )  # fmt: skip
    with ThreadPoolExecutor(1) as reading:
        under_way = reading.submit(measure, served.port, paths, 4)
        began = time.monotonic()
        with Ledger.open(ledger) as held:
            held.append_claims([fresh])
        while not served.get("/claims.json?speaker=late")["total"]:
            time.sleep(0.1)
        print(f"a claim added: in the list after {time.monotonic() - began:.1f} s, ", end="", flush=True)
        timed = under_way.result()
    while served.get("/index.json")["claims"] == before["claims"]:
        time.sleep(0.5)
    print(f"in the index after {time.monotonic() - began:.0f} s, ", end="", flush=True)
    while not _tells_of(served.get("/index.json")["race"], fresh.id):
        time.sleep(0.5)
    print(f"in the race of the front page after {time.monotonic() - began:.0f} s")
    return timed


def _tells_of(race: dict[str, Any], claim: str) -> bool:
    return any(claim in (used["claim"]["id"], *(one["id"] for one in used["retellings"])) for used in race["used"])


def run(ledger: Path, settle: float, asked: int) -> bool:
    """Measure all; gives whether both aims are met."""
    hello = Served.start("-c", HELLO)
    served = Served.start("-m", "outproduce.cli", "--ledger", str(ledger), "serve", "--port", "0")
    try:
        began = time.monotonic()
        served.get("/index.json")
        print(f"first front page after {time.monotonic() - began:.0f} s", flush=True)
        kinds = addresses(served, ledger, random.Random(7))
        while served.get("/targets.json")["waiting"] and time.monotonic() < began + settle:
            time.sleep(1)
        waiting, others = served.get("/targets.json")["waiting"], served.get("/index.json")["others"]
        told_of = f"{len(others) + 1} races, targets of all items but {len(waiting)}"
        print(f"after {time.monotonic() - began:.0f} s worked out: {told_of}\n")
        print("| page | asked | p50 ms | p95 ms | max ms | times hello | largest KB |\n|---|--:|--:|--:|--:|--:|--:|")
        bare = measure(hello.port, ["/"] * CHOSEN, 5)
        told("hello, nothing else", bare, 0)
        middle = statistics.median(bare[0])
        late = [
            told(name, measure(served.port, paths[:asked], -(-asked // len(paths))), middle)
            for name, paths in kinds.items()
        ]
        mixed = [path for paths in kinds.values() for path in paths[: asked // 4]]
        random.Random(8).shuffle(mixed)
        late.append(told("all of them, mixed and asked again", measure(served.port, mixed, 2), middle))
        size = weigh_front(served.port)
        late.append(told("the same while it is worked out anew", refresh(served, ledger, mixed), middle))
        print(f"\nworst p95 {max(late):.0f} ms (aim {AIM_MS:.0f}), front page {size:,} bytes (aim {AIM_BYTES:,})")
        return max(late) < AIM_MS and size < AIM_BYTES
    finally:
        hello.stop()
        served.stop()


def main() -> int:
    """Fill a ledger, or take the one named, and measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("claims", type=int, nargs="?", default=100_000)
    parser.add_argument("--ledger", type=Path, help="one that is there, made by an earlier run")
    parser.add_argument("--settle", type=float, default=900, help="seconds to wait for estimates before measuring")
    parser.add_argument("--asked", type=int, default=CHOSEN, help="addresses of each kind of page")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.ledger or Path(folder) / "ledger.db"
        if not path.exists():
            with Ledger.open(path) as ledger:
                fill(ledger, given.claims)
        return 0 if run(path, given.settle, given.asked) else 1


if __name__ == "__main__":
    raise SystemExit(main())
