"""The documentation says what the program does today."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import typer

from outproduce.cli import app
from outproduce.records import CLAIM_FIELDS, KINDS, PERIODS, RELATIONS, STATUSES

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import write_docs  # noqa: E402

REFRESH = "is stale: run `python tools/write_docs.py` and look at the difference"


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_commands_page_is_the_help():
    assert page("docs/commands.md") == write_docs.commands_page(), f"docs/commands.md {REFRESH}"


@pytest.mark.slow
def test_readme_transcript_is_what_is_printed():
    assert page("README.md") == write_docs.readme_page(page("README.md")), f"README.md {REFRESH}"


def test_readme_is_short():
    assert len(page("README.md").splitlines()) < 120


def test_every_verb_and_option_is_on_the_commands_page():
    text = page("docs/commands.md")
    verbs = {
        f"{name} {inner}".strip(): verb
        for name, command in typer.main.get_command(app).commands.items()
        for inner, verb in getattr(command, "commands", {"": command}).items()
    }
    for name, command in verbs.items():
        section = text.split(f"## outproduce {name}")[1].split("\n## ")[0]
        options = [opt for param in command.params if param.param_type_name == "option" for opt in param.opts]
        assert all(f"`{option}`" in section for option in options), name


@pytest.mark.parametrize(
    "words",
    [
        CLAIM_FIELDS,
        KINDS,
        PERIODS,
        STATUSES,
        [word for words in RELATIONS.values() for word in words],
        ["start", "end"],
    ],
    ids=["fields", "kinds", "periods", "statuses", "relations", "span"],
)
def test_claims_page_names_every_field_and_value(words):
    named = set(re.findall(r"`(\w+)`", page("docs/claims.md")))
    assert set(words) <= named


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/claims.md", "docs/commands.md"])
def test_links_between_pages_lead_somewhere(name: str):
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page(name)):
        assert ((ROOT / name).parent / target).exists(), target
