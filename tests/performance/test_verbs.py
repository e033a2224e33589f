"""What a user waits for: the verbs as whole processes, against what they cannot be faster than."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from performance.pairing import Command, pair
from verbs import SOURCE, invoke
from workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SOURCE)}
ROUNDS = 7
BARE = "from invoke.tasks import task\n\n@task\ndef nothing(context):\n    pass\n"


def test_listing_the_verbs_against_a_tasks_file_with_nothing_in_it(tmp_path: Path) -> None:
    for name, tasks in (("ours", "from phasegate.tasks.collection import namespace\n"), ("bare", BARE)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tasks.py").write_text(tasks, encoding="utf-8")
    listing = [sys.executable, "-m", "invoke", "--list"]
    pair(
        Command("bare tasks.py", listing, tmp_path / "bare", ENVIRONMENT),
        Command("invoke --list", listing, tmp_path / "ours", ENVIRONMENT),
        rounds=15,
    )


@pytest.fixture
def workshop(tmp_path: Path, isolated_git: None) -> Workshop:
    return Workshop(tmp_path / "template")


def test_deploying_to_public_with_evidence_at_hand_against_bare_git(
    workshop: Workshop, tmp_path: Path
) -> None:
    workshop.release("internal", "canary", "docs")
    assert invoke(workshop.root, "gates", "--phase", "public").returncode == 0
    verb = ["deploy", "--phase", "public", "--override", "at once", "--yes"]
    pair(
        bare_git(tmp_path, workshop),
        on_copies("deploy --phase public", verb, tmp_path, workshop),
        rounds=ROUNDS,
    )


def test_a_quick_rollback_against_bare_git(workshop: Workshop, tmp_path: Path) -> None:
    workshop.release()
    workshop.commit("feat: break it", {"demo/broken.py": "boom\n"})
    workshop.release()
    verb = ["rollback", "--quick", "--yes"]
    pair(bare_git(tmp_path, workshop), on_copies("rollback --quick", verb, tmp_path, workshop), rounds=ROUNDS)


@dataclass(frozen=True)
class FreshCommand(Command):
    """A command that changes its world, so that each run gets a world of its own, made while nobody counts."""

    renew: Callable[[], Path] = field(default=Path.cwd)

    def seconds(self) -> float:
        return Command(self.name, self.arguments, self.renew(), self.environment).seconds()


def on_copies(name: str, verb: Sequence[str], tmp_path: Path, workshop: Workshop) -> FreshCommand:
    arguments = [sys.executable, "-m", "invoke", *verb]
    return FreshCommand(
        name, arguments, tmp_path, dict(os.environ, PYTHONPATH=str(SOURCE)), copier(tmp_path, workshop)
    )


def bare_git(tmp_path: Path, workshop: Workshop) -> FreshCommand:
    """One fetch and two pushes without anything around them: the floor."""
    script = (
        "import subprocess as s; run = lambda *a: s.run(['git', *a], check=True, capture_output=True)\n"
        "run('fetch', 'origin', '+refs/*:refs/floor/*')\n"
        "run('push', '--atomic', 'origin', 'HEAD:refs/floor/a', 'HEAD:refs/floor/b')\n"
        "run('push', '--atomic', 'origin', 'HEAD:refs/floor/c', 'HEAD:refs/floor/d')\n"
    )
    arguments = [sys.executable, "-c", script]
    return FreshCommand(
        "fetch, push, push", arguments, tmp_path, dict(os.environ), copier(tmp_path, workshop)
    )


def copier(tmp_path: Path, workshop: Workshop) -> Callable[[], Path]:
    """Makes a fresh copy of the workshop, remote included, and gives its checkout."""

    folder = tmp_path / "copy"

    def renew() -> Path:
        shutil.rmtree(folder, ignore_errors=True)
        return workshop.copy(folder).root

    return renew
