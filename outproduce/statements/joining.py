"""Title, body and person that stand together, made one voice."""

from __future__ import annotations

from collections.abc import Sequence

from outproduce.lexicon import Token
from outproduce.statements.spoken import BODIES, COMPANY_ROLES, SPOKESMEN, UNNAMED, Cue, Voice

RANK = {"person": 0, "office": 1, "role": 1, "title": 2, "body": 1, "company": 1, "outlet": 3, "state": 4}
GENITIVE = frozenset({"of", "at", "from", "for", "in", "the", "'s", "у", "в", "из", "із", "з", "при", "на", "("})


def join(tokens: Sequence[Token], voices: Sequence[Voice], cues: Sequence[Cue]) -> list[Voice]:
    """Make one voice of "the head of the agency, Jane Doe": title, body and person that stand together."""
    verbs = {i for cue in cues for i in range(cue.first, cue.last) if cue.kind in ("say", "according", "by_words")}
    found: list[Voice] = []
    for voice in voices:
        if found and voice.first < found[-1].last:
            continue
        if found and found[-1].last == voice.first and found[-1].kind == f"the {voice.kind}":
            found[-1] = voice._replace(first=found[-1].first)
        elif found and _belong(tokens, found[-1], voice, verbs):
            found[-1] = _one(found[-1], voice)
        else:
            found.append(voice)
    return found


def _belong(tokens: Sequence[Token], left: Voice, right: Voice, verbs: set[int]) -> bool:
    gap = range(left.last, right.first)
    norms = [tokens[i].norm for i in gap]
    if any(i in verbs for i in gap) or len(norms) > 4 or "pronoun" in (left.kind, right.kind):
        return False
    title, person = left.kind in (*UNNAMED, "office"), right.kind == "person"
    bare = [norm for norm in norms if norm not in GENITIVE and not (title and person and norm == ".")]
    if not bare:
        if person:
            owner = (
                left.kind in BODIES and left.kind not in ("outlet", "the outlet") and left.case not in ("loc", "nom")
            )
            return title or (owner and not norms)
        return (title and right.kind in BODIES and right.kind != "outlet") or (
            left.kind in ("state", "bloc", "body") and right.kind in UNNAMED
        )
    if norms[0] == "," and len(bare) == 1 and left.kind == "company" and right.name in COMPANY_ROLES:
        return True
    if norms[0] == "," and len(bare) == 1:
        return (title and person) or (left.kind == "person" and right.kind in UNNAMED)
    return title and person and all(norm.isalpha() for norm in bare) and len(norms) <= 3


def _one(left: Voice, right: Voice) -> Voice:
    first, last, heads = left.first, right.last, (*left.heads, *right.heads)
    best, other = sorted((left, right), key=lambda voice: RANK.get(voice.kind, 3))
    if best.kind == "person":
        return Voice(first, last, "person", best.name, True, () if "office" in (left.kind, right.kind) else heads)
    body = next((v for v in (left, right) if v.kind in BODIES or v.kind == "bloc"), None)
    role = next((v for v in (left, right) if v.kind in UNNAMED), None)
    if left.kind == "company" and right.name in COMPANY_ROLES:
        return left._replace(last=last)
    if body is None or role is None:
        return Voice(first, last, best.kind, best.name, best.definite and other.definite, heads)
    if body.kind in ("the company", "the body") or (role.name in SPOKESMEN and body.kind in ("body", "company")):
        back = body.kind.startswith("the ")
        kind = role.kind if back and role.name not in SPOKESMEN else body.kind
        definite = back and (kind == "title" or kind == body.kind)
        return Voice(first, last, kind, role.name if kind == role.kind else body.name, definite, heads)
    return Voice(first, last, role.kind, f"{body.name} {role.name}", False, heads)
