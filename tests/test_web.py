"""The pages and their JSON twins over a small ledger: content, faults, languages, headers, limits, escaping."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from web_ledger import HOSTILE_ID, IMAGE, SCRIPT, hostile_claim, make_ledger, open_library

from outproduce.ledger.imports import starter_claims
from outproduce.ledger.store import Ledger

pytest.importorskip("fastapi", reason="needs the pages: pip install 'outproduce[web]'")
from fastapi.testclient import TestClient

from outproduce.web.addresses import ADDRESSES
from outproduce.web.app import make_app
from outproduce.web.guards import Limits
from outproduce.web.kept import Shelf

RACE = "/race/nato/russia/ammunition"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    address = make_ledger(tmp_path_factory.mktemp("web") / "ledger.db")
    library = open_library(address)
    app = make_app(library, ["testserver"])
    with TestClient(app, raise_server_exceptions=True) as client:
        client.get("/")
        story = library.index().stories[0].id
        yield SimpleNamespace(client=client, library=library, address=address, app=app, story=story)


@pytest.fixture
def client(site: SimpleNamespace) -> TestClient:
    site.client.cookies.clear()
    return site.client


def paths(site: SimpleNamespace) -> list[str]:
    """One address of every page there is."""
    given = {
        "a": "nato", "b": "russia", "item": "ammunition", "claim_id": hostile_claim().id, "article_id": HOSTILE_ID,
        "speaker": "m-rutte", "story_id": site.story, "actor": "russia",
    }  # fmt: skip
    return [address.path.format(**given) for address in ADDRESSES]


class Tags(HTMLParser):
    """Collects the tags and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.found.append((tag, dict(attrs)))


def test_every_page_has_html_and_json_that_fits_the_openapi(site: SimpleNamespace, client: TestClient):
    described = client.get("/api").json()["paths"]
    for path, address in zip(paths(site), ADDRESSES, strict=True):
        page = client.get(path)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8"), path
        twin = "/index.json" if path == "/" else f"{path}.json"
        assert f'href="{twin}"' in page.text, path
        given = client.get(twin)
        assert given.status_code == 200
        schema = described["/index.json" if path == "/" else f"{address.path}.json"]["get"]["responses"]["200"]
        name = schema["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
        wanted = client.get("/api").json()["components"]["schemas"][name]["properties"]
        assert given.json().keys() == wanted.keys(), path


def test_front_page_says_who_is_ahead_and_where_every_dot_leads(client: TestClient):
    page = client.get("/").text
    tags = Tags(page).found
    ids = {attrs["id"] for _, attrs in tags if "id" in attrs}
    dots = [attrs for tag, attrs in tags if tag == "a" and re.match("(dot|said) ", attrs.get("class") or "")]
    race = client.get("/index.json").json()["race"]
    assert {race["a"], race["b"]} == {"NATO", "Russia"}
    assert re.search(r"<h1 id=\"answer\">(NATO|Russia) .*makes? more ammunition than", page)
    assert len(dots) == 4 * len(race["dots"]) > 0
    assert {dot["href"] for dot in dots} <= {f"#{one}" for one in ids}
    assert all(dot["aria-label"] for dot in dots)


def test_the_day_looked_back_to_changes_what_is_known(client: TestClient):
    then = client.get(f"{RACE}.json", params={"as_of": "2025-07-01"}).json()["race"]
    now = client.get(f"{RACE}.json").json()["race"]
    assert then["as_of"] == "2025-07-01" < now["as_of"]
    assert len(then["used"]) < len(now["used"])
    assert max(used["claim"]["published"] or "" for used in then["used"]) <= "2025-07-01"


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({"kind": "comparison"}, lambda row: row["kind"] == "comparison"),
        ({"actor": "росія"}, lambda row: "Russia" in row["actor"]),
        ({"item": "drone"}, lambda row: row["item"].endswith("drone")),
        ({"status": "planned"}, lambda row: row["status"] == "planned"),
        ({"text": "снаряд"}, lambda row: "снаряд" in json.dumps(row, ensure_ascii=False).lower()),
        ({"speaker": "rutte"}, lambda row: "Rutte" in row["speaker"]),
        ({"since": "2025", "until": "2025"}, lambda row: "2025" in str(row["when"]) + str(row["published"])),
    ],
    ids=["kind", "actor", "item", "status", "text", "speaker", "time"],
)
def test_filters_of_claims_stand_in_the_address(client: TestClient, query: dict[str, str], fits: Any):
    found = client.get("/claims.json", params=query | {"per_page": "200"}).json()
    assert 0 < found["total"] < client.get("/claims.json").json()["total"]
    assert all(fits(row) for row in found["claims"])
    lines = client.get("/claims.jsonl", params=query).text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [row["id"] for row in found["claims"]]
    assert len(client.get("/claims.csv", params=query).text.splitlines()) > found["total"]


