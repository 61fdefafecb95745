"""Decisions of people: each is added, the current view takes it in, and no machine undoes it."""

from __future__ import annotations

import pytest

from outproduce.errors import ClaimError, NothingFound, UsageError
from outproduce.evaluation import evaluate_reader, read_corpus  # noqa: F401 - the corpus format is theirs
from outproduce.ledger import opening
from outproduce.ledger.corpus import reviewed_documents
from outproduce.ledger.history import claim_history, reviews
from outproduce.ledger.review import Reviewer, accept, correct, join, merge, reject, split, story_decisions
from outproduce.ledger.rows import REVIEW
from outproduce.ledger.search import ClaimFilter
from outproduce.ledger.store import Ledger
from outproduce.ledger.stories import StoryRules, find_stories
from outproduce.ledger.verification import Verification
from outproduce.records import Article, Claim, Evidence, RawDocument

TEXT = "The plant makes 40 tanks a month, Jane Doe said. It made 30 tanks in May. It has 900 workers."
RAW = RawDocument("a.txt", TEXT.encode(), "text", {})
ARTICLE = Article("a1", TEXT, "en", None, TEXT, "Outlet", "2025-06-09", "https://a.example", None, RAW.raw_hash)
ANN = Reviewer("Ann", "heard it")


def read(words: str, low: float, version: str = "1.0", **changes: object) -> Claim:
    start = TEXT.index(words)
    evidence = Evidence("a1", start, start + len(words), words)
    shared = {"publisher": "Outlet", "url": "https://a.example", "lang": "en", "published": "2025-06-09"}
    claim = Claim("output", ("Russia",), "tank", low, low, "month", evidence=evidence, version=version, **shared)
    return claim.with_fields(**changes)


MONTHLY, MAY = read("40 tanks a month", 40, speaker="Jane Doe"), read("30 tanks in May", 30)


@pytest.fixture
def ledger(address):
    with Ledger.open(address) as opened:
        opened.append_article(ARTICLE, RAW, [], [MONTHLY, MAY])
        yield opened


def read_again(ledger: Ledger, *claims: Claim, version: str = "2.0") -> None:
    ledger.append_article(ARTICLE, RAW, [], [claim.with_fields(version=version) for claim in claims], version=version)


def current(ledger: Ledger) -> set[Claim]:
    return set(ledger.claims())


def test_rejected_claim_ends_and_is_not_read_again(ledger):
    reject(ledger, MAY.id, ANN)
    assert current(ledger) == {MONTHLY}
    read_again(ledger, MONTHLY, MAY)
    assert current(ledger) == {MONTHLY}
    (ended,) = (version for version in claim_history(ledger) if version.superseded_at)
    assert (ended.claim, ended.superseded_why) == (MAY, "rejected by Ann: heard it")


def test_accepted_claim_outlives_a_newer_reader(ledger):
    accept(ledger, MONTHLY.id[:6], ANN)
    read_again(ledger)
    assert current(ledger) == {MONTHLY}


def test_accepting_brings_back_what_was_rejected(ledger):
    reject(ledger, MAY.id, ANN)
    accept(ledger, MAY.id, ANN)
    assert current(ledger) == {MONTHLY, MAY}
    assert [decision.decision for decision in reviews(ledger)] == ["reject", "accept"]


def test_correction_stands_in_place_of_what_was_read(ledger):
    corrected = correct(ledger, MAY.id, {"low": 31, "high": None, "evidence": "made 30 tanks in May"}, ANN)
    assert current(ledger) == {MONTHLY, corrected}
    assert (corrected.low, corrected.high, corrected.reader) == (31, None, REVIEW)
    assert TEXT[corrected.evidence.start : corrected.evidence.end] == "made 30 tanks in May"
    read_again(ledger, MONTHLY, MAY)
    assert current(ledger) == {MONTHLY, corrected}
    assert {decision.field for decision in reviews(ledger)} == {"low", "high", "evidence"}
    assert [claim.low for claim in ledger.claims(ClaimFilter(text="made"))] == [31]


