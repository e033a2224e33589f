"""The gate over two small repositories: what it says, and its exit status. Which speeds it catches, the benchmarks show."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "scripts" / "compare_speed.py"
pytestmark = pytest.mark.once  # the same on every Python, and not swift
MAIN = Path("rforge/rforge/__main__.py")

Compare = Callable[..., "subprocess.CompletedProcess[str]"]


def git(repository: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(repository), *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """This checkout's code in a repository with one commit."""
    folder = tmp_path / "repository"
    ignored = shutil.ignore_patterns("__pycache__")
    for part in ("src", "rforge"):
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    git(tmp_path, "init", "--quiet", str(folder))
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "base")
    git(folder, "tag", "base")
    return folder


@pytest.fixture
def compare(repository: Path) -> Compare:
    def run(*options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(SCRIPT), "--repository", str(repository), "--base", "base", *options]
        return subprocess.run(command, capture_output=True, text=True)

    return run


def test_what_became_three_times_as_slow_fails(compare: Compare) -> None:
    ended = compare("--plant", "3", "--only", "rforge status default", "--json")
    assert ended.returncode == 1
    [row] = json.loads(ended.stdout)["rows"]
    assert (row["benchmark"], row["speed"]) == ("rforge status default", "slower")
    assert row["low"] > 2


def test_what_works_no_more_fails(compare: Compare, repository: Path) -> None:
    (repository / MAIN).write_text("def main(arguments=None):\n    raise SystemExit(9)\n", encoding="utf-8")
    git(repository, "commit", "--quiet", "--all", "--message", "break it")
    ended = compare("--only", "rforge status default")
    assert ended.returncode == 1
    assert "rforge status default              no longer works: SystemExit: 9" in ended.stdout


def test_nothing_to_compare_is_inconclusive(compare: Compare) -> None:
    ended = compare("--only", "no benchmark is called so")
    assert ended.returncode == 3
    assert "INCONCLUSIVE" in ended.stdout


def test_what_only_head_can_do_is_told_and_no_pass(compare: Compare, repository: Path) -> None:
    text = (repository / MAIN).read_text(encoding="utf-8")
    (repository / MAIN).write_text("raise ImportError('not yet')\n", encoding="utf-8")
    git(repository, "commit", "--quiet", "--all", "--amend", "--message", "base without it")
    git(repository, "tag", "--force", "base")
    (repository / MAIN).write_text(text, encoding="utf-8")
    git(repository, "commit", "--quiet", "--all", "--message", "make it")
    ended = compare("--only", "rforge status default")
    assert ended.returncode == 3
    assert "not in base" in ended.stdout


def test_the_base_is_the_first_that_is_a_commit_here(compare: Compare) -> None:
    ended = compare("--base", "0" * 40, "base", "--only", "no benchmark is called so", "--json")
    said = json.loads(ended.stdout)
    assert (ended.returncode, said["base"]) == (3, said["head"])


def test_a_commit_that_is_not_there_is_wrong_usage(compare: Compare) -> None:
    ended = compare("--head", "no-such-commit")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("error: fatal: ")
