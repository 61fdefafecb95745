"""The verbs that hold a sentence, a speaker or a question against the ledger: check, speaker and report."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from shutil import get_terminal_size
from typing import Annotated, Any

import typer

from outproduce.errors import NothingFound, OutproduceError, SourceError, UsageError
from outproduce.options import Form, fail, open_ledger

LONGEST = 4000  # characters of a sentence to check
_FORMATS = ("claimreview", "markdown")
_FILE_NAME = re.compile(r"\S*/\S*|\S+\.(txt|md|html?|json|pdf)", re.I)

Sentence = Annotated[
    str, typer.Argument(metavar="SENTENCE", help="The sentence in quotation marks, a text file, or - for a pipe.")
]
Said = Annotated[str | None, typer.Option(help="The day it was said (YYYY-MM-DD); default: today.")]
By = Annotated[str | None, typer.Option(help="Who said it; what they said before and after is shown.")]
Lang = Annotated[str | None, typer.Option(help="en, uk or ru; default: found out.")]
About = Annotated[str | None, typer.Option("--item", help="What it is about, where the sentence does not say.")]
As = Annotated[
    str | None, typer.Option("--format", help="claimreview: a schema.org draft for an editor; markdown: a short note.")
]
Day = Annotated[str | None, typer.Option("--as-of", help="Know only what was public on this day (YYYY-MM-DD).")]


def check(
    context: typer.Context,
    sentence: Sentence,
    form: Form,
    said: Said = None,
    by: By = None,
    lang: Lang = None,
    item: About = None,
    form_name: As = None,
) -> None:
    """Check whether a sentence holds: as known on the day it was said and as known now, with the evidence.

    The verdict is supported, plausible, doubtful, contradicted or not checkable; docs/check.md says what each needs.

    Example: `outproduce check "NATO has overtaken Russia in ammunition." --said 2025-11-06 --by "Mark Rutte"`
    """
    from outproduce.checking import Question
    from outproduce.checking import check as check_sentence
    from outproduce.packs import load_pack
    from outproduce.progress import waiting
    from outproduce.resolve import resolve_item

    shape = _check_shape(form, form_name)
    text, pack = _sentence(sentence), load_pack()
    question = Question(said, by, lang, None if item is None else resolve_item(item, pack))
    claims = _all_claims(context)
    with waiting("holding it against the ledger"):
        found = check_sentence(text, claims, pack, question)
    _write_check(found, shape)


def _check_shape(form: Form, named: str | None) -> str:
    if named is None:
        if form.csv:
            raise UsageError("a check has no table to write as --csv; give --json, --format claimreview or markdown")
        return form.shape
    if named not in _FORMATS:
        raise UsageError(f"--format {named!r} is none; there are {' and '.join(_FORMATS)}")
    if form.json or form.jsonl or form.csv:
        raise UsageError(f"--format {named} and another form exclude each other; give one")
    return named


def _sentence(given: str) -> str:
    """Give the sentence itself, or what stands in the file or comes on the pipe that is named."""
    try:
        if given == "-":
            text = sys.stdin.buffer.read(4 * LONGEST + 1).decode("utf-8")
        elif len(given) < 250 and Path(given).is_file():
            with Path(given).open("rb") as file:
                text = file.read(4 * LONGEST + 1).decode("utf-8")
        else:
            text = given
    except UnicodeDecodeError as error:
        if error.start > LONGEST:  # cut in the middle of a letter
            raise _too_long() from error
        raise SourceError(f"cannot read {given} as text in UTF-8 ({error.reason}); give the sentence itself") from error
    except OSError as error:
        raise SourceError(f"cannot read {given} ({error.strerror}); give the sentence itself") from error
    if len(text) > LONGEST:
        raise _too_long()
    if _FILE_NAME.fullmatch(text.strip()):
        raise SourceError(f"there is no file {text.strip()!r}; give a sentence, a text file, or - for a pipe")
    return text


def _too_long() -> UsageError:
    return UsageError(f"more than {LONGEST} characters are no sentence; `outproduce extract` reads whole reports")


def _all_claims(context: typer.Context) -> list[Any]:
    """Give every claim of the ledger; where there is none, say how to begin.

    Raises:
        NothingFound: there is no ledger yet, or nothing in it.
    """
    from outproduce.checking.check import START
    from outproduce.ledger.store import default_ledger_path

    named = context.obj.ledger or default_ledger_path()
    if "://" not in str(named) and not Path(named).exists():
        raise NothingFound(f"there is no ledger yet at {named}; {START}")
    with open_ledger(context) as ledger:
        found = list(ledger.claims())
        if not found:
            raise NothingFound(f"the ledger {ledger.name} holds no claim; {START}")
    return found


def _write_check(found: Any, shape: str) -> None:
    from outproduce.report.checks import check_markdown, check_text, claim_review_text
    from outproduce.report.export import write_value

    if shape == "claimreview":
        sys.stdout.write(claim_review_text(found))
    elif shape == "markdown":
        sys.stdout.write(check_markdown(found))
    elif shape == "table":
        print(check_text(found, max(min(get_terminal_size().columns, 100), 40)))
    else:
        write_value(found.as_json(), shape)


def speaker(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The speaker, in any language that the pack knows.")],
    form: Form,
) -> None:
    """List all that a speaker is on record with, in order of time, with contradictions marked.

    Example: `outproduce speaker "Mark Rutte"`
    """
    from outproduce.checking.record import speaker_record
    from outproduce.packs import load_pack
    from outproduce.report.checks import SPEAKER_COLUMNS
    from outproduce.report.export import write_rows

    entries = speaker_record(name, _all_claims(context), load_pack())
    write_rows([entry.as_json() for entry in entries], form.shape, SPEAKER_COLUMNS)


def report(
    context: typer.Context,
    a: Annotated[str, typer.Argument(metavar="ACTOR", help="A state, bloc or company, in any language.")],
    b: Annotated[str, typer.Argument(metavar="ACTOR", help="The other.")],
    item: Annotated[str, typer.Option("--item", help="What is made: ammunition, снаряди, attack_drone.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for report.html, report.pdf, chart.svg and chart.png.")],
    as_of: Day = None,
    level: Annotated[float, typer.Option(help="Level of the credible intervals, between 0 and 1.")] = 0.9,
) -> None:
    """Write a report that can be printed: question, answer, chart, claims, method, sources; HTML, PDF, SVG, PNG.

    PDF and PNG need `pip install 'outproduce[report]'`; without it the other two are written.

    Example: `outproduce report NATO Russia --item ammunition --out report/`
    """
    from outproduce import answers
    from outproduce.estimate.world import World
    from outproduce.packs import load_pack
    from outproduce.progress import waiting
    from outproduce.report.wording import item_words
    from outproduce.resolve import resolve_actor, resolve_item

    pack = load_pack()
    question = resolve_actor(a, pack), resolve_actor(b, pack), resolve_item(item, pack)
    world = World.from_pack(pack)
    claims = _all_claims(context)
    _make_folder(out)
    with waiting(f"weighing what is known of {item_words(question[2])}"):
        answer = answers.compare(claims, world, *question, as_of=as_of, level=level)
    print(answer.sentence())
    missing = _write_report(answer, world, out)
    if missing:
        fail(missing, 1)


def _write_report(answer: Any, world: Any, out: Path) -> str | None:
    """Write the files that can be made and say which; gives why others cannot."""
    from outproduce.report.printed import NoTypesetter, chart_png, chart_svg, report_html, report_pdf

    svg = chart_svg(answer, world)
    _write(out / "report.html", report_html(answer, world).encode())
    _write(out / "chart.svg", svg.encode())
    try:
        _write(out / "chart.png", chart_png(svg))
        _write(out / "report.pdf", report_pdf(answer, world))
    except NoTypesetter as error:
        return str(error)
    return None


def _make_folder(out: Path) -> None:
    """Make the folder before anything is worked out for it."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutproduceError(f"cannot make the folder {out}: {error.strerror or error}; name another --out") from error


def _write(path: Path, content: bytes) -> None:
    half = path.with_name(path.name + ".part")
    try:
        half.write_bytes(content)
        half.replace(path)
    except OSError as error:
        raise OutproduceError(f"cannot write {path}: {error.strerror or error}; name another --out") from error
    print(path)
