"""The whole of it on a repository of two files: what is caught, what survives, and what cannot be tried."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "plant_mutations.py"
pytestmark = pytest.mark.once  # the same on every Python, and not swift
TEST = "from code_under_test import answer\n\n\ndef test_answer():\n    assert answer() == 42\n"
CODE = "def answer():\n    return 42  # by the book\n"

Plant = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "src").mkdir(parents=True)
    (folder / "tests" / "unit").mkdir(parents=True)
    (folder / "src" / "code_under_test.py").write_text(CODE, encoding="utf-8")
    (folder / "tests" / "unit" / "test_answer.py").write_text(TEST, encoding="utf-8")
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    return folder


@pytest.fixture
def plant(repository: Path, tmp_path: Path) -> Plant:
    """Try mutations that are given as (old, new) by name."""

    def run(**changes: tuple[str, str]) -> subprocess.CompletedProcess[str]:
        entry = (
            '[[mutation]]\nname = {}\narea = "errors"\nfile = "src/code_under_test.py"\nold = {}\nnew = {}\n'
        )
        tests = 'tests = ["tests/unit/test_answer.py"]\n'
        entries = [
            entry.format(*map(json.dumps, (name, *change))) + tests for name, change in changes.items()
        ]
        file = tmp_path / "mutations.toml"
        file.write_text("\n".join(entries) or "mutation = []\n", encoding="utf-8")
        command = [sys.executable, str(SCRIPT), "--list", str(file), "--repository", str(repository)]
        return subprocess.run(command, capture_output=True, text=True)

    return run


def test_what_a_test_sees_is_caught(plant: Plant, repository: Path) -> None:
    ended = plant(wrong=("42", "41"), broken=("return", "retrun"))
    assert (ended.returncode, ended.stderr) == (3, "")
    assert "caught   errors        unit        wrong: tests/unit/test_answer.py::test_answer" in ended.stdout
    assert "invalid  errors        unit        broken" in ended.stdout  # no test ran: that is not caught
    assert (repository / "src" / "code_under_test.py").read_text(encoding="utf-8") == CODE
    assert plant(wrong=("42", "41")).returncode == 0


def test_what_no_test_sees_survives(plant: Plant) -> None:
    ended = plant(harmless=("by the book", "by heart"))
    assert ended.returncode == 1
    assert "survived errors        unit        harmless: 1 passed" in ended.stdout


def test_a_text_that_is_gone_cannot_be_planted(plant: Plant) -> None:
    ended = plant(gone=("43", "41"), wrong=("42", "41"))
    assert ended.returncode == 3
    assert "the old text is 0 times in src/code_under_test.py" in ended.stdout
    assert "1 caught, 0 survived, 1 invalid" in ended.stdout


def test_what_is_no_python_any_more_is_no_mutation(plant: Plant) -> None:
    ended = plant(torn=("return 42", "return ((42"))
    assert (ended.returncode, "would be no Python" in ended.stdout) == (3, True), ended.stdout


def test_a_test_that_fails_anyway_catches_nothing(plant: Plant, repository: Path) -> None:
    (repository / "tests" / "unit" / "test_answer.py").write_text(TEST.replace("42", "7"), encoding="utf-8")
    ended = plant(wrong=("42", "41"))
    assert ended.returncode == 3
    assert "fails without it" in ended.stdout


def test_no_mutation_is_no_pass(plant: Plant) -> None:
    assert plant().returncode == 3
