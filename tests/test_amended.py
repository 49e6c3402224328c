"""Later meetings that correct or rescind what is quoted; the minutes are invented."""

from pathlib import Path

import numpy as np
import pytest

from assistant.amended import amendments
from assistant.answer_model import Citation
from assistant.assistant import AMENDED, Assistant
from assistant.compose import cite
from assistant.rank import Ranked
from assistant.retrieve import Corpus
from ingest.index import Index
from ingest.pipeline import ingest
from tests.parish import write_minutes

APRIL = (
    (
        "Minutes",
        "The minutes of the meeting held on 4 March 2019 were confirmed, subject to the following "
        'amendment: in item 2, for "£4,310" read "£4,130".',
    ),
    (
        "Allotments",
        "Cllr Lund moved that the Council rescinds item 3 of 4 March 2019. The motion was put to "
        "the vote and lost.",
    ),
)
JUNE = (
    (
        "Minutes",
        "The April minutes were signed. Cllr Merrow asked that the March minutes be amended to say "
        "that the waiting list for plot 12 at Mill Lane had been closed.",
    ),
    ("Roof", "RESOLVED: That item 2 of 4 March 2019 be rescinded."),
)
ELSEWHERE = (("Minutes", "The minutes of 4 March 2019 were amended: item 2 should read £9."),)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    minutes, index = tmp_path_factory.mktemp("amended"), tmp_path_factory.mktemp("index")
    write_minutes(minutes, "march.txt")
    write_minutes(minutes, "april.txt", day="1 April 2019", items=APRIL)
    write_minutes(minutes, "june.txt", day="3 June 2019", items=JUNE)
    write_minutes(
        minutes, "other.txt", body="Elm Parish Council", day="2 May 2019", items=ELSEWHERE
    )
    ingest([minutes], index)
    return Corpus(Index.open(index))


def quoted(corpus: Corpus, words: str, day: str = "2019-03-04") -> Citation:
    """A citation of words of a meeting."""
    for row, passage in enumerate(corpus.index.all_passages()):
        if words in " ".join(passage.text.split()) and corpus.meeting_of(row).date == day:
            return cite(corpus, Ranked(row, passage, 0.0, np.zeros(0)), 1, words)
    raise AssertionError(words)


def test_a_correction_and_a_resolution_that_rescinds_are_told_and_cited(corpus: Corpus) -> None:
    later = amendments(corpus, "", [quoted(corpus, "in the sum of £4,310 be accepted")])
    first, second = later.told
    assert first.startswith("Corrected later, on 1 April 2019: The minutes of the meeting held")
    assert first.endswith('for "£4,310" read "£4,130". [2]')
    assert second.startswith("Rescinded later, on 3 June 2019:") and second.endswith("[3]")
    assert [citation.marker for citation in later.citations] == [2, 3]
    assert {citation.body for citation in later.citations} == {"Thornby Parish Council"}
    for citation in later.citations:
        (passage,) = corpus.index.passages([citation.passage_id])
        assert citation.quote in " ".join(passage.text.split())


def test_a_lost_motion_rescinds_nothing_and_what_is_asked_for_is_no_correction(
    corpus: Corpus,
) -> None:
    later = amendments(corpus, "", [quoted(corpus, "It was agreed to offer the plot to the first")])
    assert not any("rescind" in told.lower() for told in later.told)
    later = amendments(corpus, "", [quoted(corpus, "nine people were on the waiting list")])
    assert [told[:26] for told in later.told] == ["A correction was asked for"]


def test_what_is_said_before_or_of_something_else_amends_nothing(corpus: Corpus) -> None:
    assert not amendments(corpus, "", [quoted(corpus, "were received from Cllr Amos Tillery")]).told
    itself = quoted(corpus, "were confirmed, subject to the following amendment", "2019-04-01")
    assert not amendments(corpus, "", [itself]).told
    assert not amendments(corpus, "", []).told


def test_a_long_answer_is_told_of_an_amendment_in_few_words(corpus: Corpus) -> None:
    roof = quoted(corpus, "in the sum of £4,310 be accepted")
    later = amendments(corpus, "word " * 110 + "[1]", [roof])
    assert later.told[0] == "Corrected later, on 1 April 2019 [2]"
    assert "£4,130" in later.citations[0].quote
    assert len(amendments(corpus, "", [roof] * 5).citations) == 1  # of six that an answer may have
    assert not amendments(corpus, "", [roof] * 6).citations


def test_the_answer_says_that_its_quote_was_corrected(sample_index: Path) -> None:
    question = (
        "How many signatures were on the petition that was presented to Council in July 2023?"
    )
    answer = Assistant(sample_index).ask(question)
    assert answer.answered and AMENDED in answer.warnings
    assert "Corrected later, on 6 December 2023" in answer.answer
    assert answer.citations[-1].item == "419"
    assert answer.answer.endswith(f"[{answer.citations[-1].marker}]")
