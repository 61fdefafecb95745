"""Lists of claims and articles by the page, and the state of a ledger."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web_ledger import HOSTILE_ID, make_ledger

from outproduce.errors import UsageError
from outproduce.ledger.catalogue import (
    ORDERS,
    ArticleFilter,
    Shown,
    claims_in,
    count_articles,
    count_claims,
    ledger_state,
    list_articles,
    list_claims,
)
from outproduce.ledger.imports import starter_claims
from outproduce.ledger.search import ClaimFilter
from outproduce.ledger.store import Ledger


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return Ledger.open(make_ledger(tmp_path_factory.mktemp("catalogue") / "ledger.db"))


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(ORDERS), st.integers(0, 60), st.integers(0, 60))
def test_a_page_is_a_part_of_the_whole_list(ledger: Ledger, order: str, offset: int, limit: int):
    whole = list(list_claims(ledger, ClaimFilter(), Shown(order)))
    assert len({claim.id for claim in whole}) == len(whole) == count_claims(ledger, ClaimFilter())
    assert list(list_claims(ledger, ClaimFilter(), Shown(order, offset, limit))) == whole[offset : offset + limit]


def test_an_order_there_is_not_is_refused():
    with pytest.raises(UsageError, match="order 'best' is not one of newest"):
        Shown("best")


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (ArticleFilter(), lambda line: True),
        (ArticleFilter(lang="uk"), lambda line: line.lang == "uk"),
        (ArticleFilter(publisher="outproduce sample"), lambda line: line.publisher == "outproduce sample"),
        (ArticleFilter(text="shells"), lambda line: line.claims > 0),
    ],
    ids=["all", "language", "publisher", "words"],
)
def test_articles_are_listed_and_counted(ledger: Ledger, wanted: ArticleFilter, fits):
    lines = list_articles(ledger, wanted, Shown())
    assert len(lines) == count_articles(ledger, wanted) > 0
    assert all(fits(line) for line in lines)
    assert list_articles(ledger, wanted, Shown(offset=1, limit=2)) == lines[1:3]
    assert all(line.claims == len(claims_in(ledger, line.id)) for line in lines)
    oldest = [line.published for line in list_articles(ledger, wanted, Shown("oldest"))]
    assert oldest == sorted(oldest)


def test_claims_in_an_article_stand_in_the_order_of_its_text(ledger: Ledger):
    (claim,) = claims_in(ledger, HOSTILE_ID)
    assert claim.evidence is not None
    assert ledger.article(HOSTILE_ID).text[claim.evidence.start : claim.evidence.end] == claim.evidence.quote


def test_the_state_grows_with_every_change(tmp_path: Path):
    with Ledger.open(tmp_path / "new.db") as ledger:
        before = ledger_state(ledger)
        ledger.append_claims(starter_claims()[:2])
        assert ledger_state(ledger) > before == 0
        ledger.append_claims(starter_claims()[:2])
        assert ledger_state(ledger) == before + 1
