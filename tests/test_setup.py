"""The script that sets up and runs the product, before anything is installed."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def setup_script(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_script", root / "run.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "constraints.txt").write_text("a==1\n")
    return tmp_path


@pytest.fixture
def environment(setup_script: ModuleType, project: Path) -> Path:
    """A virtual environment that a set-up without development tools has finished."""
    folder = project / ".venv"
    python = Path(setup_script.venv_python(str(folder)))
    python.parent.mkdir(parents=True)
    python.touch()
    setup_script.write_stamp(str(folder), setup_script.fingerprint(str(project)), False)
    return folder


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 0), (3, 10, 13)])
def test_an_old_python_is_refused_in_one_sentence(
    setup_script: ModuleType, version: tuple[int, int, int]
) -> None:
    sentence = setup_script.refusal(version, "/usr/bin/python", ["venv", "ensurepip"])
    assert "Python 3.11 or newer" in sentence
    assert ".".join(map(str, version[:2])) in sentence
    assert "\n" not in sentence
    assert sentence.count(". ") == 0


def test_a_python_without_venv_is_refused_in_one_sentence(setup_script: ModuleType) -> None:
    sentence = setup_script.refusal((3, 11, 0), "/usr/bin/python3", ["venv"])
    assert "venv" in sentence
    assert "\n" not in sentence


def test_python_3_11_and_newer_are_accepted(setup_script: ModuleType) -> None:
    for minor in (11, 12, 13, 14):
        assert setup_script.refusal((3, minor, 0), "python", ["venv", "ensurepip"]) is None


def test_an_old_python_can_read_the_script(root: Path) -> None:
    tree = ast.parse((root / "run.py").read_text(encoding="utf-8"))
    new_syntax = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match, ast.AsyncFunctionDef)
    assert not [node for node in ast.walk(tree) if isinstance(node, new_syntax)]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert not node.args.kwonlyargs and not node.returns
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            assert not any(isinstance(entry, ast.Starred) for entry in node.elts)


def test_the_script_needs_nothing_but_the_standard_library(root: Path) -> None:
    tree = ast.parse((root / "run.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        names = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        for name in names:
            assert name.split(".")[0] in sys.stdlib_module_names


def test_a_finished_set_up_is_not_repeated(
    setup_script: ModuleType, project: Path, environment: Path
) -> None:
    assert setup_script.is_up_to_date(str(environment), str(project), False)


def test_a_changed_constraint_calls_for_a_new_set_up(
    setup_script: ModuleType, project: Path, environment: Path
) -> None:
    (project / "constraints.txt").write_text("a==2\n")
    assert not setup_script.is_up_to_date(str(environment), str(project), False)


def test_line_endings_of_a_checkout_call_for_no_new_set_up(
    setup_script: ModuleType, project: Path, environment: Path
) -> None:
    (project / "constraints.txt").write_bytes(b"a==1\r\n")
    assert setup_script.is_up_to_date(str(environment), str(project), False)


def test_tests_call_for_the_development_tools(
    setup_script: ModuleType, project: Path, environment: Path
) -> None:
    assert not setup_script.is_up_to_date(str(environment), str(project), True)


def test_an_interrupted_set_up_is_repeated(
    setup_script: ModuleType, project: Path, environment: Path
) -> None:
    (environment / "minutes-stamp").unlink()
    assert not setup_script.is_up_to_date(str(environment), str(project), False)


def test_the_index_is_named_by_its_flag_in_either_form(setup_script: ModuleType) -> None:
    assert setup_script.index_named(["--port", "1", "--index", "a"]) == "a"
    assert setup_script.index_named(["--index=b"]) == "b"
    assert setup_script.index_named(["--port", "1"]) is None


def test_an_unknown_command_is_wrong_use(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(root / "run.py"), "frobnicate"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "no command 'frobnicate'" in done.stderr


def test_every_direct_dependency_is_pinned(root: Path) -> None:
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = [name for names in project["optional-dependencies"].values() for name in names]
    pins = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (root / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    wanted = {name.lower().replace("_", "-") for name in [*project["dependencies"], *extras]}
    assert wanted <= pins
