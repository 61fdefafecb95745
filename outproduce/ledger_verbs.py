"""The verbs that ask the ledger, look after it or let people decide: claims, stories, review, verify, export."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from outproduce.errors import NothingFound, UsageError
from outproduce.options import Form, Wanted, open_ledger, verb, warn

AsOfLedger = Annotated[
    str | None, typer.Option(metavar="DATE", help="What the ledger held at the end of this day (or time, in UTC).")
]


@dataclass(frozen=True)
class Decision:
    """One decision given by options; without any, review asks claim by claim."""

    accept: Annotated[str | None, typer.Option(metavar="ID", help="Say that this claim is read rightly.")] = None
    reject: Annotated[str | None, typer.Option(metavar="ID", help="Say that this claim is none.")] = None
    correct: Annotated[str | None, typer.Option(metavar="ID", help="Correct this claim, with --set.")] = None
    set: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=VALUE", help="With --correct; may be given again.")
    ] = None
    merge: Annotated[str | None, typer.Option(metavar="ID", help="Merge this claim into another, with --into.")] = None
    into: Annotated[str | None, typer.Option(metavar="ID", help="With --merge: the claim that stays.")] = None
    join: Annotated[str | None, typer.Option(metavar="ID", help="Make one story of this and another, --and.")] = None
    beside: Annotated[str | None, typer.Option("--and", metavar="ID", help="With --join: the other claim.")] = None
    split: Annotated[str | None, typer.Option(metavar="ID", help="Take this claim out of its story.")] = None
    who: Annotated[str | None, typer.Option(help="Who decides; default: your user name.")] = None
    why: Annotated[str | None, typer.Option(help="Why.")] = None

    @property
    def named(self) -> list[str]:
        """Names of the decisions given."""
        return [name for name in ("accept", "reject", "correct", "merge", "join", "split") if getattr(self, name)]


def known_pack() -> Any:
    """Load the pack, which is loaded once."""
    from outproduce.packs import load_pack

    return load_pack()


def filter_of(wanted: Wanted, **more: Any) -> Any:
    """Make a filter of the options, with names resolved."""
    from outproduce.ledger.store import ClaimFilter
    from outproduce.resolve import items_below, resolve_actor, resolve_item

    pack = known_pack()
    item = items_below(resolve_item(wanted.item, pack), pack) if wanted.item is not None else None
    names = ("kind", "status", "speaker", "since", "until", "text")
    plain = {name: getattr(wanted, name) for name in names}
    actor = resolve_actor(wanted.actor, pack) if wanted.actor is not None else None
    return ClaimFilter(actor=actor, item=item, **(plain | more))


def _nothing(ledger: Any) -> NothingFound:
    return NothingFound(f"no claim in {ledger.name} fits; ask for less, or read or import more")


@verb
def claims(
    context: typer.Context,
    wanted: Wanted,
    form: Form,
    history: Annotated[bool, typer.Option("--history", help="Also what holds no longer, with when and why.")] = False,
    as_of_ledger: AsOfLedger = None,
) -> None:
    """List the claims of the ledger, with filters; all filters given must fit.

    Example: `outproduce claims --actor Russia --item снаряди --since 2025`
    """
    from outproduce.ledger.history import claim_history
    from outproduce.ledger.links import Linker
    from outproduce.report.export import write_rows
    from outproduce.report.views import CLAIM_COLUMNS, HISTORY_COLUMNS

    if history and as_of_ledger:
        raise UsageError("--history shows every state and --as-of-ledger one; give one of them")
    shape, chosen = form.shape, filter_of(wanted, limit=wanted.limit, as_of_ledger=as_of_ledger)
    with open_ledger(context) as ledger:
        linker = Linker(ledger)
        if history:
            rows = (version.as_row() for version in claim_history(ledger, chosen))
        else:
            rows = (claim.as_row() | {"link": linker.link(claim)} for claim in ledger.claims(chosen))
        if not write_rows(rows, shape, HISTORY_COLUMNS if history else CLAIM_COLUMNS):
            raise _nothing(ledger)


@verb
def stories(
    context: typer.Context,
    wanted: Wanted,
    form: Form,
    why: Annotated[
        bool, typer.Option("--why", help="Say which claim is the origin and why each other belongs.")
    ] = False,
    as_of_ledger: AsOfLedger = None,
) -> None:
    """List stories: claims that go back to one utterance, the most retold first.

    Example: `outproduce stories --item ammunition --limit 10 --why`
    """
    from outproduce.ledger.reasons import explain_story
    from outproduce.ledger.review import story_rules
    from outproduce.ledger.stories import find_stories
    from outproduce.progress import waiting
    from outproduce.report.export import write_rows
    from outproduce.report.views import STORY_COLUMNS, WHY_COLUMNS, reason_row, story_row

    shape, parents = form.shape, known_pack().parents
    with open_ledger(context) as ledger, waiting("bringing retellings together"):
        chosen = list(ledger.claims(filter_of(wanted, as_of_ledger=as_of_ledger)))
        if not chosen:
            raise _nothing(ledger)
        rules = story_rules(ledger, chosen)
        found = find_stories(chosen, parents=parents, rules=rules)
    found.sort(key=lambda story: -len(story.claims))
    shown = found[: wanted.limit]
    if why:
        reasons = ((story, explain_story(story, parents=parents, rules=rules)) for story in shown)
        rows = (reason_row(story, reason) for story, told in reasons for reason in told)
        write_rows(rows, shape, WHY_COLUMNS)
    else:
        write_rows((story_row(story) for story in shown), shape, STORY_COLUMNS)


@verb
def review(context: typer.Context, wanted: Wanted, decision: Decision) -> None:
    """Decide on claims: accept, reject, correct, merge; join or split stories. Nothing is overwritten.

    Without a decision, the claims nobody has decided on come one after another, those that fit the filters.

    Example: `outproduce review --correct 1a2b3c --set low=250000 --set per=month --why "a month, not a year"`
    """
    from outproduce.reviewing import Desk, ask_line

    who = decision.who or os.environ.get("OUTPRODUCE_REVIEWER") or getpass.getuser()
    if len(decision.named) > 1:
        raise UsageError(f"--{' and --'.join(decision.named)} are two decisions; give one at a time")
    with open_ledger(context) as ledger:
        if decision.named:
            print(_decide(ledger, decision, who))
            return
        queue = list(ledger.claims(filter_of(wanted, unreviewed=True, limit=wanted.limit)))
        if not queue:
            raise NothingFound(f"there is no claim in {ledger.name} that waits for review and fits")
        Desk(ledger, known_pack(), who, ask_line, print).work_through(queue)


def _decide(ledger: Any, decision: Decision, who: str) -> str:
    """Keep the one decision given by options; gives what to tell."""
    from outproduce.ledger import review as decisions
    from outproduce.reviewing import others_of_story, parse_settings

    by = decisions.Reviewer(who, decision.why)
    if decision.accept:
        return f"{decisions.accept(ledger, decision.accept, by).id} accepted by {who}"
    if decision.reject:
        return f"{decisions.reject(ledger, decision.reject, by).id} rejected by {who}"
    if decision.correct:
        fields = parse_settings(decision.set or (), known_pack())
        return (
            f"{decision.correct} corrected by {who}, now {decisions.correct(ledger, decision.correct, fields, by).id}"
        )
    if decision.merge:
        kept = decisions.merge(ledger, decision.merge, _needed(decision.into, "--merge", "--into"), by)
        return f"{decision.merge} merged into {kept.id} by {who}"
    if decision.join:
        decisions.join(ledger, decision.join, _needed(decision.beside, "--join", "--and"), by)
        return f"{decision.join} and {decision.beside} are one story, says {who}"
    split = decision.split or ""
    others = others_of_story(ledger, split, known_pack().parents)
    decisions.split(ledger, split, others, by)
    return f"{split} taken out of its story by {who}; claims left in it: {len(others)}"


def _needed(claim_id: str | None, decision: str, option: str) -> str:
    if claim_id is None:
        raise UsageError(f"{decision} needs the other claim; give {option} ID")
    return claim_id


@verb
def verify(context: typer.Context, form: Form) -> None:
    """Read every article again from its bytes: does all evidence stand, is every row as it was written.

    Exits 1 where words moved or are gone, bytes are missing or altered, rows or pages are damaged.

    Example: `outproduce verify`
    """
    from outproduce.ledger.verification import Verification
    from outproduce.report.views import write_verification

    shape = form.shape
    with open_ledger(context) as ledger:
        found = Verification(ledger)
        wrong = write_verification(found, shape)
    if wrong:
        sys.exit(1)


@verb
def export(
    context: typer.Context,
    wanted: Wanted,
    to: Annotated[str, typer.Option("--format", help="csv, jsonl, parquet, corpus or site.")],
    out: Annotated[Path | None, typer.Option(metavar="PATH", help="Where to; default: standard output.")] = None,
    as_of_ledger: AsOfLedger = None,
) -> None:
    """Write claims to a file for other programs; docs/ledger.md tells the columns.

    `corpus` gives the articles whose every claim a person has decided on, as marked documents that test the reader.
    `site` writes the pages of `outproduce serve` into a folder, to be read from any static host or from disk.

    Example: `outproduce export --format parquet --out claims.parquet --item ammunition`
    """
    from outproduce.ledger.corpus import reviewed_documents
    from outproduce.report import files

    if to == "site":
        _export_site(context, wanted, as_of_ledger, out)
        return
    if to not in files.FORMATS:
        raise UsageError(f"--format {to!r} is not one of {', '.join(files.FORMATS)}, site")
    if to == "parquet" and out is None:
        raise UsageError("a Parquet file cannot go to standard output; give --out FILE")
    with open_ledger(context) as ledger:
        chosen = filter_of(wanted, limit=wanted.limit, as_of_ledger=as_of_ledger)
        rows = reviewed_documents(ledger) if to == "corpus" else _claim_rows(ledger, chosen)
        write = files.write_csv if to == "csv" else files.write_json_lines
        if out is None:
            found = write(rows, sys.stdout)
        elif to == "parquet":
            found = files.write_whole(out, lambda path: files.write_parquet(rows, path))
        else:
            found = files.write_whole(out, files.text_writer(rows, write))
    if not found:
        raise NothingFound("no article has been reviewed whole" if to == "corpus" else "no claim fits; ask for less")
    noun = ("document" if to == "corpus" else "claim") + ("" if found == 1 else "s")
    warn(f"{found} {noun} written to {out or 'standard output'}", "note")


def _export_site(context: typer.Context, wanted: Wanted, as_of_ledger: str | None, out: Path | None) -> None:
    if out is None:
        raise UsageError("a site is a folder; give --out DIR")
    if wanted != Wanted() or as_of_ledger is not None:
        raise UsageError("a site shows the whole ledger; leave the filters out")
    from outproduce.progress import waiting
    from outproduce.serving import ledger_address, write_pages

    with waiting("working out the pages"):
        pages = write_pages(ledger_address(context), out)
    warn(f"{pages} pages written; open {out / 'index.html'}", "note")


def _claim_rows(ledger: Any, chosen: Any) -> Iterator[dict[str, Any]]:
    from outproduce.ledger.links import Linker
    from outproduce.report.files import claim_row

    linker = Linker(ledger)
    for claim in ledger.claims(chosen):
        yield claim_row(claim, linker.link(claim))
