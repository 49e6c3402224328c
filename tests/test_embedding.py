import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ingest.embedding import MANY, default_model, load_embedder, open_way, prepare
from ingest.errors import MinutesError
from ingest.measure import WAYS
from ingest.store import EMBED_PART

TEXTS = [
    "Apologies were received.",
    "",
    "The Council resolved to repair the roof of the village hall before the winter. " * 5,
    "Councillor Hart asked who pays for the lamps along the towpath, and was told £1,250.",
    "word " * 400,
]


# The least cosines; .969 is seen of no text at all, with the 7 bits of a processor without VNNI.
INT8 = np.array([0.97 if text else 0.96 for text in TEXTS])


@pytest.fixture(scope="module")
def reference() -> np.ndarray:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(default_model()), device="cpu")
    return model.encode(TEXTS, normalize_embeddings=True)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_gives_the_vectors_of_sentence_transformers(way, reference):
    vectors = open_way(way, Path(prepare().folder), workers=2).encode(TEXTS)
    cosines = (vectors * reference).sum(axis=1)
    assert vectors.dtype == np.float32 and vectors.shape == (5, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    least = {"float32": 0.99999, "bfloat16": 0.999, "int8": INT8}[way.split("-")[1]]
    assert (cosines > least).all()
    assert cosines[2:].mean() > max(np.max(least), 0.99)


def test_the_chosen_way_for_passages_was_measured_as_exact_and_fastest():
    prepared = prepare()
    exact = [way for way in prepared.measured if way.cosine_mean >= 0.99]
    assert prepared.bulk == max(exact, key=lambda way: way.passages_per_second).way


def test_many_texts_come_back_in_the_order_given(reference):
    many = TEXTS * (MANY // len(TEXTS))
    embedder = load_embedder(bulk=True)
    for texts in (TEXTS, many, TEXTS):  # by the way for few, by that for many, and by it again
        vectors = embedder.encode(texts)
        times = len(texts) // len(TEXTS)
        assert ((vectors * np.tile(reference, (times, 1))).sum(axis=1) > np.tile(INT8, times)).all()


def test_no_text_gives_no_vector():
    assert load_embedder().encode([]).shape == (0, 384)


def test_pieces_are_counted_beyond_what_the_model_reads():
    embedder = load_embedder()
    assert embedder.count_pieces("") == 2
    assert embedder.count_pieces("word " * 400) == 402
    assert embedder.max_pieces == 256


@pytest.mark.parametrize("bulk", [False, True])
def test_a_question_and_a_few_passages_are_embedded_without_pytorch(bulk):
    code = (
        "import sys; from ingest.embedding import load_embedder;"
        f"assert load_embedder(bulk={bulk}).encode(['Who pays?']).shape == (1, 384);"
        "heavy = {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    prepare()
    subprocess.run([sys.executable, "-c", code], check=True)


def test_another_model_goes_through_sentence_transformers_under_its_own_name(reference):
    folder = str(default_model())
    embedder = load_embedder(folder)
    assert (embedder.name, embedder.dimension, embedder.max_pieces) == (folder, 384, 256)
    assert np.allclose(embedder.encode(TEXTS), reference, atol=1e-5)
    assert embedder.encode([]).shape == (0, 384)


def test_the_default_model_is_known_by_its_names():
    for name in ("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"):
        assert load_embedder(name).name == "all-MiniLM-L6-v2"


def test_a_model_that_is_not_here_is_named_in_the_error(tmp_path):
    with pytest.raises(MinutesError, match="no-such-model"):
        load_embedder(str(tmp_path / "no-such-model"))


def test_a_cache_that_cannot_be_written_is_one_clear_message(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MINUTES_CACHE", str(tmp_path / "file"))
    with pytest.raises(MinutesError, match="MINUTES_CACHE"):
        load_embedder()
    assert os.listdir(tmp_path) == ["file"]


def test_int8_divides_the_channels_that_outgrow_the_others_and_leaves_no_product_in_float():
    import onnx

    graph = onnx.load(str(Path(prepare().folder) / "int8.onnx")).graph
    divided = [node for node in graph.node if node.name.endswith("_divided")]
    assert divided
    weights = {one.name: list(one.dims) for one in graph.initializer}
    in_float = [node for node in graph.node if node.op_type == "MatMul"]
    assert not any(len(weights.get(node.input[1], ())) == 2 for node in in_float)


def test_an_ingest_hands_over_as_many_passages_as_the_fastest_way_waits_for():
    assert EMBED_PART >= MANY