def test_pages_of_a_list_are_its_parts(client: TestClient):
    whole = client.get("/claims.json", params={"per_page": "200", "order": "largest"}).json()["claims"]
    parts = [
        client.get("/claims.json", params={"per_page": "7", "page": at, "order": "largest"}).json() for at in (1, 2)
    ]
    assert [row["id"] for part in parts for row in part["claims"]] == [row["id"] for row in whole[:14]]
    figures = [row["high"] or row["low"] for row in whole if row["high"] or row["low"]]
    assert figures == sorted(figures, reverse=True)


def test_a_claim_stands_in_its_article(client: TestClient):
    row = client.get("/claims.json", params={"text": "turned"}).json()["claims"]
    row = row or client.get("/claims.json", params={"speaker": "rutte", "text": "ammunition"}).json()["claims"]
    page = client.get(f"/claims/{row[0]['id']}.json").json()
    assert page["passage"]["words"] == row[0]["words"]
    article = client.get(f"/articles/{row[0]['article']}.json").json()
    marked = "".join(piece["text"] for piece in article["pieces"] if row[0]["id"] in piece["claims"])
    assert marked == row[0]["words"]


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/claims/none.json", 404, "missing"),
        ("/speakers/nobody.json", 404, "missing"),
        ("/stories/none.json", 404, "missing"),
        ("/articles/none.json", 404, "missing"),
        ("/race/nato/narnia/ammunition.json", 400, "invalid"),
        ("/race/nato/nato/ammunition.json", 400, "invalid"),
        (f"{RACE}.json?as_of=soon", 422, "invalid"),
        ("/claims.json?kind=magic", 400, "invalid"),
        ("/claims.json?page=0", 422, "invalid"),
        ("/nothing.json", 404, "missing"),
    ],
)
def test_faults_have_one_shape(client: TestClient, path: str, status: int, kind: str):
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.json().keys() == {"kind", "error"}
    assert answer.json()["kind"] == kind
    page = client.get(path.replace(".json", ""))
    assert page.status_code == status
    assert "<h1>" in page.text


def test_nothing_hostile_runs_or_leads_anywhere(site: SimpleNamespace, client: TestClient):
    for path in [*paths(site), "/claims?text=made", f"{RACE}?as_of=2025-06-01"]:
        text = client.get(path).text
        assert SCRIPT not in text, path
        assert IMAGE not in text, path
        for tag, attrs in Tags(text).found:
            assert tag != "img", path
            assert not [name for name in attrs if name.startswith("on") or name == "style"], path
            assert not (attrs.get("href") or attrs.get("src") or "").lower().startswith(("javascript:", "data:")), path
            assert tag != "script" or attrs["src"].startswith("/assets/"), path


