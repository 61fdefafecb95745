"""Hold the drafts of all cases against schema.org's own types: python benchmarks/claimreview_types.py FOLDER.

FOLDER is one in which `npm install schema-dts typescript` was run: schema-dts has the whole vocabulary of schema.org as
types. Writes FOLDER/drafts.ts with a draft ClaimReview for each claim of tests/data/check_cases.yml and one that is
wrong on purpose, has the types checked, and prints how many are wrong: 1 where it is any but that one.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import yaml
from check_cases import CASES, QUICK, outcomes

from outproduce.report.checks import claim_reviews

OPTIONS = ("--strict", "--noEmit", "--skipLibCheck", "--module", "nodenext", "--target", "es2022")
WRONG = {"@context": "https://schema.org", "@type": "ClaimReview", "claimReviewd": "misspelt on purpose"}


def main(folder: Path) -> int:
    """Write, check and count."""
    cases = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    drafts = [review for tried in outcomes(cases, QUICK) for review in claim_reviews(tried.found)]
    lines = ['import type {ClaimReview, WithContext} from "schema-dts";']
    for number, review in enumerate([*drafts, WRONG]):
        lines.append(f"export const d{number}: WithContext<ClaimReview> = {json.dumps(review, ensure_ascii=False)};")
    (folder / "drafts.ts").write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = subprocess.run(
        ["npx", "--no-install", "tsc", *OPTIONS, "drafts.ts"], cwd=folder, capture_output=True, text=True
    )
    wrong = {int(line) - 2 for line in re.findall(r"^drafts\.ts\((\d+),", told.stdout, re.MULTILINE)}
    print(told.stdout, end="")
    found = len(drafts) in wrong
    print(f"{len(drafts)} drafts, {len(wrong - {len(drafts)})} wrong; the one wrong on purpose is found: {found}")
    return int(wrong != {len(drafts)})


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
