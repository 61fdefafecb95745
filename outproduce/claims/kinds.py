"""What the linker looks at to tell what kind of claim a nucleus makes, if any."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from outproduce.claims.features import BEARING, Features, Scene, bucket
from outproduce.claims.mentions import Mention
from outproduce.claims.nuclei import Nucleus
from outproduce.languages import language_data


def kind_features(scene: Scene, nucleus: Nucleus) -> Features:
    """Describe a nucleus by itself for the choice of its kind."""
    here = nucleus.mention
    found: Features = {"bias": 1.0, f"form {nucleus.form}": 1.0}
    found |= scene.theme
    if nucleus.word:
        found[f"word {nucleus.word}"] = 1.0
        found[f"phrase {here.form}"] = 1.0
    found |= _figure_features(nucleus)
    found |= _neighbour_features(scene, here)
    found |= _trigger_features(scene, here, scene.triggers[here.sentence], nucleus.form)
    found |= _carried_features(scene, here, "no bearing trigger" in found)
    found |= _place_features(scene, nucleus)
    return found


def around_features(scene: Scene, place: int, guesses: Sequence[str]) -> Features:
    """What the nuclei around one were taken for at first sight, up to two before and two after it.

    `guesses` are the first choices of kind for all nuclei, made from `kind_features` alone.
    """
    here = scene.nuclei[place]
    found: Features = {}
    for step, side in ((-1, "left"), (-2, "left2"), (1, "right"), (2, "right2")):
        if not 0 <= place + step < len(scene.nuclei):
            found[f"around {side} edge"] = 1.0
            continue
        there, guess = scene.nuclei[place + step], guesses[place + step]
        gap = abs(there.mention.sentence - here.mention.sentence)
        found[f"around {side} {guess}"] = 1.0
        found[f"around {side} {guess} {('same', 'next', 'far')[min(gap, 2)]}"] = 1.0
        if gap == 0 and abs(step) == 1:
            _, breaks, _, _ = scene.between(here.mention, there.mention)
            found[f"around {side} {guess} breaks {min(breaks, 2)}"] = 1.0
            found[f"around {side} {guess} {there.form} {here.form}"] = 1.0
    return found


def text_features(guesses: Sequence[str]) -> Features:
    """What share of a text's nuclei were taken for each kind at first sight."""
    return {f"text {guess}": count / len(guesses) for guess, count in Counter(guesses).items()}


def _figure_features(nucleus: Nucleus) -> Features:
    figure = nucleus.figure
    if figure is None:
        return {}
    size = figure.low if figure.low is not None else figure.high
    found: Features = {f"measure {figure.measure}": 1.0, f"unit {figure.unit}": 1.0}
    if size is not None:
        found[f"size {int(math.log10(size)) if size >= 1 else -1}"] = 1.0
        found["one"] = float(size == 1)
    found["open below"] = float(figure.low is None)
    found["open above"] = float(figure.high is None)
    found["range"] = float(figure.low is not None and figure.high is not None and figure.low != figure.high)
    found["year-like"] = float(size is not None and 1900 <= size <= 2100 and figure.raw.isdigit())
    found["digits"] = float(figure.raw[:1].isdigit())
    found["fractional"] = float(size is not None and size % 1 != 0)
    return found


def _neighbour_features(scene: Scene, here: Mention) -> Features:
    """The words beside the nucleus, as stems of five letters, and which mention follows at once."""
    tokens = scene.reading.tokens
    found: Features = {}
    for offset, place in (
        (here.first - 1, "left"),
        (here.first - 2, "left2"),
        (here.last, "right"),
        (here.last + 1, "right2"),
    ):
        if 0 <= offset < len(tokens):
            found[f"{place} {tokens[offset].norm[:5]}"] = 1.0
    follows = "nothing"
    for mention in scene.reading.by_sentence[here.sentence]:
        if mention.type in ("item", "actor", "period", "time") and 0 <= mention.first - here.last <= 2:
            found[f"next {mention.type}"] = 1.0
            follows = mention.type
    shape = _shape_before(scene, here)
    return found | {f"after {shape}": 1.0, f"after {shape} before {follows}": 1.0}


def _shape_before(scene: Scene, here: Mention) -> str:
    """What kind of word stands before: a number behind a name ("Unit 1.1", "CVN 68") is part of it."""
    if here.first == scene.reading.sentences[here.sentence][0]:
        return "start"
    word = scene.reading.tokens[here.first - 1].raw
    if not word[0].isalpha():
        return word[0] if word[0] in ")(-–—:/#№" else "sign"
    script = "latin" if word.isascii() else "other"
    return f"{script} {'capitals' if word.isupper() and len(word) > 1 else 'name' if word[0].isupper() else 'word'}"


