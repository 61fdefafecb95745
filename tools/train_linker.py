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
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from outproduce.claims.extraction import (
    NOTHING,
    PUBLISHED,
    Link,
    Memory,
    build_claim,
    build_scene,
    drop_repeats,
    figure_values,
    form_of,
    link,
    time_features,
)  # fmt: skip
from outproduce.claims.features import Candidate, Features, Scene, span_candidates, span_features, status_features
from outproduce.claims.items import item_candidates, item_features, side_of
from outproduce.claims.kinds import around_features, kind_features, text_features
from outproduce.claims.linker import Linker
from outproduce.claims.nuclei import Nucleus
from outproduce.claims.parties import actor_candidates, actor_features, other_candidates, other_features
from outproduce.evaluation import same_figure
from outproduce.packs import load_pack

Weights = dict[str, dict[str, dict[str, float]]]  # decision -> feature -> class -> weight

CLASSES = 0.3  # inverse strength of the L2 penalty
RANKING = {"item": 3.0, "actor": 2.5, "other": 3.0, "period": 5.0, "time": 5.0}  # strength of the L2 penalty
TOGETHER = frozenset({"other"})  # rankings with too few cases to be parted by kind
EMPTY = 2.0  # weight of what stands in a document without claims: a claim read there is the worst mistake
FOLDS_INSIDE = 4
SMALLEST = 0.05  # weights nearer to zero are left out of the file
WORD_FORMS = {
    "change": ("grow", "shrink", "same"),
    "comparison": ("more", "less", "equal"),
    "expansion": ("open", "series"),
}


def align(scene: Scene, claims: list[dict]) -> dict[int, dict]:
    """Nucleus index -> gold claim: the figure fits and the place is nearest to the evidence."""
    text, pairs = scene.reading.text, []
    for g, gold in enumerate(claims):
        start = text.find(gold["evidence"])
        end = start + len(gold["evidence"])
        for n, nucleus in enumerate(scene.nuclei):
            if not _may_carry(nucleus, gold, scene.reading.lang):
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


def _may_carry(nucleus: Nucleus, gold: dict, lang: str) -> bool:
    kind = gold["kind"]
    if nucleus.form == "word":
        if nucleus.word not in WORD_FORMS.get(kind, ()):
            return False
        if kind != "expansion" and (gold["low"] or gold["high"]) and gold["relation"] not in ("equal", "flat"):
            return gold["relation"] in ("equal",)
        return (kind == "expansion" and (gold["low"] in (None, 1))) or kind != "expansion"
    if nucleus.form == "count":
        return kind not in ("change", "comparison") and same_figure(
            gold, {"low": nucleus.figure.low, "high": nucleus.figure.high}
        )
    if kind not in ("change", "comparison"):
        return False
    probe = Link(nucleus, kind, gold["relation"], NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, "actual")
    low, high = figure_values(probe, lang)
    return same_figure(gold, {"low": low, "high": high})


def label(gold: dict | None) -> str:
    if gold is None:
        return "none"
    return gold["kind"] + (f":{gold['relation']}" if gold["relation"] else "")


def rows_of(scene: Scene, gold_of: dict[int, dict], rows: dict[str, list]) -> None:
    """Add training rows of one document.

    For the kind: scene, features and labels of all its nuclei, and its weight; for the status: (features, label,
    weight, part); for each ranking: the part and a list of (features, fits).
    """
    labels = [label(gold_of.get(n)) for n in range(len(scene.nuclei))]
    weight = EMPTY if not gold_of else 1.0
    rows["kind"].append((scene, [kind_features(scene, nucleus) for nucleus in scene.nuclei], labels, weight))
    memory = Memory()
    for n, nucleus in enumerate(scene.nuclei):
        gold = gold_of.get(n)
        if gold is not None:
            memory = _rows_of_claim(scene, nucleus, gold, rows, memory)


