"""The pages in a real browser: each clean at two widths and schemes; dots, slider, filters, check, review, files."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install 'outproduce[dev]'")
uvicorn = pytest.importorskip("uvicorn", reason="needs the pages: pip install 'outproduce[web]'")
from web_ledger import HOSTILE_ID, hostile_claim, make_ledger, open_library  # noqa: E402

from outproduce.web.app import make_app  # noqa: E402
from outproduce.web.folder import write_site  # noqa: E402
from outproduce.web.reviewers import Reviewers, reviewers_path  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs a browser: apt-get install chromium"),
]
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
SHOTS = Path(__file__).parents[1] / "build" / "screenshots"
PAGES = {
    "race": "/",
    "race-before": "/race/nato/russia/ammunition?as_of=2025-07-01",
    "claims": "/claims",
    "claim": f"/claims/{hostile_claim().id}",
    "articles": "/articles",
    "article": f"/articles/{HOSTILE_ID}",
    "speakers": "/speakers",
    "speaker": "/speakers/m-rutte",
    "stories": "/stories?told=2",
    "makers": "/actors",
    "maker": "/actors/russia",
    "items": "/items",
    "item": "/items/artillery_shell",
    "rate": "/makes/russia/tank",
    "targets": "/targets",
    "check": "/check?sentence=NATO+makes+more+ammunition+than+Russia.&said=2025-11-10",
    "sign-in": "/review",
    "embed": "/embed/race/nato/russia/ammunition",
    "fault": "/claims/none",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    address = make_ledger(tmp_path_factory.mktemp("browser") / "ledger.db")
    library, path = open_library(address), reviewers_path(address)
    token = Reviewers(path).add("Ann")
    config = uvicorn.Config(make_app(library, reviewers=path), port=0, log_level="critical")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.05)
    port = running.servers[0].sockets[0].getsockname()[1]
    yield SimpleNamespace(url=f"http://127.0.0.1:{port}", token=token, library=library)
    running.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


class Visit:
    """One look at pages; what the browser complains of, and what it asks of others, is kept."""

    def __init__(self, browser: Any, own: str, width: int, scheme: str, locale: str) -> None:
        self._context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale=locale, reduced_motion="reduce"
        )
        self.page = self._context.new_page()
        self.page.set_default_timeout(60_000)
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self._hear(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda asked: None if asked.url.startswith(own) else self.complaints.append(asked.url))

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and "status of 404" not in text:
            self.complaints.append(text)

    def axe(self) -> list[str]:
        """Give the serious faults that axe finds, each with a place."""
        self.page.evaluate(AXE)
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
        return [
            f"{one['id']}: {one['nodes'][0]['html'][:120]}"
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
        ]

    def close(self) -> None:
        """End the visit."""
        self._context.close()


@pytest.fixture
def visit(browser: Any, request: pytest.FixtureRequest, server: SimpleNamespace) -> Iterator[Visit]:
    width, scheme, locale = getattr(request, "param", (1200, "light", "en"))
    opened = Visit(browser, server.url, width, scheme, locale)
    yield opened
    opened.close()


WIDE, NARROW = (1200, "light", "en"), (360, "dark", "uk")
LOOKS = [pytest.param(WIDE, name, id=f"wide-{name}") for name in PAGES] + [
    pytest.param(NARROW, name, id=f"narrow-{name}")
    for name in ("race", "claims", "claim", "article", "speaker", "maker", "rate", "targets", "check", "embed")
]


@pytest.mark.parametrize(("visit", "name"), LOOKS, indirect=["visit"])
def test_every_page_is_clean(visit: Visit, server: SimpleNamespace, name: str):
    visit.page.goto(server.url + PAGES[name])
    width = visit.page.viewport_size["width"]
    SHOTS.mkdir(parents=True, exist_ok=True)
    visit.page.screenshot(path=SHOTS / f"{name}-{width}.png", full_page=True)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.axe() == []
    assert visit.complaints == []


def test_a_dot_shows_its_words_to_pointer_and_keyboard(visit: Visit, server: SimpleNamespace):
    visit.page.goto(server.url + PAGES["race"])
    dots, tip = visit.page.locator(".scale.log .wide .dots a"), visit.page.locator(".tip")
    dots.first.focus()
    first = tip.inner_text()
    assert visit.page.locator(f"[id='{dots.first.get_attribute('href')[1:]}']").count() == 1
    visit.page.keyboard.press("End")
    assert tip.inner_text() != first
    visit.page.keyboard.press("Escape")
    assert not tip.is_visible()
    dots.first.hover(force=True)
    assert tip.inner_text() == first
    dots.first.focus()
    visit.page.keyboard.press("Enter")
    row = visit.page.locator("tr:target")
    assert row.is_visible()
    assert first.split("\n")[0] in row.inner_text()
    assert visit.complaints == []


def test_the_slider_looks_back(visit: Visit, server: SimpleNamespace):
    visit.page.goto(server.url + PAGES["race"])
    before = visit.page.locator(".kicker").inner_text()
    visit.page.locator("input[type=range]").focus()
    visit.page.keyboard.press("ArrowLeft")
    playwright.expect(visit.page.locator(".kicker")).not_to_have_text(before, timeout=60_000)
    assert "as_of=20" in visit.page.url
    assert visit.page.evaluate("document.activeElement.type") == "range"
    visit.page.locator(".scale.log .wide .dots a").first.focus()
    assert visit.page.locator(".tip").is_visible()  # what was put in works as what was there
    assert visit.complaints == []


def test_the_scale_is_switched_by_key(visit: Visit, server: SimpleNamespace):
    visit.page.goto(server.url + PAGES["race"])
    visit.page.get_by_label("linear").focus()
    visit.page.keyboard.press("Space")
    assert visit.page.locator(".scale.linear .wide svg").is_visible()
    assert not visit.page.locator(".scale.log .wide svg").is_visible()


def test_a_list_follows_its_filters(visit: Visit, server: SimpleNamespace):
    visit.page.goto(server.url + PAGES["claims"])
    rows = visit.page.locator("#results tbody tr")
    before = rows.count()
    visit.page.get_by_label("kind").select_option("comparison")
    visit.page.wait_for_url("**kind=comparison**")
    assert 0 < rows.count() < before
    visit.page.get_by_label("Words").fill("zzzz")
    visit.page.wait_for_url("**text=zzzz**")
    assert rows.count() == 0
    assert visit.complaints == []


def test_a_sentence_is_checked_and_its_address_stays(visit: Visit, server: SimpleNamespace):
    visit.page.goto(f"{server.url}/check")
    visit.page.locator("textarea").fill("Russia makes 3,000 tanks a month.")
    visit.page.get_by_role("button").click()
    verdict = visit.page.locator(".stamp").inner_text()
    visit.page.goto(visit.page.url)
    assert visit.page.locator(".stamp").inner_text() == verdict != ""
    assert visit.complaints == []


def test_review_by_keys(visit: Visit, server: SimpleNamespace):
    page = visit.page
    page.goto(f"{server.url}/review")
    page.locator("input[name=token]").fill(server.token)
    page.keyboard.press("Enter")
    page.wait_for_selector("#now")
    assert visit.axe() == []
    first = page.locator("#now + p code").inner_text()
    page.keyboard.press("n")
    page.wait_for_url("**skip=1")
    assert page.locator("#now + p code").inner_text() != first
    page.goto(f"{server.url}/review")
    left = page.locator(".lead").inner_text()
    page.keyboard.press("a")
    playwright.expect(page.locator(".lead")).not_to_have_text(left, timeout=60_000)
    page.goto(f"{server.url}/claims/{first}")
    assert "Ann: accept" in page.locator("main").inner_text()
    assert visit.complaints == []


def test_the_language_switch_is_remembered(visit: Visit, server: SimpleNamespace):
    visit.page.goto(server.url + PAGES["race"])
    visit.page.get_by_role("link", name="Українська").click()
    assert visit.page.locator("html").get_attribute("lang") == "uk"
    visit.page.get_by_role("link", name="Твердження", exact=True).click()
    assert visit.page.locator("h1").inner_text() == "Твердження"


@pytest.fixture(scope="module")
def folder(server: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages as files."""
    path = tmp_path_factory.mktemp("site")
    write_site(server.library, path)
    return path


