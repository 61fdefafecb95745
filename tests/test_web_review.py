"""Signing in and deciding in the pages: tokens, sessions, what is refused, and what stands in the ledger afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="needs the pages: pip install 'outproduce[web]'")
from fastapi.testclient import TestClient
from typer.testing import CliRunner
from web_ledger import make_ledger, open_library

from outproduce.cli import app as commands
from outproduce.ledger.history import reviews
from outproduce.ledger.search import ClaimFilter
from outproduce.ledger.store import Ledger
from outproduce.web.app import make_app
from outproduce.web.reviewers import Reviewers, Sessions, reviewers_path


class Reader:
    """A browser with a reviewer before it."""

    def __init__(self, client: TestClient, ledger: Ledger, token: str) -> None:
        self.client, self.ledger, self.token = client, ledger, token

    def sign_in(self) -> str:
        """Sign in and give the secret of the session's forms."""
        answer = self.client.post("/sign-in", data={"token": self.token})
        assert answer.status_code == 200
        return re.search(r'name="secret" value="([^"]+)"', answer.text)[1]  # type: ignore[index]

    def claim_id(self, **wanted: str) -> str:
        """Give the id of a claim."""
        return next(self.ledger.claims(ClaimFilter(**wanted, unreviewed=True, limit=1))).id  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Ledger, str]]:
    address = make_ledger(tmp_path_factory.mktemp("review") / "ledger.db")
    path = reviewers_path(address)
    token = Reviewers(path).add("Ann")
    with TestClient(make_app(open_library(address), reviewers=path)) as client, Ledger.open(address) as ledger:
        yield client, ledger, token


@pytest.fixture
def reader(made: tuple[TestClient, Ledger, str]) -> Reader:
    made[0].cookies.clear()
    return Reader(*made)


def test_the_queue_is_for_reviewers(reader: Reader):
    assert 'name="token"' in reader.client.get("/review").text
    wrong = reader.client.post("/sign-in", data={"token": "guess"})
    assert (wrong.status_code, "reviewer" in wrong.cookies) == (403, False)
    reader.sign_in()
    page = reader.client.get("/review")
    assert "Signed in as Ann" in page.text
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("decision", "more"),
    [("accept", {}), ("reject", {"why": "a plan"}), ("correct", {"setting": "low=7 | high=9"})],
    ids=["accept", "reject", "correct"],
)
def test_a_decision_stands_in_the_ledger(reader: Reader, decision: str, more: dict[str, str]):
    secret, claim_id = reader.sign_in(), reader.claim_id(kind="output")
    answer = reader.client.post(f"/review/{claim_id}", data={"decision": decision, "secret": secret, **more})
    assert answer.status_code == 200
    decided = reviews(reader.ledger, [claim_id])
    assert {(one.decision, one.who) for one in decided} == {(decision, "Ann")}
    current = claim_id in {claim.id for claim in reader.ledger.claims()}
    assert current == (decision == "accept")


def test_two_claims_become_one_story(reader: Reader):
    secret = reader.sign_in()
    one, two = (claim.id for claim in reader.ledger.claims(ClaimFilter(item="tank", limit=2)))
    reader.client.post(f"/review/{one}", data={"decision": "join", "secret": secret, "other": two})
    assert [(each.decision, each.other_id) for each in reviews(reader.ledger, [one])] == [("join", two)]


@pytest.mark.parametrize(
    ("secret", "headers"),
    [
        ("", {}),
        ("guess", {}),
        ("right", {"origin": "https://evil.example"}),
        ("right", {"sec-fetch-site": "cross-site"}),
    ],
    ids=["no secret", "wrong secret", "strange origin", "cross site"],
)
def test_what_another_site_sends_is_refused(reader: Reader, secret: str, headers: dict[str, str]):
    right, claim_id = reader.sign_in(), reader.claim_id(kind="output")
    data = {"decision": "reject", "secret": right if secret == "right" else secret}
    answer = reader.client.post(f"/review/{claim_id}", data=data, headers=headers)
    assert answer.status_code == 403
    assert not reviews(reader.ledger, [claim_id])


def test_nobody_decides_without_signing_in(reader: Reader):
    claim_id = reader.claim_id(kind="output")
    answer = reader.client.post(f"/review/{claim_id}", data={"decision": "accept", "secret": ""})
    assert answer.status_code == 403
    assert not reviews(reader.ledger, [claim_id])


def test_signing_out_and_being_taken_off_the_list_end_it(reader: Reader, made: tuple[TestClient, Ledger, str]):
    secret = reader.sign_in()
    assert reader.client.post("/sign-out", data={"secret": "guess"}).status_code == 403
    reader.client.post("/sign-out", data={"secret": secret})
    assert 'name="token"' in reader.client.get("/review").text
    path = reviewers_path(reader.ledger.name)
    reader.token = Reviewers(path).add("Bob")
    reader.sign_in()
    Reviewers(path).remove("Bob")
    assert 'name="token"' in reader.client.get("/review").text


@pytest.mark.parametrize("data", [{"decision": "burn"}, {"decision": "correct", "setting": "colour=red"}])
def test_nonsense_is_told(reader: Reader, data: dict[str, str]):
    secret, claim_id = reader.sign_in(), reader.claim_id(kind="output")
    assert reader.client.post(f"/review/{claim_id}", data=data | {"secret": secret}).status_code == 400
    assert not reviews(reader.ledger, [claim_id])


def test_tokens_are_kept_as_hashes_readable_by_their_owner_alone(tmp_path: Path):
    path = tmp_path / "reviewers.json"
    first, second = Reviewers(path).add("Ann"), Reviewers(path).add("Ann")
    assert first not in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o077 == 0
    assert (Reviewers(path).who(first), Reviewers(path).who(second)) == (None, "Ann")


def test_sessions_end_with_their_time(monkeypatch: pytest.MonkeyPatch):
    sessions, now = Sessions(), [100.0]
    monkeypatch.setattr("outproduce.web.reviewers.time.monotonic", lambda: now[0])
    key = sessions.begin("Ann")
    assert sessions.find(key).who == "Ann"  # type: ignore[union-attr]
    now[0] += 9 * 3600
    assert sessions.find(key) is None


def test_reviewers_on_the_command_line(tmp_path: Path):
    ledger = str(tmp_path / "ledger.db")

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(commands, ["--ledger", ledger, "reviewer", *words])
        return result.exit_code, result.stdout

    code, token = run("add", "Ann")
    assert (code, Reviewers(reviewers_path(ledger)).who(token.strip())) == (0, "Ann")
    assert run("list") == (0, "Ann\n")
    assert run("remove", "Ann")[0] == 0
    assert run("remove", "Ann")[0] == 3
