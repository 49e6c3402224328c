"""Trees give what the library that trained them gives."""

from pathlib import Path

import numpy as np
import pytest

from assistant.trees import from_lightgbm, load_trees

lightgbm = pytest.importorskip("lightgbm")


def test_arrays_predict_what_lightgbm_predicts(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    rows = chance.normal(size=(400, 6))
    target = rows[:, 0] * rows[:, 1] + (rows[:, 2] > 0.3)
    booster = lightgbm.train(
        {"objective": "regression", "num_leaves": 15, "verbose": -1},
        lightgbm.Dataset(rows, target),
        num_boost_round=40,
    )
    from_lightgbm(booster.dump_model()).save(tmp_path / "trees.npz")
    trees = load_trees(tmp_path / "trees.npz")
    assert np.allclose(trees.predict(rows), booster.predict(rows), atol=1e-5)


def test_a_tree_of_one_leaf_gives_its_value() -> None:
    rows = np.zeros((30, 2))
    booster = lightgbm.train(
        {"objective": "regression", "verbose": -1},
        lightgbm.Dataset(rows, np.ones(30)),
        num_boost_round=2,
    )
    trees = from_lightgbm(booster.dump_model())
    assert np.allclose(trees.predict(rows), booster.predict(rows))


def test_a_wrong_number_of_features_is_refused() -> None:
    rows = np.random.default_rng(2).normal(size=(60, 3))
    booster = lightgbm.train(
        {"objective": "regression", "verbose": -1, "min_data_in_leaf": 5},
        lightgbm.Dataset(rows, rows[:, 0]),
        num_boost_round=2,
    )
    with pytest.raises(ValueError, match="2 features"):
        from_lightgbm(booster.dump_model()).predict(rows[:, :2])
