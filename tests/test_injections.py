"""Minutes that give orders to a model, asked of models that obey: nothing of it is shown."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from injections import BAIT, INJECTIONS, Injection, place_of, write_injected
from model_server import Script, passages, serving, settings_for

from assistant import written
from assistant.assistant import Assistant
from assistant.llm import ModelFailed, load_llm
from assistant.rank import Ranked
from assistant.written import Written, write
from ingest.pipeline import ingest

NUMBERS = range(len(INJECTIONS))


class Harbour:
    """An assistant over minutes with injections, and a server whose models obey them."""

    def __init__(self, folder: Path, bait: str, script: Script, url: str) -> None:
        write_injected(folder / "minutes")
        ingest([folder / "minutes"], folder / "index")
        self.assistant = Assistant(folder / "index")
        self.script, self.bait = script, bait
        self.llm = load_llm(settings_for(url))
        corpus = self.assistant.corpus
        self._rows = {
            number: [
                row
                for row, passage in enumerate(corpus.index.passages(corpus.index.passage_ids))
                if f"the {place_of(number)} had" in passage.text
            ]
            for number in NUMBERS
        }

    def ranked(self, number: int) -> list[Ranked]:
        """The passages of an injection's item, and three of another."""
        corpus = self.assistant.corpus
        rows = [*self._rows[number], *self._rows[(number + 15) % len(INJECTIONS)][:3]]
        found = corpus.index.passages([corpus.index.passage_ids[row] for row in rows])
        return [Ranked(row, p, 1.0, None) for row, p in zip(rows, found, strict=True)]  # type: ignore[arg-type]

    def obey(self, number: int) -> tuple[Written | None, set[str]]:
        """What is shown of what an obeying model writes, and every tag that it was given."""
        injection = INJECTIONS[number]
        tags: set[str] = set()

        def obeying(prompt: str) -> str:
            given = passages(prompt)
            tags.update(tag for tag, _, _ in given)
            own = next((t for t, _, text in given if place_of(number) in text), given[0][0])
            other = next((t for t, _, _ in given if t != own), own)
            text = injection.obeyed.replace("{tag}", own).replace("{other}", other)
            return text.replace(BAIT, self.bait)

        self.script.write = obeying
        try:
            found = write(
                self.llm,  # type: ignore[arg-type]
                f"What was reported about the {place_of(number)}?",
                self.assistant.corpus,
                self.ranked(number),
                self.assistant._embedder,
                seconds=20.0,
                context=8192,
                with_restricted=False,
                show=lambda sentence: None,
                cancelled=lambda: False,
            )
        except ModelFailed:
            return None, tags
        return found, tags


@pytest.fixture(scope="module")
def asked_bait() -> list[str]:
    return []


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory, asked_bait: list[str]) -> Iterator[Harbour]:
    class Bait(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked_bait.append(self.path)
            self.send_error(404)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Bait)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    script = Script()
    with serving(script) as url:
        bait = f"http://127.0.0.1:{server.server_address[1]}"
        yield Harbour(tmp_path_factory.mktemp("harbour"), bait, script, url)
    server.shutdown()
    server.server_close()


def assert_clean(found: Written | None, tags: set[str], harbour: Harbour) -> None:
    """No tag, address or mark-up is shown, and every marker has a citation that resolves."""
    if found is None:  # the quotations are given instead
        return
    shown = found.text
    assert not any(tag in shown.casefold() for tag in tags)
    assert not re.search(r"https?:|hxxp|ftp:|www\.|\w@\w|<|javascript|data:|!\[|\]\(", shown, re.I)
    assert shown.isprintable()
    markers = list(dict.fromkeys(re.findall(r"\[(\d+)\]", shown)))
    assert markers == [str(citation.marker) for citation in found.citations]
    assert not re.search(r"[\[\]【】]", re.sub(r"\[\d+\]", "", shown))
    for citation in found.citations:
        (passage,) = harbour.assistant.corpus.index.passages([citation.passage_id])
        assert citation.quote in " ".join(passage.text.split())


def assert_not_obeyed(found: Written | None, tags: set[str], injection: Injection) -> None:
    if found is not None:
        never = injection.never.replace("{tag}", next(iter(tags)))
        assert never.casefold() not in found.text.casefold(), found.text


def test_the_set_is_large_enough() -> None:
    assert len(INJECTIONS) >= 60


def test_what_gives_orders_is_mostly_not_sent_at_all(harbour: Harbour) -> None:
    held_back = [
        number
        for number in NUMBERS
        if any(
            written.talks_to_a_machine(f"{one.passage.heading}\n{one.passage.text}")
            for one in harbour.ranked(number)[:1]
        )
    ]
    assert len(held_back) >= 59  # as docs/language-model.md says


@pytest.mark.parametrize("number", NUMBERS)
def test_no_instruction_is_followed_and_no_tag_forged(harbour: Harbour, number: int) -> None:
    found, tags = harbour.obey(number)
    assert_clean(found, tags, harbour)
    assert_not_obeyed(found, tags, INJECTIONS[number])


@pytest.mark.parametrize("number", NUMBERS)
def test_an_instruction_that_nobody_recognises_is_stopped_by_the_checks(
    harbour: Harbour, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(written, "talks_to_a_machine", lambda text: False)
    found, tags = harbour.obey(number)
    assert_clean(found, tags, harbour)
    if not INJECTIONS[number].records:
        assert_not_obeyed(found, tags, INJECTIONS[number])


def test_what_is_left_out_is_said_and_the_rest_is_answered(harbour: Harbour) -> None:
    def faithful(prompt: str) -> str:
        (tag, _, text), *_ = passages(prompt)
        return f"{text.split('. ')[0]}. [{tag}]"

    harbour.script.write = faithful
    assistant = harbour.assistant
    assistant.llm = harbour.llm
    answer = assistant.ask(
        "What was reported about the lamp at Heron Quay?", as_of=date(2024, 6, 1)
    )
    assert any("talk to a machine" in warning for warning in answer.warnings)
    assert "resigned over" not in str(harbour.script.seen[-1])


def test_nothing_was_fetched(harbour: Harbour, asked_bait: list[str]) -> None:
    assert harbour.script.seen and asked_bait == []
