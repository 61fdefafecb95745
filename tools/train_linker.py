"""Make outproduce/data/linker.json again from marked corpora, or measure by cross-validation.

    python tools/train_linker.py CORPUS.json [...]                 train on everything, write the weights
    python tools/train_linker.py CORPUS.json [...] --folds 5       whole-F1 on stories held out, nothing is written

The corpora are those of docs/accuracy.md. Needs the extra `dev` (scikit-learn).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import defaultdict
from pathlib import Path

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from outproduce.claims import (
    NOTHING, PUBLISHED, Link, _evidence, _time_features, build_claim, build_scene, drop_repeats, figure_values, link,
)  # fmt: skip
from outproduce.features import (
    Candidate, Scene, actor_candidates, actor_features, item_candidates, item_features, kind_features, other_features,
    span_candidates, span_features, status_features,
)  # fmt: skip
from outproduce.linker import Linker
from outproduce.nuclei import Nucleus
from outproduce.packs import load_pack

STRENGTH = {"kind": 0.3, "item": 0.3, "actor": 0.3, "other": 0.3, "period": 0.3, "time": 0.3, "status": 0.3}
SMALLEST = 0.02  # weights nearer to zero are left out of the file
WORD_FORMS = {"change": ("grow", "shrink", "same"), "comparison": ("more", "less", "equal"), "expansion": ("open",)}
ALIASES = {"uk": "united kingdom"}


def same_number(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return abs(a - b) <= 0.005 * max(abs(a), abs(b), 1e-9)


def same_figure(gold: dict, low: float | None, high: float | None) -> bool:
    if gold["kind"] == "expansion" and all(x in (None, 1) for x in (gold["low"], gold["high"], low, high)):
        return True
    if same_number(gold["low"], low) and same_number(gold["high"], high):
        return True
    ours, theirs = {x for x in (low, high) if x is not None}, {x for x in (gold["low"], gold["high"]) if x is not None}
    return len(ours) == len(theirs) == 1 and same_number(*ours, *theirs)


def align(scene: Scene, claims: list[dict]) -> dict[int, dict]:
    """Nucleus index -> gold claim: the figure fits and the place is nearest to the evidence."""
    text, pairs = scene.reading.text, []
    for g, gold in enumerate(claims):
        start = text.find(gold["evidence"])
        end = start + len(gold["evidence"])
        for n, nucleus in enumerate(scene.nuclei):
            if not _may_carry(nucleus, gold):
                continue
            here = nucleus.mention
            outside = max(0, start - here.end, here.start - end)
            if outside > 60:
                continue
            from_end = abs(end - here.end) / 1000
            worse = {"count": 0, "ratio": 0, "span": 0, "word": 0.5}[nucleus.form]
            pairs.append((outside + from_end + worse, g, n))
    pairs.sort()
    taken: dict[int, dict] = {}
    used: set[int] = set()
    for _, g, n in pairs:
        if g not in used and n not in taken:
            taken[n] = claims[g]
            used.add(g)
    return taken


def _may_carry(nucleus: Nucleus, gold: dict) -> bool:
    kind = gold["kind"]
    if nucleus.form == "word":
        if nucleus.word not in WORD_FORMS.get(kind, ()):
            return False
        if kind != "expansion" and (gold["low"] or gold["high"]) and gold["relation"] not in ("equal", "flat"):
            return gold["relation"] in ("equal",)
        return kind == "expansion" and (gold["low"] in (None, 1)) or kind != "expansion"
    if nucleus.form == "count":
        return kind not in ("change", "comparison") and same_figure(gold, nucleus.figure.low, nucleus.figure.high)
    if kind not in ("change", "comparison"):
        return False
    probe = Link(nucleus, kind, gold["relation"], NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, "actual")
    return same_figure(gold, *figure_values(probe))


def label(gold: dict | None) -> str:
    if gold is None:
        return "none"
    return gold["kind"] + (f":{gold['relation']}" if gold["relation"] else "")


def rows_of(scene: Scene, gold_of: dict[int, dict], rows: dict[str, list]) -> None:
    """Add training rows of one document: decision -> (features, label)."""
    before, last_item, last_actor, last_status = "start", None, None, "actual"
    for n, nucleus in enumerate(scene.nuclei):
        gold = gold_of.get(n)
        rows["kind"].append((kind_features(scene, nucleus, before), label(gold)))
        before = label(gold)
        if gold is None:
            continue
        kind = gold["kind"]
        items = item_candidates(scene, nucleus)
        _ranked(
            rows,
            "item",
            items,
            [_item_fits(scene, c.value, gold["item"]) for c in items],
            lambda c: item_features(scene, nucleus, kind, c, last_item),
        )
        actors = actor_candidates(scene, nucleus)
        fits = [set(c.value) == set(gold["actor"]) for c in actors]
        _ranked(rows, "actor", actors, fits, lambda c: actor_features(scene, nucleus, kind, c, last_actor))
        if kind in ("comparison", "transfer"):
            choices = [c for c in actors if set(c.value) != set(gold["actor"]) or kind == "transfer"]
            if kind == "transfer":
                choices.append(Candidate((), (), "none"))
            _ranked(
                rows,
                "other",
                choices,
                [set(c.value) == set(gold["other"]) for c in choices],
                lambda c: other_features(scene, nucleus, kind, c, tuple(gold["actor"])),
            )
        if nucleus.form == "count":
            periods = [*span_candidates(scene, nucleus, "period"), NOTHING]
            fits = [(c.value.per if c.mentions else None) == gold["per"] for c in periods]
            _ranked(rows, "period", periods, fits, lambda c: span_features(scene, nucleus, kind, c))
        times = [*span_candidates(scene, nucleus, "time"), NOTHING, PUBLISHED]
        fits = [_time_fits(scene, c, gold["when"]) for c in times]
        _ranked(rows, "time", times, fits, lambda c: _time_features(scene, nucleus, kind, c))
        chosen = next((c for c, fit in zip(times, fits) if fit), None)
        rows["status"].append((status_features(scene, nucleus, kind, chosen, last_status), gold["status"]))
        last_item, last_actor, last_status = gold["item"], tuple(gold["actor"]), gold["status"]


def _item_fits(scene: Scene, value: object, gold: str) -> bool:
    parents = scene.pack.parents
    return value == gold or parents.get(str(value)) == gold or parents.get(gold) == value


def _time_fits(scene: Scene, candidate: Candidate, gold: list | None) -> bool:
    if candidate.source == "none":
        return gold is None
    if candidate.source == "published":
        published = scene.reading.published
        return bool(gold and published and gold[1][:7] == published[:7] and len(gold[1]) >= 7)
    when = candidate.value.when
    return bool(
        gold and when and when[1][:4] == gold[1][:4] and (when[1][:7] == gold[1][:7] or candidate.value.role != "now")
    )


def _ranked(rows: dict[str, list], decision: str, candidates: list, fits: list[bool], features) -> None:
    if any(fits) and not all(fits):
        rows[decision] += [(features(c), "yes" if fit else "no") for c, fit in zip(candidates, fits)]


def train(rows: dict[str, list]) -> Linker:
    weights = {}
    for decision, pairs in rows.items():
        vectorizer = DictVectorizer()
        matrix = vectorizer.fit_transform([features for features, _ in pairs])
        labels = [name for _, name in pairs]
        model = LogisticRegression(C=STRENGTH[decision], max_iter=400, solver="lbfgs")
        model.fit(matrix, labels)
        table: dict[str, dict[str, float]] = defaultdict(dict)
        classes = list(model.classes_)
        names = ["yes"] if len(classes) == 2 else classes
        table["bias"] = {str(name): float(extra) for name, extra in zip(names, model.intercept_)}
        for row, name in zip(model.coef_, names):
            for feature, weight in zip(vectorizer.get_feature_names_out(), row):
                if abs(weight) >= SMALLEST:
                    table[str(feature)][str(name)] = round(table[str(feature)].get(str(name), 0.0) + float(weight), 3)
        weights[decision] = dict(table)
    return Linker(weights)


def predict(scene: Scene, linker: Linker, doc_id: str) -> dict:
    claims = drop_repeats([build_claim(scene, found, doc_id) for found in link(scene, linker)])
    return {"id": doc_id, "claims": [claim.as_row() for claim in claims]}


def main() -> int:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("corpora", nargs="+", type=Path)
    args.add_argument("--folds", type=int, default=0)
    args.add_argument("--pred", type=Path, help="where the held-out predictions go (with --folds)")
    args.add_argument("--out", type=Path, default=Path("outproduce/data/linker.json"))
    options = args.parse_args()
    pack = load_pack("weapons")
    documents = [d for path in options.corpora for d in json.loads(path.read_text(encoding="utf-8"))]
    scenes = {d["id"]: build_scene(d["text"], d["lang"], d["published"], pack) for d in documents}
    aligned = {d["id"]: align(scenes[d["id"]], d["claims"]) for d in documents}
    total = sum(len(d["claims"]) for d in documents)
    print(f"{sum(map(len, aligned.values()))} of {total} claims have a nucleus", file=sys.stderr)
    if not options.folds:
        rows: dict[str, list] = defaultdict(list)
        for d in documents:
            rows_of(scenes[d["id"]], aligned[d["id"]], rows)
        linker = train(rows)
        options.out.write_text(
            json.dumps(linker.weights, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"
        )
        return 0
    stories = sorted({d["story"] for d in documents})
    random.Random(0).shuffle(stories)
    lines = []
    for fold in range(options.folds):
        held = set(stories[fold :: options.folds])
        rows = defaultdict(list)
        for d in documents:
            if d["story"] not in held:
                rows_of(scenes[d["id"]], aligned[d["id"]], rows)
        linker = train(rows)
        lines += [predict(scenes[d["id"]], linker, d["id"]) for d in documents if d["story"] in held]
    out = options.pred or Path("held_out.jsonl")
    out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
