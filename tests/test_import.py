"""Hand-collected claims: what comes in, and what is refused with which words."""

import csv
import io

import pytest

from outproduce.errors import SourceError
from outproduce.ledger.imports import COLUMNS, read_claims_csv, starter_claims

GOOD = {
    "kind": "output",
    "actor": "Russia",
    "item": "tank",
    "low": "1500",
    "high": "1500",
    "per": "year",
    "when_start": "2025",
    "when_end": "2025",
    "status": "planned",
    "speaker": "A. Speaker",
    "published": "2025-06-09",
    "url": "https://example.org/a",
    "published_basis": "given",
}


def table(*changes: dict[str, str]) -> io.StringIO:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(GOOD | change for change in changes)
    stream.seek(0)
    return stream


def test_good_row_becomes_a_hand_entered_claim():
    (claim,), refused = read_claims_csv(table({"actor": "United States; Europe"}))
    assert not refused
    assert (claim.actor, claim.low, claim.per, claim.when) == (
        ("United States", "Europe"),
        1500,
        "year",
        ("2025", "2025"),
    )
    assert (claim.reader, claim.evidence, claim.url) == ("hand", None, GOOD["url"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"low": "250,000"}, "low '250,000' is no number; write digits only", id="thousands-comma"),
        pytest.param({"high": "many"}, "high 'many' is no number", id="word-for-figure"),
        pytest.param({"low": "nan"}, "low 'nan' is no number", id="nan"),
        pytest.param({"low": "-5"}, "low '-5' is no number", id="negative"),
        pytest.param({"low": "2000"}, "low 2000.0 is above high 1500.0", id="low-above-high"),
        pytest.param({"kind": "making"}, "kind 'making' is not one of", id="kind"),
        pytest.param({"status": ""}, "status '' is not one of", id="status"),
        pytest.param({"per": "decade"}, "per 'decade' is not one of", id="per"),
        pytest.param({"item": "teapot"}, "item 'teapot' is not a key of the item tree", id="item"),
        pytest.param({"actor": "Ruritania"}, "actor 'Ruritania' is not a known actor", id="actor"),
        pytest.param({"other": "Ruritania"}, "other 'Ruritania' is not a known actor", id="other"),
        pytest.param({"actor": " ; "}, "names no actor", id="no-actor"),
        pytest.param({"when_end": ""}, "one is missing; fill both", id="half-when"),
        pytest.param({"when_start": "2025-13"}, "when_start '2025-13' is no date", id="month-13"),
        pytest.param({"when_start": "2025-07", "when_end": "2025-06"}, "is after when_end", id="when-reversed"),
        pytest.param({"published": "June 2025"}, "published 'June 2025' is no date", id="published"),
        pytest.param({"published": "2025-06"}, "published '2025-06' is no full date", id="published-month"),
        pytest.param({"published_basis": "guess"}, "published_basis 'guess' is not one of", id="basis"),
        pytest.param({"url": ""}, "url '' is no web address", id="no-url"),
        pytest.param({"url": "javascript:alert(1)"}, "is no web address", id="script-url"),
    ],
)
def test_bad_cell_refuses_its_row_alone(change, words):
    claims, (refused,) = read_claims_csv(table({}, change), items={"tank"}, actors={"Russia"})
    assert len(claims) == 1
    assert refused.line == 3
    assert "line 3" in refused.reason
    assert words in refused.reason


def test_unknown_actor_comes_in_where_a_doubt_may_be_told():
    told = []
    claims, refused = read_claims_csv(table({}, {"other": "Ruritania"}), actors={"Russia"}, doubt=told.append)
    assert (len(claims), refused) == (2, [])
    assert told == [
        "the table, line 3: other 'Ruritania' is not a known actor; use the canonical name or add it to the pack"
    ]


def test_repeated_row_is_refused():
    claims, (refused,) = read_claims_csv(table({}, {}))
    assert len(claims) == 1
    assert "same as an earlier one" in refused.reason


def test_line_numbers_survive_a_cell_of_several_lines_and_empty_lines():
    stream = table({"note": "one\ntwo"}, {"note": "x", "low": "?"})
    stream = io.StringIO(stream.getvalue().replace("one\ntwo", "one\ntwo", 1) + "\r\n", newline="")
    claims, (refused,) = read_claims_csv(stream)
    assert (len(claims), refused.line) == (1, 4)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "is empty; its first line must name the columns", id="empty"),
        pytest.param("kind,actor,item,lo,high,status,url\n", "unknown column 'lo'; rename it to 'low'", id="renamed"),
        pytest.param("kind;actor;item\n", "unknown column 'kind;actor;item'", id="semicolons"),
        pytest.param("kind,actor,item,low,high,status\n", "column 'url' is missing", id="missing"),
        pytest.param("kind,kind,actor\n", "'kind' stands twice", id="twice"),
        pytest.param('kind,actor,item,low,high,status,url\n"a"b,c\n', "line 2: ", id="broken-quotes"),
    ],
)
def test_bad_table_is_refused_whole(text, words):
    with pytest.raises(SourceError, match="the table") as caught:
        read_claims_csv(io.StringIO(text, newline=""))
    assert words in str(caught.value)


def test_row_with_too_many_cells_is_refused():
    _, (refused,) = read_claims_csv(io.StringIO("kind,actor,item,low,high,status,url\na,b,c,1,000,2,x,y\n"))
    assert "8 cells, the header 7" in refused.reason


@pytest.mark.parametrize(
    ("content", "words"), [(None, "cannot read"), ("вид,хто".encode("cp1251"), "not UTF-8")], ids=["absent", "cp1251"]
)
def test_unreadable_file_says_what_to_do(tmp_path, content, words):
    path = tmp_path / "claims.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError, match=words):
        read_claims_csv(path)


def test_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text(table({}).getvalue(), encoding="utf-8-sig", newline="")
    assert len(read_claims_csv(str(path))[0]) == 1


def test_all_starter_claims_come_in():
    claims = starter_claims()
    assert len({claim.id for claim in claims}) == 772
    assert all(claim.url and claim.reader == "hand" and claim.evidence is None for claim in claims)
    assert sum(claim.published is None for claim in claims) == 147
    assert sum(claim.published_basis == "event" for claim in claims) == 232


def test_damaged_starter_claims_stop_the_program(monkeypatch):
    monkeypatch.setattr("outproduce.ledger.imports.PUBLISHED_BASES", ("given",))
    with pytest.raises(SourceError, match="the shipped claims are damaged"):
        starter_claims()


def test_a_figure_beyond_all_numbers_is_refused():
    table = "kind,actor,item,low,high,status,url\noutput,Russia,tank,1,1" + "0" * 400 + ",actual,https://a.example/b\n"
    claims, (refused,) = read_claims_csv(io.StringIO(table))
    assert not claims
    assert "no finite number" in refused.reason
