"""The house stands: a module imports only what stands above it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "outproduce"
# Top to bottom; a folder's modules stand in the order given, and its `__init__` with the last of them.
ORDER = """
errors addresses records lexicon languages
languages.digits languages.number_words languages.numbers languages.measures languages.figure_words languages.ranges
languages.figures languages.timewords languages.dates languages.constructions languages.times
packs packs.shapes packs.check resolve scanning.patterns scanning.shape screen
articles.decoding articles.posts articles.mail articles.responses articles.archives articles.sources articles.page
articles.page_links articles.walls articles.article articles
fetch.unpacking fetch.transport fetch.pace fetch.lanes fetch.robots fetch.fetcher fetch
statements.names statements.lands statements.spoken statements.joining statements.organisations statements.voices
statements.references statements.subjects statements.frames statements.carry statements.attribution statements
claims.firms claims.around claims.makers claims.mentions claims.nuclei claims.derived claims.features claims.kinds
claims.items claims.parties claims.linker claims.extraction claims.explain claims evaluation
ledger.likeness ledger.stories ledger.reasons ledger.columns ledger.schema ledger.words ledger.duplicates
ledger.versions.v1_first ledger.versions.v2_changes ledger.versions.v3_visits ledger.versions.v4_search ledger.versions
ledger.opening ledger.changes ledger.rows ledger.search ledger.appending ledger.store ledger.visits ledger.links
ledger.history ledger.review ledger.catalogue ledger.shape ledger.verification ledger.corpus ledger.imports ledger
feeds.parsing feeds.listing feeds gathering reading watching
estimate.months estimate.priors estimate.world estimate.model estimate.misfit estimate.laplace estimate.scales
estimate.shares estimate.observations estimate.refining estimate.readings estimate.fusion estimate.family estimate.rates
estimate.prediction estimate.insight estimate.assumptions estimate
report.wording
answers
checking.telling checking.scale checking.spelling checking.constructions checking.sentences checking.assertion
checking.judging checking.conflicts checking.evidence checking.traps checking.check checking.record checking
report.export report.files report.charts report.views report.insights report.drawing report.render
report.printed report.checks report
reviewing web.rows web.index web.weighing web.library web.tongue web.drawing web.phrasing web.rendering
web.pages.race web.pages.claims web.pages.stories web.pages.makers web.pages.checks web.pages.review web.pages
web.addresses web.kept
web.reviewers web.guards web.faults web.answering web.downloads web.deciding web.app web.folder web
scanning.results scan scanning.ready scanning.workers scanning
progress demo options inspection serving ledger_verbs estimate_verbs questions web_verbs scan_verbs cli
""".split()  # noqa: SIM905 - a list of ninety names reads worse


def _modules() -> dict[str, Path]:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        if name:
            found[name] = path
    return found


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("outproduce"):
            inside = node.module.removeprefix("outproduce").lstrip(".")
            names |= {f"{inside}.{alias.name}".lstrip(".") for alias in node.names} & set(ORDER) or {inside}
        elif isinstance(node, ast.Import):
            names |= {a.name.removeprefix("outproduce.") for a in node.names if a.name.startswith("outproduce.")}
    return names - {""}


def test_every_module_has_its_place() -> None:
    assert sorted(_modules()) == sorted(ORDER)


@pytest.mark.parametrize(("name", "path"), sorted(_modules().items()), ids=sorted(_modules()))
def test_imports_only_what_stands_above(name: str, path: Path) -> None:
    above = set(ORDER[: ORDER.index(name)])
    assert _imports(path) <= above


NETWORK = {"httpx", "httpcore", "requests", "aiohttp", "http.client", "urllib.request", "socket", "smtplib", "ftplib"}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_fetch_touches_the_network(path: Path) -> None:
    named = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            named.add(node.module or "")
    assert path.parent.name == "fetch" or not named & NETWORK