def test_no_file_refers_to_one_that_is_not_there(folder: Path):
    missing = set()
    for path in folder.rglob("*.html"):
        for reference in re.findall(r'(?:href|src)="([^"#:?]+)[?#"]', path.read_text(encoding="utf-8")):
            if not (path.parent / reference).resolve().is_file():
                missing.add((str(path.relative_to(folder)), reference))
    assert sorted(missing)[:5] == []


@pytest.mark.parametrize("name", ["index.html", "uk/claims.html", "speakers/m-rutte.html"])
def test_files_work_from_disk(browser: Any, folder: Path, name: str):
    visit = Visit(browser, folder.as_uri(), 1200, "light", "en")
    visit.page.goto((folder / name).as_uri())
    assert visit.page.locator("h1").is_visible()
    assert visit.axe() == []
    if name == "index.html":
        visit.page.locator(".scale.log .wide .dots a").first.focus()
        assert visit.page.locator(".tip").is_visible()
        visit.page.locator("input[type=range]").focus()
        visit.page.keyboard.press("ArrowLeft")
        visit.page.wait_for_url("**/race/**")
    if name == "uk/claims.html":
        visit.page.locator("select[name=kind]").select_option("comparison")
        assert 0 < visit.page.locator("tbody tr:visible").count() < visit.page.locator("tbody tr").count()
    assert visit.complaints == []
    visit.close()
