"""Training searches for exactly what answering searches for."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from assistant.answer_model import Turn
from assistant.assistant import Assistant
from eval.questions import Question

pytest.importorskip("lightgbm")

BEFORE = ("What did Cabinet decide about the Market Place in October 2023?", "A trial.")


@pytest.mark.parametrize(
    "question",
    [
        Question("a", "fact", "What was decided about the Quernfrod market?", True),
        Question("b", "followup", "And what about September 2024?", True, history=(BEFORE,)),
        Question("c", "followup", "And who seconded it?", True, history=(BEFORE,)),
        Question("d", "lookup", "item 23/043 cabinet october", True),
    ],
    ids=["a slip", "an exchange", "a pronoun", "an identifier"],
)
def test_a_question_is_trained_on_as_it_is_answered(sample_index: Path, question: Question) -> None:
    from assistant import rank
    from assistant.reader import reader
    from eval import train_rankers

    assistant = Assistant(sample_index)
    history = [Turn(*turn) for turn in question.history]
    as_of = date.fromisoformat(train_rankers.AS_OF)
    answer = assistant.ask(question.question, history=history, as_of=as_of)
    corpus = assistant.corpus
    (case,) = train_rankers.cases_of([question], corpus, assistant._embedder)
    case.first = rank.ranker().predict(case.table)
    case.table, case.readings = rank.read_features(
        reader(), case.query, case.table, case.passages, case.readings, case.first
    )
    case.scores = rank.final_scores(rank.second_ranker(), case.table, case.first)
    ranked, _ = case.ranked()
    assert case.query.text == answer.standalone_question
    assert [one.passage.id for one in ranked[:10]] == [p.passage_id for p in answer.retrieved]
    assert np.isclose(ranked[0].score, answer.retrieved[0].score)
    if case.understood.alone:
        assert {corpus.item_of(one.row) for one in case.answering()[0]} == {
            corpus.item_of(ranked[0].row)
        }
