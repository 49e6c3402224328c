"""Question sets over minutes that stay where they are: words of a source stand as references.

    python -m eval.hidden hide QUESTIONS.jsonl DIR --out eval/questions/NAME.jsonl
    python -m eval.hidden show eval/questions/NAME.jsonl DIR --out QUESTIONS.jsonl

A set that is kept beside the code holds no text of the minutes that it asks about, and no names of
persons. A quote, or a name in a question, is `{N:HASH}`: so many words of the source, whose letters
and figures have this hash. `show` looks them up in the minutes in `DIR` and writes the set as
`minutes eval` reads it; where a source has changed, what it no longer holds is left out, with its
question. `hide` is the reverse: what stands in `{{...}}` in a question is looked up, and so is
every quote.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.terminal import tell
from eval.questions import TWIN
from ingest.errors import UnreadableSource, WrongUse
from ingest.model import Item

QUESTIONS = Path(__file__).parent / "questions"
REFERENCE = re.compile(r"\{(\d{1,3}):([0-9a-f]{12})\}")
NAME = re.compile(r"\{\{(.+?)\}\}")
_WORD = re.compile(r"[^\W_]+")


class NotFound(LookupError):
    """A source no longer holds the words that a reference stands for, or is not there."""


class Words:
    """The words of a source, item after item, to be found by how many they are and their hash."""

    def __init__(self, items: Sequence[Item], front: Sequence[str] = ()) -> None:
        texts: list[tuple[Item | None, str]] = [(None, text) for text in front]
        for item in items:
            texts.append((item, item.title))
            texts += [(item, "\n".join(p.text for p in item.paragraphs))]
        self._texts = texts
        self._found = [list(_WORD.finditer(text)) for _, text in texts]
        self._known: dict[int, dict[str, tuple[int, int]]] = {}

    def text_of(self, reference: str) -> tuple[str, Item | None]:
        """The words that a reference stands for, as they are written, and the item that has them.

        Raises `NotFound`.
        """
        match = REFERENCE.fullmatch(reference)
        if match is None:
            raise NotFound(reference)
        count = int(match[1])
        if count not in self._known:
            self._known[count] = {
                _hash([word[0] for word in words[start : start + count]]): (place, start)
                for place, words in reversed(list(enumerate(self._found)))
                for start in range(len(words) - count, -1, -1)
            }
        if match[2] not in self._known[count]:
            raise NotFound(reference)
        place, start = self._known[count][match[2]]
        item, text = self._texts[place]
        words = self._found[place]
        end = words[start + count - 1].end()
        # The sign that ends the words is of them: "... was agreed.", "J. O’Neill".
        tail = re.match(r"[.!?%)\]”\"’']*", text[end:])
        return text[words[start].start() : end + (tail.end() if tail else 0)], item


def reference_of(text: str) -> str:
    words = _WORD.findall(text)
    return f"{{{len(words)}:{_hash(words)}}}"


def _hash(words: Sequence[str]) -> str:
    return hashlib.blake2b(" ".join(words).casefold().encode(), digest_size=6).hexdigest()


class Sources:
    """The words of each source of a folder of minutes, read when they are first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._words: dict[str, Words] = {}

    def __getitem__(self, source: str) -> Words:
        if source not in self._words:
            from ingest.read import read

            meetings = read(self._folder / source, source)
            self._words[source] = Words(
                [item for meeting in meetings for item in meeting.items],
                [paragraph.text for meeting in meetings for paragraph in meeting.front],
            )
        return self._words[source]


def hide(entries: Sequence[dict[str, Any]], sources: Sources) -> Iterator[dict[str, Any]]:
    """The questions without text of their minutes; those whose words no source has are left out."""
    for entry in entries:
        words = sources[entry["source"]]
        try:
            hidden = {**entry, "question": _without_names(entry["question"], words)}
            if "quote" in entry:
                hidden["answers"] = [
                    [_without_names(one, words) for one in group] for group in entry["answers"]
                ]
                hidden["quote"] = reference_of(entry["quote"])
                words.text_of(hidden["quote"])
        except NotFound as error:
            tell(f"{entry['id']} is left out: no source has {error}")
            continue
        yield hidden


def _without_names(text: str, words: Words) -> str:
    def replace(match: re.Match[str]) -> str:
        reference = reference_of(match[1])
        words.text_of(reference)
        return reference

    return NAME.sub(replace, text)


def show(entries: Sequence[dict[str, Any]], sources: Sources) -> Iterator[dict[str, Any]]:
    """The questions as `eval.questions` reads them; those whose words are gone are left out."""
    gone = 0
    for entry in entries:
        try:
            yield _shown(entry, sources[entry["source"]])
        except (NotFound, UnreadableSource):
            gone += 1
    if gone:
        tell(f"{gone} of {len(entries)} questions ask about what the minutes no longer hold")


def _shown(entry: dict[str, Any], words: Words) -> dict[str, Any]:
    def name(text: str) -> str:
        return REFERENCE.sub(lambda match: words.text_of(match[0])[0].rstrip(".,;:’'"), text)

    evidence = []
    if entry.get("quote"):
        quote, item = words.text_of(entry["quote"])
        evidence.append(
            {
                "source": entry["source"],
                "item": item.number or "" if item else "",
                "title": item.title if item else "",
                "quote": quote,
            }
        )
    return {
        "id": entry["id"],
        "type": entry["type"],
        "question": name(entry["question"]),
        "history": [],
        "answerable": bool(evidence),
        "answers": [[name(one) for one in group] for group in entry.get("answers", ())],
        "evidence": evidence,
        "note": entry.get("note", ""),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("way", choices=("hide", "show"))
    parser.add_argument("questions", type=Path)
    parser.add_argument("minutes", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    if not options.minutes.is_dir():
        raise WrongUse(f"There is no folder {options.minutes}.")
    lines = options.questions.read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines if line.strip()]
    turned = list((hide if options.way == "hide" else show)(entries, Sources(options.minutes)))
    kept = {entry["id"] for entry in turned}
    # A twin is worth nothing without its question.
    turned = [
        e for e in turned if not (twin := TWIN.match(e.get("note", ""))) or twin.group(1) in kept
    ]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(
        "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in turned), encoding="utf-8"
    )
    tell(f"{len(turned):,} questions")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