def _rows_of_claim(scene: Scene, nucleus: Nucleus, gold: dict, rows: dict[str, list], memory: Memory) -> Memory:
    kind, maker = gold["kind"], tuple(gold["actor"])
    items = item_candidates(scene, nucleus)
    fits = [_item_fits(scene, c.value, gold["item"]) for c in items]
    _ranked(rows, "item", kind, fits, item_features(scene, nucleus, kind, items, memory.item, memory.side))
    item = next((c for c, fit in zip(items, fits, strict=False) if fit), None)
    actors = actor_candidates(scene, nucleus, item)
    fits = [set(c.value) == set(maker) for c in actors]
    _ranked(rows, "actor", kind, fits, actor_features(scene, nucleus, kind, actors, memory.actor, item))
    actor = next((c for c, fit in zip(actors, fits, strict=False) if fit), Candidate(maker, ()))
    if kind in ("comparison", "transfer"):
        others = other_candidates(scene, kind, actors, actor)
        fits = [set(c.value) == set(gold["other"]) for c in others]
        _ranked(rows, "other", kind, fits, other_features(scene, nucleus, kind, others, actor))
    if nucleus.form == "count":
        periods = [*span_candidates(scene, nucleus, "period"), NOTHING]
        fits = [(c.value.per if c.mentions else None) == gold["per"] for c in periods]
        _ranked(rows, "period", kind, fits, [span_features(scene, nucleus, kind, c) for c in periods])
    times = [*span_candidates(scene, nucleus, "time"), NOTHING, PUBLISHED]
    fits = [_time_fits(scene, c, gold["when"]) for c in times]
    _ranked(rows, "time", kind, fits, [time_features(scene, nucleus, kind, c) for c in times])
    chosen = next((c for c, fit in zip(times, fits, strict=False) if fit), None)
    rows["status"].append((status_features(scene, nucleus, kind, chosen, memory.status), gold["status"], 1.0, ""))
    side = side_of(item.mentions[0], nucleus.mention) if item else ""
    return Memory(gold["item"], side, maker, gold["status"])


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


def _ranked(rows: dict[str, list], decision: str, kind: str, fits: list[bool], features: list[Features]) -> None:
    if any(fits) and not all(fits):
        part = "" if decision in TOGETHER else kind
        rows[decision].append((part, list(zip(features, fits, strict=False))))


def train(rows: dict[str, list]) -> Linker:
    """Fit every decision: classes by multinomial logistic regression, rankings by a softmax over the candidates."""
    weights = train_kinds(rows["kind"])
    weights |= train_classes("status", rows["status"])
    for decision, penalty in RANKING.items():
        weights |= train_ranking(decision, rows[decision], penalty)
    return Linker(weights)


def train_kinds(documents: list) -> Weights:
    """Fit the kind at first sight, then the kind with its neighbours' first sight.

    The second learns from guesses made without the document itself, as it will meet them (stacked sequential
    learning, Cohen and Carvalho 2005).
    """
    guessed = {}
    for fold in range(FOLDS_INSIDE):
        seen = [row for i, document in enumerate(documents) if i % FOLDS_INSIDE != fold for row in _alone(document)]
        first = Linker(train_classes("guess", seen))
        for i in range(fold, len(documents), FOLDS_INSIDE):
            guessed[i] = [first.choose("guess", row, part)[0] for row, _, _, part in _alone(documents[i])]
    cases = []
    for i, document in enumerate(documents):
        shares = text_features(guessed[i])
        for place, (row, name, weight, part) in enumerate(_alone(document)):
            around = around_features(document[0], place, guessed[i])
            cases.append((row | around | shares, name, weight, part))
    alone = [row for document in documents for row in _alone(document)]
    return train_classes("guess", alone) | train_classes("kind", cases)


def _alone(document: tuple) -> list[tuple[Features, str, float, str]]:
    """Features, label, weight and form of each nucleus of a document."""
    scene, rows, labels, weight = document
    forms = [form_of(nucleus) for nucleus in scene.nuclei]
    return [(row, name, weight, form) for row, name, form in zip(rows, labels, forms, strict=True)]


def parted(features: Features, part: str) -> Features:
    """Give every feature once for all cases and once for its part of them.

    So a part differs from the rest only as far as its cases ask for it (Daumé 2007, frustratingly easy domain
    adaptation).
    """
    return features | {f"{part}/{name}": value for name, value in features.items()} if part else features


def _by_part(decision: str, weights: Iterable[tuple[str, dict[str, float]]], parts: set[str]) -> Weights:
    """Sort fitted weights, feature by feature, into the decision's common table and those of its parts."""
    found: Weights = {decision: {}}
    for name, row in weights:
        part, _, feature = name.partition("/")
        key, feature = (f"{decision}/{part}", feature) if part in parts and feature else (decision, name)
        found.setdefault(key, {})[feature] = row
    return found


