"""The pages on the command line: served, or written into a folder."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Any

import typer

from outproduce.errors import OutproduceError, UsageError
from outproduce.options import verb, warn

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
WEB = "pip install 'outproduce[web]'"

Host = Annotated[
    str, typer.Option(help="Address to listen on; other machines reach it only where this is not loopback.")
]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")]
KnownAs = Annotated[
    list[str] | None,
    typer.Option(
        "--known-as", metavar="NAME", help="A name the server is called by, behind a proxy; may be given again."
    ),
]


@verb
def serve(context: typer.Context, host: Host = "127.0.0.1", port: Port = 8000, known_as: KnownAs = None) -> None:
    """Show the ledger as pages: who is ahead, every claim with its words, speakers, targets, a check of a sentence.

    Everybody who reaches the server may read; only reviewers may decide on claims (`outproduce reviewer add`). Needs
    `pip install 'outproduce[web]'`.

    Example: `outproduce serve --port 8000`
    """
    uvicorn, make_app, library_of = _web()
    config = uvicorn.Config("", host, port, log_level="critical", limit_concurrency=200, server_header=False)
    listening = _listen(config)
    address = ledger_address(context)
    library = library_of(address)
    library.keep_fresh()
    config.app = make_app(library, _names(host, known_as), reviewers=_reviewers_path(address))
    shown = f"[{host}]" if ":" in host else host
    warn(f"http://{shown}:{listening.getsockname()[1]}/ shows {library.ledger.name}; Ctrl-C ends it", "note")
    uvicorn.Server(config).run([listening])


reviewer_app = typer.Typer(help="Reviewers: who may decide on claims in the pages.", no_args_is_help=True)
ReviewerName = Annotated[str, typer.Argument(metavar="NAME", help="The reviewer's name, which stands with decisions.")]


@reviewer_app.command("add")
@verb
def add_reviewer(context: typer.Context, name: ReviewerName) -> None:
    """Make a token for a reviewer, in place of an older one, and print it; it is kept nowhere else.

    Example: `outproduce reviewer add Ann`
    """
    _web()
    print(_reviewers(context).add(name))
    warn(f"{name} signs in at /review with this token", "note")


@reviewer_app.command("remove")
@verb
def remove_reviewer(context: typer.Context, name: ReviewerName) -> None:
    """Take a reviewer off the list; what was decided stays.

    Example: `outproduce reviewer remove Ann`
    """
    _web()
    _reviewers(context).remove(name)


@reviewer_app.command("list")
@verb
def list_reviewers(context: typer.Context) -> None:
    """Print the names of the reviewers, one a line.

    Example: `outproduce reviewer list`
    """
    _web()
    for name in _reviewers(context).names():
        print(name)


def _reviewers(context: typer.Context) -> Any:
    from outproduce.web.reviewers import Reviewers

    return Reviewers(_reviewers_path(ledger_address(context)))


def _reviewers_path(address: str) -> Path:
    from outproduce.web.reviewers import reviewers_path

    return reviewers_path(address)


def _web() -> tuple[Any, Any, Any]:
    try:
        import uvicorn

        from outproduce.web.app import make_app
        from outproduce.web.library import Library
    except ImportError as error:
        raise UsageError(f"the pages need {error.name}, which is not installed; install it with: {WEB}") from None
    return uvicorn, make_app, Library


def write_pages(address: str, out: Path) -> int:
    """Write the pages of a ledger into a folder; gives how many.

    Raises:
        UsageError: what the pages need is not installed.
        OutproduceError: the folder cannot be written, or the ledger holds nothing.
    """
    _web()
    from concurrent.futures import ThreadPoolExecutor

    from outproduce.web.folder import write_site
    from outproduce.web.library import Library, Weigher

    library = Library(address, Weigher(address, lambda: ThreadPoolExecutor(1), wait_s=3600.0))
    try:
        return write_site(library, out)
    finally:
        library.close()


def ledger_address(context: typer.Context) -> str:
    """Give the ledger named before the verb, else the user's own.

    Raises:
        UsageError: the name is empty.
    """
    from outproduce.ledger.store import default_ledger_path

    named = context.obj.ledger
    if named == "":
        raise UsageError("--ledger '' names no file; give a path, or leave it out for the ledger in your data folder")
    return str(named or default_ledger_path())


def _listen(config: Any) -> Any:
    """Take the address at once, so that a wrong or taken one is told before anything is read."""
    try:
        listening = config.bind_socket()
        listening.listen()
    except (SystemExit, OSError):
        raise OutproduceError(
            f"cannot listen on {config.host} port {config.port}: it is taken, or not of this machine; "
            "name another --host or --port"
        ) from None
    return listening


def _names(host: str, known_as: list[str] | None) -> list[str] | None:
    """Give the names the server may be called by: on loopback those of this machine, else any that are not listed."""
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if known_as or is_loopback:
        return [*_LOOPBACK, host.casefold(), *(name.casefold() for name in known_as or ())]
    return None
