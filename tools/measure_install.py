"""Measure what the core costs: the size of it and all that it needs as installed here, and how long it takes to start.

python tools/measure_install.py
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import outproduce


def core_distributions() -> list[Distribution]:
    """Installed distributions that the core needs, without extras, the package itself first."""
    found: dict[str, Distribution] = {}
    waiting = ["outproduce"]
    while waiting:
        name = waiting.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in found:
            continue
        try:
            found[key] = distribution(name)
        except PackageNotFoundError:
            continue  # needed on other systems only
        for need in found[key].requires or ():
            wanted, _, marker = need.partition(";")
            if not re.search(r"extra\s*==", marker) or re.search("html[-_]clean", marker):
                waiting.append(re.split(r"[\s\[<>=!~(]", wanted.strip())[0])
    return list(found.values())


def size_mb(installed: Distribution) -> float:
    """Megabytes of a distribution's files, without compiled bytecode."""
    files = [Path(str(file.locate())) for file in installed.files or ()]
    if installed.metadata["Name"] == "outproduce":  # perhaps installed as a link to the working tree
        files = list(Path(outproduce.__file__).parent.rglob("*"))
    return sum(path.stat().st_size for path in files if path.suffix != ".pyc" and path.is_file()) / 1e6


def seconds(*arguments: str, tries: int = 5) -> float:
    """Best time of several runs of this Python."""
    times = []
    for _ in range(tries):
        began = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> None:
    parts = sorted(((size_mb(part), part.metadata["Name"]) for part in core_distributions()), reverse=True)
    for size, name in parts:
        print(f"{size:8.1f} MB  {name}")
    print(f"{sum(size for size, _ in parts):8.1f} MB  together")
    bare = seconds("-c", "pass")
    for what, arguments in (
        ("import outproduce", ("-c", "import outproduce")),
        ("import and find_figures", ("-c", "import outproduce; outproduce.find_figures('5 tanks', 'en')")),
        ("import and extract_claims", ("-c", "import outproduce; outproduce.extract_claims('It makes 5 tanks.')")),
        ("outproduce --help", ("-m", "outproduce.cli", "--help")),
    ):
        print(f"{seconds(*arguments) - bare:8.2f} s   {what} (beyond the {bare:.2f} s of Python itself)")


if __name__ == "__main__":
    main()
