"""The command line: each verb turns its options into one call and writes what comes back.

Modules that take long to load are imported inside the verbs, so that `outproduce --help` answers at once.
"""

from __future__ import annotations

import io
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from outproduce import __version__, questions
from outproduce.errors import NothingFound, UsageError
from outproduce.estimate_verbs import compare, estimate
from outproduce.ledger_verbs import claims, export, known_pack, review, stories, verify
from outproduce.options import Form, fail, open_closed_streams, open_ledger, verb, warn
from outproduce.scan_verbs import import_results, scan
from outproduce.serving import reviewer_app, serve
from outproduce.web_verbs import Web, feeds_app, open_web, watch, with_lists

app = typer.Typer(
    help="Who makes more of it, says who, and since when: claims about production, read and weighed.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

pack_app = typer.Typer(help="Packs: the words and knowledge of a field, as data.", no_args_is_help=True)
app.add_typer(pack_app, name="pack")
app.add_typer(reviewer_app, name="reviewer")
app.add_typer(feeds_app, name="feeds")

Sources = Annotated[
    list[str],
    typer.Argument(metavar="SOURCE...", help="HTML, text, PDF, mail, JSON, CSV of posts; a folder, an address, or -."),
]
_LEDGER_HELP = "The ledger, a file or postgresql://user@host/database; default: outproduce.db in your data folder."
Archived = Annotated[
    str | None, typer.Option(metavar="DATE", help="Read the Wayback Machine's copy of an address nearest to this day.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would be written.")]


@dataclass(frozen=True)
class Settings:
    """What is given before the verb; `ledger` None is the default one of the verb."""

    ledger: str | None


def _show_version(asked: bool) -> None:
    if asked:
        print(f"outproduce {__version__}")
        raise typer.Exit


@app.callback()
def settings(
    context: typer.Context,
    ledger: Annotated[str | None, typer.Option(metavar="PATH", help=_LEDGER_HELP)] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that stand before the verb."""
    context.obj = Settings(ledger)


@app.command()
@verb
def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Folder for report.html and demo.db.")] = Path(),
    today: Annotated[str | None, typer.Option(metavar="DAY", help="Answer as if today were this day.")] = None,
    dry_run: DryRun = False,
) -> None:
    """Go all the way on shipped data: import, read twelve sample reports, answer, write report.html.

    The ledger is demo.db beside the report unless one is named; running again adds nothing to it.

    Example: `outproduce demo --out /tmp/demo`
    """
    from outproduce.demo import run_demo

    run_demo(out, context.obj.ledger, today, keep=not dry_run)


@app.command()
@verb
def read(
    context: typer.Context,
    sources: Sources,
    form: Form,
    web: Web,
    archived: Archived = None,
    dry_run: DryRun = False,
) -> None:
    """Read reports into the ledger: every article, who says what in it, every claim. Reading twice adds nothing.

    An address is a page or a feed, a sitemap or a home page that names its feed, whose new pages are then read. A .txt
    file of nothing but addresses stands for them.

    Example: `outproduce read saved_pages/ reports.jsonl https://example.org/news/1`
    """
    from outproduce.progress import watched
    from outproduce.reading import read_reports
    from outproduce.report.export import write_rows
    from outproduce.report.views import REPORT_COLUMNS, report_row

    shape, sources = form.shape, with_lists(sources)
    problems: list[str] = []
    with ExitStack() as stack:
        keep = None if dry_run else cache(lambda: stack.enter_context(open_ledger(context, create=True)))
        gather = stack.enter_context(open_web(web, sources, keep, archived))
        reports = watched(read_reports(sources, keep, stdin=sys.stdin.buffer, web=gather), "reading", "documents")
        rows = (report_row(report) for report in _without_problems(reports, problems))
        found = write_rows(rows, shape, REPORT_COLUMNS)
    if dry_run:
        warn("nothing was written to the ledger (--dry-run)", "note")
    _end(found, problems)


def _without_problems(reports: Any, problems: list[str]) -> Any:
    """Pass reports on and tell of what could not be read, as it comes."""
    from outproduce.reading import Unread

    for report in reports:
        if isinstance(report, Unread):
            problems.append(report.message)
            warn(report.message, "error")
        else:
            if report.article.stub:
                warn(f"{report.raw.origin} shows only its beginning to those who do not pay; what follows was not read")
            yield report


def _end(found: int, problems: list[Any]) -> None:
    """Exit 1 where something could not be read, even if the rest could."""
    if problems:
        if found:
            warn(f"{len(problems)} of {found + len(problems)} documents could not be read", "note")
        sys.exit(1)


@app.command()
@verb
def extract(
    sources: Sources,
    form: Form,
    web: Web,
    pack: Annotated[str, typer.Option(help="A shipped pack's name, or the folder of your own.")] = "weapons",
    explain: Annotated[
        bool, typer.Option("--explain", help="Tell which words gave which field of each claim.")
    ] = False,
    archived: Archived = None,
) -> None:
    """Print the claims of reports without touching the ledger; JSON lines give one document a line, in order.

    A record that cannot be read has a line too, whose `error` says why.

    Example: `outproduce extract report.html --jsonl`
    """
    if explain:
        from outproduce.inspection import print_explanations

        sys.exit(print_explanations(sources, sys.stdin.buffer, pack, form.shape))
    from outproduce.progress import watched
    from outproduce.reading import read_reports
    from outproduce.report.export import write_rows
    from outproduce.report.views import CLAIM_COLUMNS, document_row

    shape, sources = form.shape, with_lists(sources)
    problems: list[Any] = []
    with open_web(web, sources, archived=archived) as gather:
        reports = read_reports(sources, stdin=sys.stdin.buffer, pack=pack, web=gather)
        documents = _documents(watched(reports, "reading", "documents"), problems)
        if shape in ("json", "jsonl"):
            written = write_rows((document_row(*document) | error for *document, error in documents), shape, ())
        else:
            held = list(documents)
    if shape not in ("json", "jsonl"):
        written = len(held)
        rows = [claim.as_row() for _, claims, _ in held for claim in claims]
        if not rows and not problems:
            counted = "1 document" if written == 1 else f"{written} documents"
            raise NothingFound(f"no claim in {counted} that could be read")
        write_rows(rows, shape, CLAIM_COLUMNS)
    _end(written - sum(problem.record is not None for problem in problems), problems)


def _documents(reports: Any, problems: list[Any]) -> Any:
    """Yield id, claims and error (a row to add, empty where all is well) of every document and every JSON record."""
    from outproduce.reading import Unread, document_id

    for report in reports:
        if not isinstance(report, Unread):
            yield document_id(report.raw), report.claims, {}
            continue
        if report.is_blank_record:
            warn(report.message)
            yield report.record, (), {}
            continue
        problems.append(report)
        warn(report.message, "error")
        if report.record is not None:
            yield report.record, (), {"error": report.message}


@app.command("import")
@verb
def import_claims(
    context: typer.Context,
    table: Annotated[
        str | None,
        typer.Argument(metavar="FILE.csv|DIR", help="Claims collected by hand (docs/claims.md), or what scan wrote."),
    ] = None,
    starter: Annotated[bool, typer.Option("--starter", help="Import the 772 claims shipped with outproduce.")] = False,
    skip_refused: Annotated[
        bool, typer.Option("--skip-refused", help="Import the sound rows even where others are refused.")
    ] = False,
    dry_run: DryRun = False,
) -> None:
    """Import claims into the ledger: a table collected by hand, all rows or none; or a folder that `scan` wrote.

    Example: `outproduce import --starter`
    """
    from outproduce.ledger.imports import RefusedRow, read_claims_csv, starter_claims

    if (table is None) == (not starter):
        raise UsageError("give either the path of a CSV file or of a folder, or --starter")
    if table is not None and ("://" in table or Path(table).is_dir()):
        import_results(context, table, dry_run=dry_run)
        return
    if table is None:
        claims, refused = starter_claims(), list[RefusedRow]()
    else:
        pack = known_pack()
        claims, refused = read_claims_csv(table, items=pack.items, actors=pack.actors, doubt=warn)
    for row in refused:
        warn(row.reason, "refused")
    total = len(claims) + len(refused)
    if refused and not skip_refused:
        fail(f"{len(refused)} of {total} rows refused and nothing imported; correct them or give --skip-refused", 1)
    if not claims:
        raise NothingFound(
            f"{table} holds no claim that can be imported; its first line names the columns, rows follow"
        )
    if dry_run:
        print(f"{len(claims)} of {total} rows would be imported (--dry-run)")
        return
    with open_ledger(context, create=True) as ledger:
        added = ledger.append_claims(claims, source=str(table or "starter_claims.csv"))
        print(f"{added} claims imported, {len(claims) - added} known already, {len(refused)} refused -> {ledger.name}")
    if refused:
        sys.exit(1)


for later_verb in (scan, claims, stories, review, verify, export, compare, estimate, watch):
    app.command()(later_verb)


app.command()(serve)


for question in (questions.check, questions.report, questions.speaker):
    app.command()(verb(question))


@pack_app.command("check")
@verb
def check_pack(folder: Annotated[str, typer.Argument(metavar="FOLDER", help="The pack's folder.")]) -> None:
    """Name every fault of a pack: file, line and what is wrong. Exit 1 where there is one.

    Example: `outproduce pack check my_pack/`
    """
    from outproduce.inspection import print_faults

    sys.exit(print_faults(folder))


@app.command("eval")
@verb
def evaluate(
    corpus: Annotated[Path, typer.Argument(metavar="CORPUS", help="Marked documents: a JSON array or JSON lines.")],
    form: Form,
    pack: Annotated[str, typer.Option(help="A shipped pack's name, or the folder of your own.")] = "weapons",
    show: Annotated[int, typer.Option(help="Print up to this many missed and false claims.")] = 0,
) -> None:
    """Score the reader on a corpus that is marked as docs/claims.md says.

    Example: `outproduce eval my_corpus.json --show 10`
    """
    from outproduce.inspection import print_scores

    print_scores(corpus, pack, show, form.shape)


def main() -> None:
    """Run the command line; what goes to a file or a pipe is UTF-8 whatever the locale says."""
    open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
    if sys.stderr.isatty():
        app()
    _run_plainly()


_WRONG_USE: Any = typer.BadParameter.__bases__[0]  # the class of every error in what stands on the command line


def _run_plainly() -> NoReturn:
    """Run the command line where no terminal shows standard error: wrong use is told in one line, without a box."""
    try:
        code = app(standalone_mode=False)
    except _WRONG_USE as error:
        if error.ctx is None or type(error).__name__ == "NoArgsIsHelpError":
            error.show()
            sys.exit(error.exit_code)
        fail(f"{error.format_message().rstrip('.')}; `{error.ctx.command_path} --help` shows what there is", 2)
    except typer.Abort:
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
