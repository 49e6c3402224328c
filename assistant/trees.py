"""Gradient-boosted trees as plain arrays, so that no training library is needed to answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ingest.errors import MinutesError


@dataclass(frozen=True)
class _Flat:
    """An ensemble as one row of nodes and leaves, walked in as many steps as it is deep."""

    roots: np.ndarray  # (trees,)
    depth: int
    feature: np.ndarray
    threshold: np.ndarray
    children: np.ndarray  # of each node the right one, then the left one
    value: np.ndarray  # of the leaves; 0 for nodes


@dataclass(frozen=True)
class Trees:
    """An ensemble of binary trees; a child below zero is the leaf ~child.

    `feature`, `threshold`, `left`, `right` are (trees, nodes), `value` is (trees, leaves).
    """

    names: tuple[str, ...]
    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Raw scores, (n,) float64, for features (n, len(names)) in the order of `names`."""
        if rows.shape[1] != len(self.names):
            raise ValueError(f"{rows.shape[1]} features, the model reads {len(self.names)}")
        flat = self._flat
        values = np.ascontiguousarray(rows).ravel()
        first = np.arange(len(rows))[:, None] * rows.shape[1]
        node = np.broadcast_to(flat.roots, (len(rows), len(flat.roots)))
        for _ in range(flat.depth):
            goes_left = values.take(flat.feature.take(node) + first) <= flat.threshold.take(node)
            node = flat.children.take(2 * node + goes_left)
        scores: np.ndarray = flat.value.take(node).sum(axis=1)
        return scores

    @cached_property
    def _flat(self) -> _Flat:
        trees, nodes = self.feature.shape
        width = nodes + self.value.shape[1]
        # In each row the nodes, and then the leaves, from which both ways lead to themselves.
        places = np.arange(trees * width).reshape(trees, width)
        base = places[:, :1]

        def child(table: np.ndarray) -> np.ndarray:
            below = base + np.where(table < 0, nodes + ~table, table)
            return np.concatenate([below, places[:, nodes:]], axis=1)

        def padded(table: np.ndarray, filling: float) -> np.ndarray:
            beside = width - table.shape[1]
            return np.pad(table, ((0, 0), (0, beside)), constant_values=filling).ravel()

        level, depth = base.ravel(), 0
        children = np.stack([child(self.right), child(self.left)], axis=2).reshape(-1, 2)
        while (level % width < nodes).any():
            level, depth = np.unique(children[level]), depth + 1
        leaves = np.concatenate([np.zeros((trees, nodes)), self.value], axis=1)
        return _Flat(
            base.ravel(), depth, padded(self.feature, 0), padded(self.threshold, np.inf),
            children.ravel(), leaves.ravel(),
        )  # fmt: skip

    def save(self, path: Path) -> None:
        """Write a compressed .npz without pickled objects."""
        np.savez_compressed(
            path,
            names=np.array(self.names),
            feature=self.feature.astype(np.int16),
            threshold=self.threshold,
            left=self.left.astype(np.int16),
            right=self.right.astype(np.int16),
            value=self.value.astype(np.float32),
        )


def load_trees(path: Path) -> Trees:
    """Read what `Trees.save` wrote; raises MinutesError where the file is gone."""
    if not path.is_file():
        raise MinutesError(f"The trained weights {path} are missing: install the package again.")
    with np.load(path, allow_pickle=False) as data:
        return Trees(
            names=tuple(str(name) for name in data["names"]),
            feature=data["feature"].astype(np.int32),
            threshold=data["threshold"],
            left=data["left"].astype(np.int32),
            right=data["right"].astype(np.int32),
            value=data["value"].astype(np.float64),
        )


@dataclass(frozen=True)
class Calibration:
    """Trees, the curve from their score to a probability, and the bar that was set on it."""

    trees: Trees
    scores: np.ndarray  # (n,) increasing
    shares: np.ndarray  # (n,) of what is true at each score
    bar: float  # below this probability nothing is given

    def probabilities(self, rows: np.ndarray) -> np.ndarray:
        """Probabilities (n,) for features (n, len(trees.names))."""
        told: np.ndarray = np.interp(self.trees.predict(rows), self.scores, self.shares)
        return told


def load_calibration(folder: Path, name: str) -> Calibration:
    """Read `NAME-trees.npz` and `NAME.npz`; raises MinutesError where the trees are gone."""
    trees = load_trees(folder / f"{name}-trees.npz")
    with np.load(folder / f"{name}.npz", allow_pickle=False) as data:
        return Calibration(trees, data["scores"], data["shares"], float(data["bar"]))


def from_lightgbm(model: dict[str, Any]) -> Trees:
    """Arrays from `Booster.dump_model()`; a tree of one leaf gets a node that holds it."""
    trees = [_arrays(tree["tree_structure"]) for tree in model["tree_info"]]
    nodes = max(len(tree[0]) for tree in trees)
    leaves = max(len(tree[4]) for tree in trees)

    def padded(column: int, width: int, kind: type) -> np.ndarray:
        table: np.ndarray = np.zeros((len(trees), width), dtype=kind)
        for number, tree in enumerate(trees):
            table[number, : len(tree[column])] = tree[column]
        return table

    return Trees(
        names=tuple(model["feature_names"]),
        feature=padded(0, nodes, np.int32),
        threshold=padded(1, nodes, np.float64),
        left=padded(2, nodes, np.int32),
        right=padded(3, nodes, np.int32),
        value=padded(4, leaves, np.float64),
    )


def _arrays(root: dict[str, Any]) -> tuple[list[Any], ...]:
    feature: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    right: list[int] = []
    value: list[float] = []

    def visit(node: dict[str, Any]) -> int:
        if "split_feature" not in node:
            value.append(float(node["leaf_value"]))
            return ~(len(value) - 1)
        if node["decision_type"] != "<=":
            raise ValueError(f"a split by {node['decision_type']} is not supported")
        place = len(feature)
        feature.append(int(node["split_feature"]))
        threshold.append(float(node["threshold"]))
        left.append(0)
        right.append(0)
        left[place] = visit(node["left_child"])
        right[place] = visit(node["right_child"])
        return place

    start = visit(root)
    if start < 0:
        feature.append(0)
        threshold.append(0.0)
        left.append(start)
        right.append(start)
    return feature, threshold, left, right, value
