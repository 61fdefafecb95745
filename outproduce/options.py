"""What the verbs of the command line share: options as one object each, and the edge where errors become exit codes."""

from __future__ import annotations

import errno
import functools
import inspect
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Annotated, Any, NoReturn, get_type_hints

import typer

from outproduce.errors import OutproduceError, UsageError

INTERRUPTED = 130


@dataclass(frozen=True)
class Form:
    """In which form rows go to standard output."""

    json: Annotated[bool, typer.Option("--json", help="One JSON value for everything.")] = False
    jsonl: Annotated[bool, typer.Option("--jsonl", help="JSON lines: one object a line (what a pipe gets).")] = False
    csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values with a header.")] = False

    @property
    def shape(self) -> str:
        """`table`, `json`, `jsonl` or `csv`; where nothing was asked, a table on a terminal and JSON lines on a pipe.

        Raises:
            UsageError: more than one form was asked for.
        """
        asked = [name for name in ("json", "jsonl", "csv") if getattr(self, name)]
        if len(asked) > 1:
            raise UsageError(f"--{' and --'.join(asked)} exclude each other; give one")
        if asked:
            return asked[0]
        return "table" if sys.stdout.isatty() else "jsonl"


@dataclass(frozen=True)
class Wanted:
    """Which claims are wanted; an option left out asks for nothing."""

    actor: Annotated[str | None, typer.Option(help="Who makes it, in any language: Russia, Росії, США.")] = None
    item: Annotated[str | None, typer.Option(help="What is made, with all below it: ammunition, дрони.")] = None
    kind: Annotated[str | None, typer.Option(help="output, capacity, stock, transfer, use, order, ...")] = None
    speaker: Annotated[str | None, typer.Option(help="Words of the speaker's name, or how they begin.")] = None
    status: Annotated[str | None, typer.Option(help="actual, planned, possible or denied.")] = None
    since: Annotated[str | None, typer.Option(help="About a time from here: YYYY, YYYY-MM or YYYY-MM-DD.")] = None
    until: Annotated[str | None, typer.Option(help="About a time up to here, inclusive.")] = None
    text: Annotated[str | None, typer.Option(help="Words, or how they begin, of evidence, note or names.")] = None
    limit: Annotated[int | None, typer.Option(min=0, help="At most so many.")] = None


def open_ledger(context: typer.Context, *, create: bool = False) -> Any:
    """Open the ledger named before the verb, else the user's own."""
    from outproduce.ledger.store import Ledger, default_ledger_path

    named = context.obj.ledger
    if named == "":
        raise UsageError("--ledger '' names no file; give a path, or leave it out for the ledger in your data folder")
    return Ledger.open(named or default_ledger_path(), create)


def verb(function: Callable[..., None]) -> Callable[..., None]:
    """Make a verb of a function: a parameter that is a dataclass becomes one option a field, errors exit codes."""
    hints = get_type_hints(function, include_extras=True)
    grouped = {name: hint for name, hint in hints.items() if is_dataclass(hint) and isinstance(hint, type)}

    @functools.wraps(function)
    def run(**given: Any) -> None:
        with_groups = {name: given[name] for name in hints if name in given}
        for name, group in grouped.items():
            with_groups[name] = group(**{field.name: given[field.name] for field in fields(group)})
        _at_the_edge(lambda: function(**with_groups))

    parameters = [
        expanded
        for parameter in inspect.signature(function).parameters.values()
        for expanded in _expand(parameter, grouped.get(parameter.name), hints)
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    del run.__wrapped__  # or else its parameters would be read instead of these
    return run


def _expand(parameter: inspect.Parameter, group: Any, hints: dict[str, Any]) -> list[inspect.Parameter]:
    if group is None:
        return [parameter.replace(annotation=hints[parameter.name], kind=inspect.Parameter.KEYWORD_ONLY)]
    inner = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=inner[field.name],
        )
        for field in fields(group)
    ]


def _at_the_edge(body: Callable[[], None]) -> None:
    """Run a verb; what was raised becomes one line on standard error and an exit code, never a traceback."""
    try:
        body()
        sys.stdout.flush()
    except OutproduceError as error:
        fail(str(error), error.exit_code)
    except BrokenPipeError:  # the reader, such as head, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(INTERRUPTED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OSError as error:
        if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT):
            _fail_unexpected(error)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        fail(f"the output cannot be written ({error.strerror}); free some space or send it elsewhere", 1)
    except Exception as error:
        _fail_unexpected(error)


def _fail_unexpected(error: Exception) -> NoReturn:
    fail(f"unexpected {type(error).__name__}: {error}; the trace is in {_save_trace()}, please report it", 1)


def open_closed_streams() -> None:
    """Put the null device where standard streams are closed, or a file opened later would stand in their place."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free: this one
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def fail(message: str, exit_code: int) -> NoReturn:
    """End with one line on standard error."""
    warn(message, "error")
    sys.exit(exit_code)


def warn(message: str, label: str = "warning") -> None:
    """Write one line to standard error; control characters of names and files do nothing there."""
    plain = " ".join(message.split())
    print(f"{label}: " + "".join(sign if sign.isprintable() else "?" for sign in plain), file=sys.stderr, flush=True)


def _save_trace() -> str:
    with tempfile.NamedTemporaryFile("w", prefix="outproduce-", suffix=".txt", delete=False, encoding="utf-8") as file:
        traceback.print_exc(file=file)
    return file.name