def _trigger_features(scene: Scene, here: Mention, triggers: Iterable[Mention], form: str) -> Features:
    found: Features = {}
    ranked: list[tuple[int, Mention]] = []
    for trigger in triggers:
        if trigger.first >= here.first and trigger.last <= here.last:
            continue
        words, breaks, _, after = scene.between(here, trigger)
        side = ">" if after else "<"
        found[f"{trigger.value}{side}{min(breaks, 2)}"] = 1.0
        if words <= 3 and not breaks:
            found[f"{trigger.value}{side}near"] = 1.0
        ranked.append((words + 6 * breaks, trigger))
    ranked.sort(key=lambda pair: pair[0])
    bearing = [(d, t) for d, t in ranked if t.value in BEARING]
    for place, (_, trigger) in zip(("nearest", "second"), bearing, strict=False):
        found[f"{place} {trigger.value}"] = 1.0
        found[f"{place} {trigger.value} {form}"] = 1.0
        found[f"{place} phrase {trigger.form}"] = 1.0
    for _, trigger in ranked[:6]:
        found[f"phrase {trigger.form}"] = 1.0
    if not bearing:
        found["no bearing trigger"] = 1.0
    return found


def _carried_features(scene: Scene, here: Mention, open_sentence: bool) -> Features:
    """What is done with the item as said before this sentence: just before, in the title, above the list, last."""
    found: Features = {}
    if not here.sentence:
        return found
    for trigger in scene.bearing[here.sentence - 1]:
        found[f"sentence before {trigger.value}"] = 1.0
    for trigger in scene.bearing[0] if scene.has_title else ():
        found[f"title {trigger.value}"] = 1.0
        found[f"title {trigger.value} open"] = float(open_sentence)
    head = scene.list_heads[here.sentence]
    if head is not None:
        found["in list"] = 1.0
        found |= {f"list {trigger.value}": 1.0 for trigger in scene.bearing[head]}
        found |= {f"list phrase {trigger.form}": 1.0 for trigger in scene.bearing[head]}
    if open_sentence:
        last = next((row[-1] for row in scene.bearing[max(0, here.sentence - 3) : here.sentence][::-1] if row), None)
        found |= {f"carried {last.value}": 1.0, f"carried phrase {last.form}": 1.0} if last else {"carried none": 1.0}
    return found


def _place_features(scene: Scene, nucleus: Nucleus) -> Features:
    """Title, order among figures, repeats of the same figure, item, actor, period and time in the sentence."""
    here, reading = nucleus.mention, scene.reading
    row = scene.figures_by_sentence[here.sentence]
    found: Features = {"title": float(scene.in_title(here)), "figures": float(min(4, len(row)))}
    if nucleus.figure is not None:
        found["first figure"] = float(row[0] is nucleus)
        found["last figure"] = float(row[-1] is nucleus)
        first, final = scene.figure_ends[nucleus.figure.low, nucleus.figure.high]
        found["again later"] = float(final is not nucleus)
        found["said before"] = float(first is not nucleus)
    for kind in ("item", "actor", "period", "time"):
        near = [scene.between(here, m) for m in reading.by_sentence[here.sentence] if m.type == kind]
        if not near:
            found[f"no {kind}"] = 1.0
            found[f"no {kind} {nucleus.form}"] = 1.0
            continue
        words, breaks, _, after = min(near, key=lambda b: b[0] + 6 * b[1])
        found[f"{kind} {'>' if after else '<'}{bucket(words)}"] = 1.0
        found[f"{kind} breaks {min(breaks, 2)}"] = 1.0
    found |= _comparing_features(scene, nucleus)
    last = reading.sentences[here.sentence][1]
    found["question"] = float(reading.tokens[last - 1].norm == "?")
    return found


def _comparing_features(scene: Scene, nucleus: Nucleus) -> Features:
    """Two makers or two times: what parts a comparison from a change."""
    here = nucleus.mention
    row = scene.reading.by_sentence[here.sentence]
    actors = [m for m in row if m.type == "actor" and m.inside not in ("speaker", "outlet")]
    makers = {m.value for m in actors}
    found: Features = {f"makers {min(len(makers), 3)} {nucleus.form}": 1.0}
    found["maker after"] = float(any(m.first >= here.last for m in actors))
    found["time after"] = float(any(m.type == "time" and m.first >= here.last for m in row))
    for mention in row:
        if mention.type == "time" and mention.first >= here.last:
            found[f"time after {mention.value.tense} {nucleus.form}"] = 1.0
    than = language_data(scene.reading.lang, "text")["than"]
    last = scene.reading.sentences[here.sentence][1]
    for i in range(here.last, last):
        if scene.reading.tokens[i].norm in than:
            found["than"] = 1.0
            beside = next((m for m in row if i < m.first <= i + 4 and m.type in ("actor", "time")), None)
            found[f"than {beside.type if beside else 'other'}"] = 1.0
            break
    found["maker before"] = float(any(m.last <= here.first for m in actors))
    found["maker on either side"] = found["maker before"] * found["maker after"]
    words = {token.norm for token in scene.reading.tokens[here.first : last]}
    text = language_data(scene.reading.lang, "text")
    found |= {
        f"then {name}": 1.0 for name in ("together", "we", "enemy", "pronouns") if not words.isdisjoint(text[name])
    }
    return found
