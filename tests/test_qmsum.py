"""Spans of talk are measured by the characters that were found."""

import json
from pathlib import Path

import numpy as np
import pytest

from eval.qmsum import _figure, run, span_recall, transcript
from ingest.errors import WrongUse

TALK = {
    "meeting_transcripts": [
        {"speaker": "The Chair", "content": "I call the meeting to order."},
        {"speaker": "Ms. Ito", "content": "The ferry  ran late\non nine days in May."},
        {"speaker": "Mr. Roy", "content": "Two new engines will be fitted in autumn."},
    ],
    "specific_query_list": [
        {
            "query": "Why was the ferry late, and what will be done?",
            "answer": "Engines.",
            "relevant_text_span": [["1", "2"]],
        }
    ],
}


def test_a_query_knows_where_its_turns_stand_in_the_text() -> None:
    text, (query,) = transcript(TALK, "talk.txt")
    spaced = " ".join(text.split())
    assert [spaced[start:end] for start, end in query.spans] == [
        "Ms. Ito: The ferry ran late on nine days in May.",
        "Mr. Roy: Two new engines will be fitted in autumn.",
    ]


def test_recall_counts_each_relevant_character_once_and_only_from_the_right_transcript() -> None:
    text, (query,) = transcript(TALK, "talk.txt")
    spaced = " ".join(text.split())
    first, second = (spaced[start:end] for start, end in query.spans)
    found = {"source": "talk.txt", "text": first}
    share = len(first) / (len(first) + len(second))
    assert span_recall(query, spaced, [found, found]) == pytest.approx(share)
    assert span_recall(query, spaced, [found, {**found, "text": second}]) == 1
    assert span_recall(query, spaced, [{**found, "source": "other.txt"}]) == 0
    assert span_recall(query, spaced, [{**found, "text": "not said"}]) == 0
    assert span_recall(query, spaced, []) == 0


def test_a_folder_of_transcripts_is_ingested_and_measured(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "talk.json").write_text(json.dumps(TALK), encoding="utf-8")
    transcripts, queries, (head, row) = run(tmp_path / "data", tmp_path / "work", ["BM25 alone"])
    assert (transcripts, queries) == (1, 1)
    assert head == ["system", "recall@1", "recall@5", "recall@10"]
    assert row[0] == "BM25 alone"
    assert float(row[3].split()[0]) > 0.9


def test_a_recall_has_its_interval_and_a_star_where_it_differs_from_the_first() -> None:
    half, whole = np.array([0.0, 1.0] * 20), np.ones(40)
    assert _figure(half, half).startswith("0.500 (0.3")
    assert _figure(whole, half).startswith("1.000* (1.000 to 1.000)")
    assert "*" not in _figure(np.array([1.0, *half[1:]]), half)


def test_a_folder_without_transcripts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no QMSum transcripts"):
        run(tmp_path, tmp_path / "work", ["BM25 alone"])
