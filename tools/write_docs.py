"""Write what is generated in the documentation: docs/commands.md, and the marked transcripts of README.md.

    python tools/write_docs.py            write both
    python tools/write_docs.py --check    exit 1 where one is stale

A transcript is a fenced `console` block below a line `<!-- run -->`: every line that begins with "$ " is run by a
shell, all in one empty folder and on a terminal 100 columns wide, and what it prints stands below it.
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import typer

from outproduce.cli import app

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"(<!-- run -->\n```console\n)(.*?)(\n```)", re.S)
_HEAD = """# Commands

Written from the program's own help by `tools/write_docs.py`; change the help, not this page.

Options of `outproduce` itself stand before the verb. Where rows are written, a terminal gets a table and a pipe gets
JSON lines; `--json`, `--jsonl` and `--csv` always win. Progress and warnings go to standard error.
Exit codes: 0 done, 1 a data problem, 2 wrong usage, 3 nothing found, 130 interrupted.
"""


def commands_page() -> str:
    """Make docs/commands.md."""
    root: Any = typer.main.get_command(app)
    parts = [_HEAD, _command("outproduce [OPTIONS] VERB", root)]
    for name, command in root.commands.items():
        verbs = {f"{name} {inner}": verb for inner, verb in getattr(command, "commands", {}).items()} or {name: command}
        parts += [_command(f"outproduce {verb}", inner) for verb, inner in verbs.items()]
    return "\n".join(parts)


def _command(name: str, command: Any) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    usage = " ".join([name, *(p.metavar or p.name.upper() for p in arguments)])
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", command.help or "").strip()
    rows = [f"| `{', '.join(p.opts)}` | {p.help or ''}{_default(p)} |" for p in options]
    table = ["| option | |", "|---|---|", *rows, ""] if rows else []
    return "\n".join([f"## {usage}", "", text, "", *table])


def _default(option: Any) -> str:
    if option.required:
        return " Required."
    plain = isinstance(option.default, int | float) and not isinstance(option.default, bool)
    return f" Default: {option.default}." if plain else ""


def readme_page(text: str) -> str:
    """Run the transcripts of a README and put in what they print today."""
    with tempfile.TemporaryDirectory() as folder:
        return _BLOCK.sub(lambda block: block[1] + _transcript(block[2], folder) + block[3], text)


def _transcript(block: str, folder: str) -> str:
    lines = []
    for line in block.splitlines():
        if line.startswith("$ "):
            lines += [line, *_run(line[2:], folder).splitlines()]
    return "\n".join(line.rstrip() for line in lines)


def _run(command: str, folder: str) -> str:
    """Run a command with its output on a terminal of its own."""
    ours, theirs = pty.openpty()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "TERM": "dumb", "COLUMNS": "100", "LINES": "50", "HOME": folder}
    with subprocess.Popen(
        ["sh", "-c", command], cwd=folder, stdout=theirs, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
        env=environment,
    ):  # fmt: skip
        os.close(theirs)
        output = b""
        while piece := _read(ours):
            output += piece
    os.close(ours)
    return output.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end is closed
        return b""


def stale_pages() -> dict[Path, str]:
    """Pages that differ from what the program says today, with what they should be."""
    readme, commands = ROOT / "README.md", ROOT / "docs" / "commands.md"
    wanted = {readme: readme_page(readme.read_text(encoding="utf-8")), commands: commands_page()}
    return {path: text for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text}


def main() -> int:
    stale = stale_pages()
    for path, text in stale.items():
        if "--check" in sys.argv:
            print(f"{path.relative_to(ROOT)} is stale: run python tools/write_docs.py and look at the difference")
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