def train_classes(decision: str, cases: list) -> Weights:
    """Fit classes to (features, class, weight, part)."""
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform([parted(features, part) for features, _, _, part in cases])
    model = LogisticRegression(C=CLASSES, max_iter=1000, tol=1e-4)
    model.fit(matrix, [name for _, name, _, _ in cases], sample_weight=[weight for _, _, weight, _ in cases])
    table: dict[str, dict[str, float]] = defaultdict(dict)
    names = vectorizer.get_feature_names_out()
    for row, name in zip(model.coef_, model.classes_, strict=False):
        for feature in np.flatnonzero(np.abs(row) >= SMALLEST):
            table[str(names[feature])][str(name)] = round(float(row[feature]), 3)
    for name, extra in zip(model.classes_, model.intercept_, strict=False):
        table["bias"][str(name)] = round(table["bias"].get(str(name), 0.0) + float(extra), 3)
    return _by_part(decision, table.items(), {part for _, _, _, part in cases} - {""})


def train_ranking(decision: str, groups: list, penalty: float) -> Weights:
    """Maximise the log of the softmax mass on the fitting candidates of each group, with an L2 penalty."""
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform([parted(features, part) for part, group in groups for features, _ in group])
    fits = np.array([fit for _, group in groups for _, fit in group])
    starts = np.cumsum([0] + [len(group) for _, group in groups])[:-1]
    owner = np.repeat(np.arange(len(groups)), [len(group) for _, group in groups])

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        score = matrix @ w
        score -= np.maximum.reduceat(score, starts)[owner]
        mass = np.exp(score)
        whole = np.add.reduceat(mass, starts)
        right = np.maximum(np.add.reduceat(mass * fits, starts), 1e-12)
        pull = mass / whole[owner] - mass * fits / right[owner]
        return float(np.log(whole).sum() - np.log(right).sum() + 0.5 * penalty * w @ w), matrix.T @ pull + penalty * w

    best = minimize(loss, np.zeros(matrix.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    names = vectorizer.get_feature_names_out()
    table = [(str(n), {"yes": round(float(w), 3)}) for n, w in zip(names, best.x, strict=False) if abs(w) >= SMALLEST]
    return _by_part(decision, table, {part for part, _ in groups} - {""})


def read_documents(path: Path) -> list[dict]:
    """Read a corpus: a JSON array, or JSON lines; a document without `claims` has none."""
    text = path.read_text(encoding="utf-8")
    found = (
        json.loads(text) if text.lstrip().startswith("[") else [json.loads(line) for line in text.splitlines() if line]
    )
    return [{"claims": [], **d} for d in found]


def predict(scene: Scene, linker: Linker, doc_id: str) -> dict:
    claims = drop_repeats([build_claim(scene, found, doc_id) for found in link(scene, linker)], scene.pack)
    return {"id": doc_id, "claims": [claim.as_row() for claim in claims]}


def main() -> int:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("corpora", nargs="+", type=Path)
    args.add_argument("--folds", type=int, default=0)
    args.add_argument(
        "--extra", nargs="*", type=Path, default=[], help="more marked text, always trained on, never scored"
    )
    args.add_argument("--pred", type=Path, help="where the held-out predictions go (with --folds)")
    args.add_argument("--out", type=Path, default=Path("outproduce/data/linker.json"))
    options = args.parse_args()
    documents = [d for path in options.corpora for d in read_documents(path)]
    extra = [d for path in options.extra for d in read_documents(path)]
    if not options.folds:
        linker, _ = train_without(documents, set(), extra)
        weights = json.dumps(linker.weights, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        options.out.write_text(weights + "\n", encoding="utf-8")
        return 0
    stories = sorted({d["story"] for d in documents})
    random.Random(0).shuffle(stories)
    lines = []
    for fold in range(options.folds):
        held = set(stories[fold :: options.folds])
        linker, scenes = train_without(documents, held, extra)
        lines += [predict(scenes[d["id"]], linker, d["id"]) for d in documents if d["story"] in held]
    out = options.pred or Path("held_out.jsonl")
    out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return 0


def train_without(documents: list[dict], held: set[str], extra: list[dict]) -> tuple[Linker, dict[str, Scene]]:
    """Train on all documents whose story is not held out, and on `extra`; the linker and the scenes of `documents`."""
    rows: dict[str, list] = defaultdict(list)
    nuclei = claims = 0
    for d in extra:
        scene = _scene(d)
        rows_of(scene, align(scene, d["claims"]), rows)
    scenes = {d["id"]: _scene(d) for d in documents}
    for d in documents:
        found = align(scenes[d["id"]], d["claims"])
        nuclei, claims = nuclei + len(found), claims + len(d["claims"])
        if d["story"] not in held:
            rows_of(scenes[d["id"]], found, rows)
    print(f"{nuclei} of {claims} claims have a nucleus", file=sys.stderr)
    return train(rows), scenes


def _scene(document: dict) -> Scene:
    return build_scene(document["text"], document["lang"], document.get("published"), load_pack("weapons"))


if __name__ == "__main__":
    sys.exit(main())
