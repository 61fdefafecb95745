"""Rows as CSV, JSON, JSON lines and tables; hostile cells."""

from __future__ import annotations

import csv
import io
import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outproduce.answers import Band
from outproduce.report.charts import HEIGHT, WIDTH, pick_months, render_bands, render_probability, short
from outproduce.report.export import Column, csv_cell, plain, write_rows, write_value

ROWS = [{"name": "=HYPERLINK(1)", "count": -2.0, "who": ["NATO", "EU"]}, {"name": "Шахед", "count": None, "who": []}]


def written(shape: str) -> str:
    stream = io.StringIO()
    columns = (Column("name", lambda row: row["name"]), Column("count", lambda row: str(row["count"]), right=True))
    assert write_rows(ROWS, shape, columns, stream) == len(ROWS)
    return stream.getvalue()


def test_csv_disarms_formulas_and_keeps_numbers():
    assert list(csv.reader(io.StringIO(written("csv")))) == [
        ["name", "count", "who"],
        ["'=HYPERLINK(1)", "-2", "NATO; EU"],
        ["Шахед", "", ""],
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_cell_begins_like_a_formula(start: str):
    assert csv_cell(f"{start}cmd") == f"'{start}cmd"


@given(st.lists(st.text(), min_size=1))
def test_no_list_becomes_a_formula(parts: list[str]):
    assert not str(csv_cell(parts)).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_json_and_json_lines_are_the_rows():
    assert json.loads(written("json")) == ROWS
    assert [json.loads(line) for line in written("jsonl").splitlines()] == ROWS


def test_a_value_on_one_line_or_several():
    for shape, count in (("jsonl", 1), ("json", 3)):
        stream = io.StringIO()
        write_value({"a": "є"}, shape, stream)
        assert len(stream.getvalue().splitlines()) == count


def test_tables_show_markup_as_text():
    stream = io.StringIO()
    write_rows([{"name": "[red]x[/red]\x1b[2J"}], "table", (Column("name", lambda row: row["name"]),), stream)
    assert "[red]x[/red] [2J" in stream.getvalue()


def test_no_rows_write_nothing():
    for shape in ("csv", "table", "jsonl"):
        stream = io.StringIO()
        assert write_rows([], shape, (), stream) == 0
        assert stream.getvalue() == ""


@given(st.text())
def test_plain_text_has_no_control_characters(text: str):
    assert plain(text).isprintable()
    assert len(plain(text)) == len(text)


@given(st.integers(1, 500), st.integers(1, 100))
def test_months_are_picked_evenly_up_to_the_last(count: int, width: int):
    picked = pick_months(count, width)
    assert picked[-1] == count - 1
    assert len(picked) <= width
    assert len({b - a for a, b in pairwise(picked)}) <= 1


def test_bands_are_drawn_inside_their_frame():
    months = [f"{2020 + at // 12}-{at % 12 + 1:02d}" for at in range(100)]
    low = [Band(10.0, 5, 20)] * 100
    drawn = render_bands(months, {"A": low, "B": [Band(1000.0, 500, 2000)] * 100}).splitlines()
    assert len(drawn) == HEIGHT + 2
    assert max(map(len, drawn)) <= WIDTH + 15
    assert drawn[0].count("░") == len(pick_months(100, WIDTH))
    assert "●▒ A   ○░ B" in drawn[-1]


def test_probability_ends_with_its_last_value():
    assert render_probability(["2020-01", "2020-02"], [0.0, 1.0], "P(A)").strip() == "▁█ 100 %  P(A)"


@given(st.floats(1e-3, 1e12))
def test_short_numbers_are_short(value: float):
    assert len(short(value)) <= 9


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("shape", ["json", "jsonl", "csv"])
def test_no_form_passes_control_characters_to_a_terminal(shape):
    stream, row = Terminal(), {"speaker": "a\x1b[31m\x9b2J\u202e"}
    write_rows([row], shape, (), stream)
    assert not set("\x1b\x9b\u202e") & set(stream.getvalue())
    if shape == "jsonl":
        assert json.loads(stream.getvalue()) == row


@pytest.mark.parametrize(("width", "blocks"), [(40, True), (71, True), (72, False)])
def test_a_narrow_terminal_gets_a_cell_a_line(width: int, blocks: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", str(width))
    stream = Terminal()
    columns = [Column(name, lambda row: "word " * 20) for name in ("first", "second", "third")]
    write_rows([{"name": "x"}], "table", columns, stream)
    lines = re.sub(r"\x1b\[[\d;]*m", "", stream.getvalue()).splitlines()
    assert lines[0].startswith("first: word") == blocks
    assert all(len(line.rstrip()) <= width for line in lines)