def test_headers_let_no_inline_script_run(client: TestClient):
    policy = client.get("/").headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "frame-ancestors *" in client.get(f"/embed{RACE}").headers["content-security-policy"]
    assert client.get("/nothing").headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("asked", "accepted", "lang"),
    [("", "uk,en;q=0.5", "uk"), ("", "de", "en"), ("?lang=ru", "uk", "ru"), ("?lang=tlh", "uk", "uk")],
    ids=["browser", "unknown", "switch", "nonsense"],
)
def test_the_language_is_the_readers(client: TestClient, asked: str, accepted: str, lang: str):
    page = client.get(f"/claims{asked}", headers={"accept-language": accepted})
    assert f'<html lang="{lang}"' in page.text
    if asked == "?lang=ru":
        assert '<html lang="ru"' in client.get("/claims").text  # the choice is kept


def test_a_page_that_did_not_change_is_not_sent_again(client: TestClient):
    mark = client.get("/claims").headers["etag"]
    again = client.get("/claims", headers={"if-none-match": mark})
    assert (again.status_code, again.content) == (304, b"")


def test_pages_follow_the_ledger(site: SimpleNamespace, client: TestClient):
    before = client.get("/claims.json").json()["total"]
    more = [claim for claim in starter_claims() if claim.item == "cruise_missile"]
    with Ledger.open(site.address) as ledger:
        ledger.append_claims(more, source="test")
    assert client.get("/claims.json").json()["total"] == before + len(more) > before


@pytest.mark.parametrize(
    ("request_of", "status"),
    [
        (lambda client: client.get("/", headers={"host": "evil.example"}), 421),
        (lambda client: client.get("/claims?text=" + "a" * 9000), 414),
        (lambda client: client.post("/claims", content=b"a" * 70_000), 413),
        (lambda client: client.get("/assets/..%2f..%2fapp.py"), 404),
        (lambda client: client.get("/assets/chart.css"), 404),
    ],
    ids=["host", "address", "body", "path outside", "other file"],
)
def test_what_is_refused(client: TestClient, request_of: Any, status: int):
    answer = request_of(client)
    assert answer.status_code == status
    assert "content-security-policy" in answer.headers


def test_what_takes_too_long_is_given_up(site: SimpleNamespace):
    slow = make_app(site.library, None, Limits(seconds=0.0))
    answer = TestClient(slow).get("/claims")
    assert (answer.status_code, answer.text) == (503, "this takes too long; ask again in a few seconds\n")


def test_chart_files(client: TestClient):
    svg = client.get(f"{RACE}/chart.svg")
    assert svg.headers["content-type"] == "image/svg+xml"
    assert svg.text.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    rows = client.get(f"{RACE}/months.csv").text.splitlines()
    assert rows[0].startswith("month,a_median")
    assert len(rows) == 1 + len(client.get(f"{RACE}.json").json()["race"]["months"])
    pytest.importorskip("typst")
    assert client.get(f"{RACE}/chart.png").content.startswith(b"\x89PNG")


def test_an_empty_ledger_says_how_to_begin(tmp_path: Path):
    with Ledger.open(tmp_path / "empty.db"):
        pass
    library = open_library(str(tmp_path / "empty.db"))
    with TestClient(make_app(library)) as client:
        assert "outproduce import --starter" in client.get("/").text
        assert client.get("/claims.json").json()["total"] == 0


@pytest.mark.parametrize(
    "path",
    ["/assets/..%2fapp.py", "/assets/%2e%2e/words/en.yml", "/assets/%252e%252e%252fapp.py", "/assets/style.css%00"],
    ids=["slash", "dots", "twice", "null"],
)
def test_no_path_leads_out_of_the_pages(client: TestClient, path: str):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "make_app" not in answer.text


def test_a_page_asked_for_by_many_at_once_is_made_once():
    shelf, made = Shelf(), []

    def make() -> bytes:
        made.append(1)
        time.sleep(0.05)
        return b"page"

    with ThreadPoolExecutor(8) as readers:
        pages = [one.result() for one in [readers.submit(shelf.get, ("a",), make) for _ in range(8)]]
    assert (len(made), {page.body for page in pages}) == (1, {b"page"})
    with pytest.raises(ZeroDivisionError):
        shelf.get(("b",), lambda: b"%d" % (1 // 0))
    assert shelf.get(("b",), lambda: b"mended").body == b"mended"
