"""The second ranking and the confidence fitted to the reader in use."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.decline import CONFIDENCE_FEATURES
from assistant.rank import MODELS
from assistant.trees import load_calibration, load_trees
from eval.baseline import SAMPLE_QUESTIONS
from eval.train_rankers import ROUNDS
from eval.train_second import CHOOSER, CONFIDENCE_TREES, SECOND, TREES, main, mean
from ingest.errors import WrongUse

pytest.importorskip("lightgbm")


def test_the_mean_of_two_predicts_the_mean_of_what_they_predict() -> None:
    one = load_trees(MODELS / "chooser.npz")
    # Of more leaves, and each of them 2 higher.
    other = replace(one, value=np.pad(one.value, ((0, 0), (0, 5))) + 2.0)
    rows = np.random.default_rng(5).normal(size=(20, len(one.names)))
    told = mean(one, other).predict(rows)
    assert np.allclose(told, (one.predict(rows) + other.predict(rows)) / 2)
    assert np.allclose(told, one.predict(rows) + len(one.feature))


def test_it_is_fitted_once_and_not_twice(sample_index: Path, tmp_path: Path) -> None:
    for name in ("ranker.npz", "reader.onnx", "confidence.npz"):
        shutil.copy(MODELS / name, tmp_path)
    parts = ("feature", "threshold", "left", "right", "value")
    for name, rounds in ((SECOND, ROUNDS["second"]), (CHOOSER, ROUNDS["chooser"])):
        fitted = load_trees(MODELS / name)
        trained = {part: getattr(fitted, part)[:rounds] for part in parts}
        replace(fitted, **trained).save(tmp_path / name)
    lines = SAMPLE_QUESTIONS.read_text(encoding="utf-8").splitlines()[::6]
    questions = tmp_path / "questions.jsonl"
    questions.write_text("\n".join(lines), encoding="utf-8")
    reader = str(tmp_path / "reader.onnx")
    asked = ["--set", str(questions), str(sample_index), "--readers", reader, reader]
    asked += ["--out", str(tmp_path)]
    main(asked)
    assert len(load_trees(tmp_path / SECOND).feature) == ROUNDS["second"] + TREES
    assert len(load_trees(tmp_path / CHOOSER).feature) > ROUNDS["chooser"]
    confidence, before = (load_calibration(folder, "confidence") for folder in (tmp_path, MODELS))
    assert confidence.trees.names == CONFIDENCE_FEATURES
    assert len(confidence.trees.feature) < CONFIDENCE_TREES  # so few questions split no leaf
    assert confidence.bar == before.bar  # which another command sets
    assert (np.diff(confidence.shares) >= 0).all()
    with pytest.raises(WrongUse, match="fitted already"):
        main(asked)
