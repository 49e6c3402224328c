"""The order of training, and what of it is done again."""

import subprocess
import sys

import pytest

from eval.train import MINUTES, main, plan
from ingest.errors import WrongUse


@pytest.fixture
def shared(tmp_path):
    for name in sum(MINUTES.values(), ()):
        (tmp_path / "data" / name).mkdir(parents=True)
        (tmp_path / "data" / name / "minutes.txt").write_text(name)
    return tmp_path


def test_no_reader_is_asked_about_the_half_that_it_was_tuned_on(shared, tmp_path):
    steps = [command for command, _ in plan(shared, tmp_path / "work", tmp_path / "out")]
    drawn = {c[c.index("--out") + 1]: c[c.index("--half") + 1] for c in steps if "--half" in c}
    tuned = {
        c[c.index("--out") + 1]: drawn.get(c[c.index("--examples") + 1])
        for c in steps
        if "--examples" in c
    }
    exported = {}
    for c in steps:
        if c[1] == "export":
            halves = {tuned[made] for made in c[c.index("--from") + 1 : c.index("--out")]}
            exported[c[c.index("--out") + 1]] = halves
    asked = [c for c in steps if "--readers" in c]
    assert [c[0] for c in asked] == ["eval.train_rankers", "eval.train_second"]
    for c in asked:
        at = c.index("--readers") + 1
        assert [exported[reader] for reader in c[at : at + 2]] == [{"0"}, {"1"}]
    assert exported[str(tmp_path / "work" / "reader-all.onnx")] == {None}
    assert exported[str(tmp_path / "out" / "reader.onnx")] == {"0", "1"}


def test_folders_of_one_question_set_are_read_as_one(shared, tmp_path):
    work = tmp_path / "work"
    plan(shared, work, tmp_path / "out")
    assert (work / "train_uk" / "milburn" / "minutes.txt").read_text() == "milburn"


def test_training_without_anything_to_train_on_is_refused(tmp_path):
    with pytest.raises(WrongUse, match="nothing to train on"):
        main(["--shared", str(tmp_path)])


def test_every_step_is_called_as_it_wants_to_be(shared, tmp_path):
    steps = {
        tuple(command[:2]): command
        for command, _ in plan(shared, tmp_path / "work", tmp_path / "out")
    }
    for command in steps.values():
        asked = [sys.executable, "-m", *command, "--help"]
        told = subprocess.run(asked, capture_output=True, text=True)
        assert told.returncode == 0, told.stderr