def test_correction_that_keeps_the_id_is_not_doubled_by_reading(ledger):
    corrected = correct(ledger, MONTHLY.id, {"speaker": "John Roe"}, ANN)
    assert corrected.id == MONTHLY.id
    read_again(ledger, MONTHLY, MAY)
    assert current(ledger) == {corrected, MAY}
    again = correct(ledger, MONTHLY.id, {"speaker": "Ann Poe"}, ANN)
    assert current(ledger) == {again, MAY}


def test_machine_that_comes_to_the_correction_adds_nothing(ledger):
    corrected = correct(ledger, MAY.id, {"low": 20}, ANN)
    read_again(ledger, MONTHLY, MAY.with_fields(low=20))
    assert current(ledger) == {MONTHLY, corrected}


@pytest.mark.parametrize(
    ("fields", "error", "words"),
    [
        ({"reader": "me"}, UsageError, "'reader' cannot be corrected"),
        ({"low": 30}, ClaimError, "says so already"),
        ({"low": 99}, ClaimError, "low 99 is above high"),
        ({"evidence": "no such words"}, ClaimError, "do not stand in article a1"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else None,
)
def test_senseless_correction_changes_nothing(ledger, fields, error, words):
    with pytest.raises(error, match=words):
        correct(ledger, MAY.id, fields, ANN)
    assert current(ledger) == {MONTHLY, MAY}
    assert reviews(ledger) == []


def test_merged_claim_gives_way(ledger):
    assert merge(ledger, MAY.id, MONTHLY.id, ANN) == MONTHLY
    assert current(ledger) == {MONTHLY}
    read_again(ledger, MONTHLY, MAY)
    assert current(ledger) == {MONTHLY}


@pytest.mark.parametrize(
    ("claim_id", "error", "words"),
    [
        ("ffffff", NothingFound, "has no claim 'ffffff'"),
        ("ff", UsageError, "at least its first 4"),
        ("%%%%%", UsageError, "is no claim id"),
    ],
)
def test_unknown_claim_is_told(ledger, claim_id, error, words):
    with pytest.raises(error, match=words):
        accept(ledger, claim_id, ANN)


def test_what_ended_cannot_be_rejected_again(ledger):
    reject(ledger, MAY.id, ANN)
    with pytest.raises(NothingFound, match="holds no longer"):
        reject(ledger, MAY.id, ANN)


def test_reviewer_must_have_a_name():
    with pytest.raises(UsageError, match="give --who NAME"):
        Reviewer(" ")


def told(ledger: Ledger) -> list[list[str]]:
    together, apart = story_decisions(ledger)
    stories = find_stories(ledger.claims(), rules=StoryRules(together=together, apart=apart))
    return sorted(sorted(claim.id for claim in story.claims) for story in stories)


def test_joined_claims_are_one_story_until_they_are_split(ledger):
    both = sorted((MONTHLY.id, MAY.id))
    assert len(told(ledger)) == 2
    join(ledger, MONTHLY.id, MAY.id, ANN)
    assert told(ledger) == [both]
    split(ledger, MAY.id, [MONTHLY.id], ANN)
    assert len(told(ledger)) == 2


def test_split_keeps_retellings_apart_also_after_a_correction(ledger):
    retold = [
        MAY.with_fields(low=7, high=7, evidence=None, reader="hand", url=f"https://{x}.example", speaker="Ann Poe")
        for x in "bc"
    ]
    ledger.append_claims(retold)
    assert [len(story) for story in told(ledger)].count(2) == 1
    split(ledger, retold[0].id, [retold[1].id], ANN)
    assert [len(story) for story in told(ledger)].count(2) == 0
    correct(ledger, retold[0].id, {"note": "second edition"}, ANN)
    assert [len(story) for story in told(ledger)].count(2) == 0


def test_state_of_an_earlier_day_can_be_asked_for(ledger, monkeypatch):
    monkeypatch.setattr(opening, "utc_now", lambda: "2031-05-05T10:00:00Z")
    reject(ledger, MAY.id, ANN)
    assert set(ledger.claims(ClaimFilter(as_of_ledger="2031-05-04"))) == {MONTHLY, MAY}
    assert set(ledger.claims(ClaimFilter(as_of_ledger="2031-05-05T09:59:59Z"))) == {MONTHLY, MAY}
    assert set(ledger.claims(ClaimFilter(as_of_ledger="2031-05-05"))) == {MONTHLY}
    assert set(ledger.claims(ClaimFilter(as_of_ledger="2001"))) == set()
    with pytest.raises(UsageError, match="is no date"):
        ClaimFilter(as_of_ledger="yesterday")


def test_clock_that_jumps_back_changes_nothing(ledger, monkeypatch):
    monkeypatch.setattr(opening, "utc_now", lambda: "1999-01-01T00:00:00Z")
    reject(ledger, MAY.id, ANN)
    read_again(ledger, MONTHLY, MAY)
    assert current(ledger) == {MONTHLY}
    assert set(ledger.claims(ClaimFilter(as_of_ledger="1999"))) == set()
    times = [version.superseded_at or version.added_at for version in claim_history(ledger)]
    assert all(time > "2020" for time in times)


def test_unreviewed_leaves_out_what_was_decided(ledger):
    accept(ledger, MAY.id, ANN)
    assert set(ledger.claims(ClaimFilter(unreviewed=True))) == {MONTHLY}


def test_fully_reviewed_article_becomes_a_corpus_document(ledger):
    accept(ledger, MONTHLY.id, ANN)
    assert list(reviewed_documents(ledger)) == []
    corrected = correct(ledger, MAY.id, {"when": ("2025-05", "2025-05")}, ANN)
    (document,) = reviewed_documents(ledger)
    assert (document["id"], document["text"], document["lang"]) == ("a1", TEXT, "en")
    assert [claim["low"] for claim in document["claims"]] == [40, 30]
    assert document["claims"][1]["when"] == ["2025-05", "2025-05"]
    assert all(TEXT[claim["start"] : claim["end"]] == claim["evidence"] for claim in document["claims"])
    assert corrected.reader == REVIEW


def test_claim_merged_into_another_articles_stays_in_its_own_document(ledger):
    text = f"Retold: {TEXT}"
    other = Article("a2", text, "en", published="2025-06-10")
    words = MAY.evidence.quote
    evidence = Evidence("a2", text.index(words), text.index(words) + len(words), words)
    retold = MAY.with_fields(evidence=evidence, published="2025-06-10")
    ledger.append_article(other, None, [], [retold])
    merge(ledger, retold.id, MAY.id, ANN)
    merge(ledger, MONTHLY.id, MAY.id, ANN)  # the same told twice in one article: once in its document
    accept(ledger, MAY.id, ANN)
    documents = {document["id"]: document["claims"] for document in reviewed_documents(ledger)}
    assert {key: [claim["evidence"] for claim in claims] for key, claims in documents.items()} == {
        "a1": [words],
        "a2": [words],
    }


def test_accepted_claim_stays_settled_when_stories_are_joined(ledger):
    accept(ledger, MONTHLY.id, ANN)
    accept(ledger, MAY.id, ANN)
    join(ledger, MONTHLY.id, MAY.id, ANN)
    assert len(list(reviewed_documents(ledger))) == 1


def test_reviewed_article_that_reads_differently_now_is_no_document(ledger):
    accept(ledger, MONTHLY.id, ANN)
    accept(ledger, MAY.id, ANN)
    ledger.append_article(Article("a1", f"Now: {TEXT}", "en"), None, [], [], version="2.0")
    assert list(reviewed_documents(ledger)) == []


def test_reviewed_ledger_verifies(ledger):
    correct(ledger, MAY.id, {"low": 20}, ANN)
    reject(ledger, MONTHLY.id, ANN)
    found = Verification(ledger)
    assert [finding for finding in found.findings() if finding.what != "moved"] == []
