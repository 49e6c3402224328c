"""How exactly decisions are read: kind, parts, proposer, seconder and vote, against a hand reading.

Run as `python -m eval.measure_decisions [--data DIR]`. The gold, `eval/decisions_gold.json`, was
read by hand in November 2026 from items drawn at random, each draw before anybody looked at what
the code makes of it, and without the items of the draws before it. Seed 20261125: items of
limerick, ayton and decoy-school that hold a word of deciding, and seed 20261126: items of limerick
that hold a vote, with all of kingston-moderngov. Seed 20261128: 65 items as for 20261125; seed
20261129: 64 more. When each was read, before anything was mended for it, the code had precision
.939 and recall .821 on the former, and then .971 and .944 on the latter. The gold holds no text: a
decision is found again by the salted hash of its first words, names by theirs.

A decision is what the meeting decided: not what a member undertook to do, what another meeting
decided, what was proposed without an outcome, or a fact that was noted. `optional` marks the few
that may be read either way; they count neither for nor against.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.measure_reading import meetings_of, plain_number, words
from ingest.model import Decision, Item, Vote

GOLD = Path(__file__).with_name("decisions_gold.json")
ANCHOR_WORDS = 10


def hashed(salt: str, text: str) -> str:
    """A salted hash of the letters and figures of a text, short and not to be turned back."""
    return hashlib.sha256(f"{salt}:{' '.join(words(text))}".encode()).hexdigest()[:12]


def plain_name(name: str) -> str:
    """A name without its titles."""
    titles = r"\b(?:cllrs?|councillors?|cmhlr|comhairleoir|the|mrs?|ms|miss|dr)\b\.?"
    return re.sub(titles, " ", name.casefold())


def anchors(salt: str, text: str, size: int) -> set[str]:
    """The hashes of every run of `size` words of a text."""
    found = words(text)
    return {
        hashed(salt, " ".join(found[at : at + size])) for at in range(max(1, len(found) - size + 1))
    }


@dataclass
class Score:
    """What was read of the gold: decisions, and what is said of each."""

    right: int = 0
    read: int = 0
    gold: int = 0
    fields: Counter[str] | None = None


@dataclass(frozen=True)
class _Read:
    """A decision that was read, its item, and whether that is the item drawn."""

    decision: Decision
    item: Item
    drawn: bool

    @property
    def paragraph(self) -> str:
        return self.item.paragraphs[self.decision.paragraph].text


def measure(draw: dict[str, Any], salt: str, data: Path) -> tuple[Score, list[str]]:
    """The score over the items of a draw, and a line for each failure."""
    score = Score(fields=Counter())
    failures: list[str] = []
    for drawn in draw["items"]:
        _measure_item(drawn, salt, data, score, failures)
    return score, failures


def _measure_item(
    drawn: dict[str, Any], salt: str, data: Path, score: Score, failures: list[str]
) -> None:
    assert score.fields is not None
    every = [item for meeting in meetings_of(data / drawn["source"]) for item in meeting.items]
    region = [item for item in every if _is_drawn(drawn, salt, item)]
    pool = [_Read(each, item, item in region) for item in every for each in item.decisions]
    taken: set[int] = set()
    where = f"{drawn['source']} [{drawn['item']}]"
    for wanted in drawn["decisions"]:
        optional = wanted.get("optional", False)
        score.gold += not optional
        place = _find(wanted, salt, pool, taken)
        if place is None:
            if not optional:
                failures.append(f"missed {wanted['kind']}: {where}")
            continue
        taken.add(place)
        if optional:
            continue
        found = pool[place].decision
        score.read += 1
        if found.kind in wanted["kind"].split("/"):
            score.right += 1
        else:
            failures.append(f"{wanted['kind']} read as {found.kind}: {where}")
        for field, want, have in _fields(wanted, salt, found):
            _count(score.fields, field, want, have)
            if want != have and want != "any":
                failures.append(f"{field} wrong ({'given' if have else 'none given'}): {where}")
    for place, each in enumerate(pool):
        if each.drawn and place not in taken:
            score.read += 1
            failures.append(f"no decision, read as {each.decision.kind}: {where}")


def _is_drawn(drawn: dict[str, Any], salt: str, item: Item) -> bool:
    if plain_number(item.number) != plain_number(drawn["item"]):
        return False
    return str(drawn["title"]) == hashed(salt, " ".join(words(item.title)[:3]))


def _find(wanted: dict[str, Any], salt: str, pool: Sequence[_Read], taken: set[int]) -> int | None:
    """The place of the decision that holds the gold's first words, or stands in their paragraph.

    Of several, one of the drawn item goes first, then one whose own text holds the words, then
    one of the same proposer.
    """
    best: tuple[tuple[bool, bool, bool], int] | None = None
    for place, each in enumerate(pool):
        if place in taken:
            continue
        within = wanted["anchor"] in anchors(salt, each.decision.text, wanted["words"])
        if not within and wanted["anchor"] not in anchors(salt, each.paragraph, wanted["words"]):
            continue
        named = _name(salt, each.decision.proposer) == wanted["by"]
        if best is None or (each.drawn, within, named) > best[0]:
            best = ((each.drawn, within, named), place)
    return best[1] if best else None


def _name(salt: str, name: str | None) -> str | None:
    return hashed(salt, plain_name(name)) if name else None


def _fields(
    wanted: dict[str, Any], salt: str, found: Decision
) -> Iterator[tuple[str, object, object]]:
    yield "proposer", wanted["by"], _name(salt, found.proposer)
    yield "seconder", wanted["with"], _name(salt, found.seconder)
    yield "parts", wanted["parts"], len(found.parts)
    yield "vote", wanted["vote"], _vote(found.vote)


def _vote(vote: Vote | None) -> list[int | None] | None:
    return [vote.for_, vote.against, vote.abstain] if vote else None


def _count(fields: Counter[str], field: str, want: object, have: object) -> None:
    if want == "any":
        return
    fields[f"{field} gold"] += bool(want)
    fields[f"{field} read"] += bool(have)
    fields[f"{field} right"] += bool(have) and want == have


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} = {part / whole:.3f}" if whole else "none"


def main(argv: Sequence[str] | None = None) -> int:
    """Print precision and recall, then the failures."""
    parser = argparse.ArgumentParser(prog="measure_decisions", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args(argv)
    gold = json.loads(GOLD.read_text(encoding="utf-8"))
    for draw in gold["draws"]:
        _print_draw(draw, *measure(draw, gold["salt"], options.data))
    return 0


def _print_draw(draw: dict[str, Any], score: Score, failures: Sequence[str]) -> None:
    assert score.fields is not None
    print(
        f"seed {draw['seeds']}: {len(draw['items'])} items, decisions: "
        f"precision {_share(score.right, score.read)}, recall {_share(score.right, score.gold)}"
    )
    for field in ("parts", "proposer", "seconder", "vote"):
        right, read, wanted = (score.fields[f"{field} {of}"] for of in ("right", "read", "gold"))
        print(f"    {field}: precision {_share(right, read)}, recall {_share(right, wanted)}")
    for failure in failures:
        print(f"    {failure}")


if __name__ == "__main__":
    sys.exit(main())
