"""What is counted: the items a nucleus may be about, and what the linker looks at to choose one.

Names grow shorter as a text goes on: "155 mm shells", then "shells", then "rounds". So an item is also described by how
it stands to the other items named: as a longer name of the same word, or as a narrower kind of the thing named nearby.
"""

from __future__ import annotations

from collections.abc import Sequence

from outproduce.claims.features import Candidate, Features, Scene, beside_features, pair_features
from outproduce.claims.mentions import Mention
from outproduce.claims.nuclei import Nucleus
from outproduce.lexicon import HYPHENS

_STEM = 5  # letters of a word that are compared, so that its endings do not count


def item_candidates(scene: Scene, nucleus: Nucleus) -> list[Candidate]:
    """Items a nucleus may be about: those of its sentence, and the last of each key in the sentences before."""
    here = nucleus.mention
    found, keys = [], set()
    for mention in reversed(scene.items_up_to(here)):
        if mention.inside not in ("outlet", "actor") and (
            mention.sentence == here.sentence or mention.value not in keys
        ):
            keys.add(mention.value)
            found.append(Candidate(mention.value, (mention,)))
    if not found and here.sentence + 1 < len(scene.reading.sentences):  # the item may come in the next sentence only
        following = scene.reading.by_sentence[here.sentence + 1]
        found = [Candidate(m.value, (m,)) for m in following if m.type == "item"][:2]
    return found


def item_features(
    scene: Scene, nucleus: Nucleus, kind: str, candidates: Sequence[Candidate], last_item: str | None, last_side: str
) -> list[Features]:
    """Describe how a nucleus stands to each of its items; `last_item` is the item of the claim before.

    `last_side` tells where that item stood: "<" before its figure, ">" after it, "" elsewhere.
    """
    here = nucleus.mention
    near = [m for m in scene.reading.by_sentence[here.sentence] if m.type == "item" and m.inside != "outlet"]
    earlier = [m for m in scene.items_up_to(here) if m.sentence < here.sentence]
    rows = []
    for candidate in candidates:
        item = candidate.mentions[0]
        found = pair_features(scene, here, item)
        found["weak"] = float(item.form == "weak")
        found["as before"] = float(candidate.value == last_item)
        found["broad"] = float(candidate.value in scene.pack.broad_items)
        found[f"broad {kind}"] = found["broad"]
        found[f"form {nucleus.form} same sentence"] = float(item.sentence == here.sentence)
        found |= _standing(scene, item) | _beside(scene, item) | _names(scene, here, item, near, earlier)
        if item.sentence == here.sentence:
            found |= _among(scene, here, item, near, last_side)
        else:
            found["back none near"] = float(not near)
            found["back as before"] = float(candidate.value == last_item and not near)
            found["back same paragraph"] = float(scene.paragraphs[item.sentence] == scene.paragraphs[here.sentence])
        rows.append(found)
    return rows


def _among(scene: Scene, here: Mention, item: Mention, near: list[Mention], last_side: str) -> Features:
    """Place of an item among the figures and items of its nucleus's own sentence."""
    row = scene.figures_by_sentence[here.sentence]
    low, high = sorted((here.first, item.first))
    closest = min((scene.between(here, m)[0] for m in near if m.first >= here.last), default=99)
    return {
        "figures between": scene.figures_between(here, item),
        "items between": float(sum(low < m.first < high and m is not item for m in near)),
        "first after": float(item.first >= here.last and item.first - here.last == closest),
        "only near": float(len(near) == 1),
        **_slot(row, here, item, last_side),
    }


def _slot(row: list[Nucleus], here: Mention, item: Mention, last_side: str) -> Features:
    """Whether the item stands between this figure and its neighbours: lists keep to one order."""
    before = max((n.mention.last for n in row if n.mention.first < here.first), default=0)
    after = min((n.mention.first for n in row if n.mention.first > here.first), default=1 << 30)
    side = "<" if before <= item.first < here.first else ">" if here.first < item.first < after else "outside"
    return {f"slot {side}": 1.0, f"slot {side} after {last_side}": 1.0, f"slot {side} of {min(len(row), 3)}": 1.0}


def side_of(item: Mention, here: Mention) -> str:
    """Say on which side of its figure an item stands: "<", ">" or "" in another sentence."""
    return "" if item.sentence != here.sentence else "<" if item.first < here.first else ">"


def _standing(scene: Scene, item: Mention) -> Features:
    """How much the text is about an item, and whether it opens its sentence as what that is about."""
    count, first = scene.counts["item"][item.value], scene.reading.sentences[item.sentence][0]
    row = [m for m in scene.reading.by_sentence[item.sentence] if m.type == "item"]
    return {
        "often": min(1.0, count / 6),
        "share": count / max(1, scene.counts["item"].total()),
        "in title": float(("item", item.value) in scene.in_titles),
        "opens sentence": float(item.first - first <= 3),
        "first of its sentence": float(row[0] is item),
        "last of its sentence": float(row[-1] is item),
    }


def _beside(scene: Scene, item: Mention) -> Features:
    """The words beside an item, as stems: a "drone maker" is no drone, "for tanks" is no tank."""
    found = beside_features(scene, item, item)
    for trigger in scene.triggers[item.sentence]:
        if 0 <= trigger.first - item.last <= 1:
            found[f"then {trigger.value}"] = 1.0
    return found


def _names(scene: Scene, here: Mention, item: Mention, near: list[Mention], earlier: list[Mention]) -> Features:
    """How an item's name stands to those of others: short for one named before, or the full name of one near."""
    found: Features = {}
    if item.sentence == here.sentence:
        fuller = next((m for m in reversed(earlier) if m.value != item.value and _is_short_for(scene, item, m)), None)
        narrower = next((m for m in reversed(earlier) if item.value in scene.pack.ancestors(m.value)), None)
        found["short for one before"] = float(fuller is not None)
        found["kind of one before"] = float(narrower is not None)
        return found
    found["full name of one near"] = float(any(m.value != item.value and _is_short_for(scene, m, item) for m in near))
    found["narrower than one near"] = float(any(m.value in scene.pack.ancestors(item.value) for m in near))
    found["parent near"] = float(any(m.value == scene.pack.parents.get(item.value) for m in near))
    found["same near"] = float(any(m.value == item.value for m in near))
    return found


def _is_short_for(scene: Scene, short: Mention, full: Mention) -> bool:
    """Tell whether all words of one name stand in another that has more of them."""
    words, more = _stems(scene, short), _stems(scene, full)
    return words < more


def _stems(scene: Scene, item: Mention) -> set[str]:
    tokens = scene.reading.tokens[item.first : item.last]
    return {token.norm[:_STEM] for token in tokens if token.norm not in HYPHENS}
