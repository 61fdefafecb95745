"""The page in a real browser: no scrolling sideways, no script, both colour schemes, the switch of scales."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_answers import EAST, HOME, answer
from worlds import SMALL

from outproduce.report.render import render_report

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install 'outproduce[dev]'")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs a browser: apt-get install chromium")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render_report([answer([*EAST, *HOME])], SMALL), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
def test_readable_at_every_width_and_in_both_schemes(browser, address: str, width: int, scheme: str):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=True
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: None if request.url == address else complaints.append(request.url))
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("svg.race:visible").count() == 1
    ink, paper = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert contrast(ink, paper) > 7
    assert not complaints
    context.close()


def test_the_scale_is_switched_without_script(browser, address: str):
    context = browser.new_context(viewport={"width": 1200, "height": 900}, java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator(".plot.log .wide svg").is_visible()
    page.get_by_label("linear").focus()
    page.keyboard.press("Space")
    assert page.locator(".plot.linear .wide svg").is_visible()
    assert not page.locator(".plot.log .wide svg").is_visible()
    context.close()


def test_a_mark_leads_to_its_words(browser, address: str):
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(address)
    mark = page.locator(".plot.log .wide a").last
    mark.click(force=True)
    target = page.evaluate("location.hash").removeprefix("#")
    assert page.locator(f"[id='{target}']").count() == 1
    page.close()


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two rgb() colours."""

    def light(colour: str) -> float:
        parts = [int(part) / 255 for part in colour.strip("rgb()").split(",")]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)
