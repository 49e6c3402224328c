import subprocess
import sys

import numpy as np
import pytest

from assistant.reader import NEVER, Reader, sentence_spans
from ingest.sentences import split_sentences

QUESTION = "How much did the towpath lamps cost?"
ANSWERING = "The lowest tender for the towpath lamps was £14,250. It was accepted."
OTHER = "The Committee noted the minutes of the last meeting."
SILENT = "Members asked about the towpath lamps. No price had been given."


def spans(*texts):
    return [list(split_sentences(text)) for text in texts]


@pytest.fixture(scope="module")
def reader():
    return Reader()


def test_the_passage_that_answers_is_told_from_those_that_do_not(reader):
    texts = (ANSWERING, OTHER, SILENT)
    answering, other, silent = reader.read(QUESTION, texts, spans(*texts))
    assert answering.relevant > other.relevant
    assert answering.span > 0 > silent.span > other.span
    assert answering.sentences[0] > answering.sentences[1]


def test_a_score_does_not_depend_on_what_is_read_beside_it(reader):
    [alone] = reader.read(QUESTION, [ANSWERING], spans(ANSWERING))
    beside = reader.read(QUESTION, [OTHER, ANSWERING], spans(OTHER, ANSWERING))[1]
    assert alone[:4] == beside[:4]
    np.testing.assert_array_equal(alone.sentences, beside.sentences)


def test_a_passage_beyond_the_longest_is_read_as_far_as_it_goes(reader):
    long = " ".join(["The Clerk reported."] * 300)
    [said] = reader.read(QUESTION, [long], spans(long))
    assert len(said.sentences) == len(list(split_sentences(long)))
    assert said.sentences[-1] == NEVER


def test_the_best_span_of_a_sentence_begins_and_ends_within_it():
    logits = np.zeros((7, 2), np.float32)
    logits[2, 0], logits[5, 1] = 3.0, 4.0  # start in the first sentence, end in the second
    types = [0, 0, 1, 1, 1, 1, 1]
    offsets = [(0, 0), (0, 0), (0, 3), (4, 7), (8, 11), (12, 15), (0, 0)]
    found = sentence_spans(logits, types, offsets, [(0, 7), (8, 15)])
    np.testing.assert_allclose(found, [3.0, 4.0])


def test_reading_needs_no_pytorch():
    script = (
        "import sys; from assistant.reader import Reader;"
        "Reader().read('Who?', ['Ann.'], [[(0, 4)]]);"
        "assert 'torch' not in sys.modules and 'transformers' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
