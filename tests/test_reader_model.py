"""Training of the reader: its batches, and the exported weights from which it goes on."""

from __future__ import annotations

import random

import numpy as np
import pytest

from assistant.rank import MODELS
from eval.reader_examples import Example
from eval.train_reader import Encoded, batches, padded
from ingest.calibration import sample_passages


def test_a_batch_is_of_one_length_and_every_example_is_in_one() -> None:
    chance = random.Random(5)
    lengths = [chance.randint(3, 256) for _ in range(300)]
    examples = [Encoded([place] * n, [0] * n, (1, 1, 1), 0, 0) for place, n in enumerate(lengths)]
    made = batches(examples, random.Random(7), 2048)
    assert sorted(one.ids[0] for batch in made for one in batch) == list(range(300))
    for batch in made:
        [length] = {padded(len(one.ids)) for one in batch}
        assert length % 32 == 0 and len(batch) * length <= 2048
    assert len({padded(len(batch[0].ids)) for batch in made[:20]}) > 3  # in random order


def test_training_goes_on_from_what_an_exported_reader_says() -> None:
    torch = pytest.importorskip("torch")
    import onnxruntime

    from eval.reader_model import ReaderModel
    from eval.train_reader import Encoder

    model = ReaderModel.load(MODELS / "reader.onnx", "eager").eval()
    session = onnxruntime.InferenceSession(str(MODELS / "reader.onnx"))
    encode = Encoder()
    for text in sample_passages()[:4]:
        one = encode(Example("What was decided about the towpath lamps?", text))
        feed = {
            "ids": np.array([one.ids]),
            "types": np.array([one.types]),
            "mask": np.ones((1, len(one.ids)), np.int64),
        }
        with torch.no_grad():
            scores, spans = model(*(torch.from_numpy(array) for array in feed.values()))
        told = session.run(None, feed)
        np.testing.assert_allclose(scores.numpy(), told[0], atol=0.6)  # of -7 to 7
        assert np.corrcoef(spans.numpy().ravel(), told[1].ravel())[0, 1] > 0.999
