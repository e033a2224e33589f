"""The next version is the one that `semantic-release --noop version --print` prints, on any history."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from typing import TYPE_CHECKING, Callable

import pytest

from integration.phasegate.version.repository import ENVIRONMENT, Repository
from phasegate.version.commits import changes_in
from phasegate.version.history import commits_since, released_before
from phasegate.version.next import next_version

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.once

KINDS = (
    "feat",
    "fix",
    "perf",
    "build",
    "chore",
    "ci",
    "docs",
    "style",
    "refactor",
    "test",
    "revert",
    "Feat",
    "wip",
)
SCOPES = ("", "", "(core)", "(core api)", "(a/b,c)", "()")
BODIES = (
    "",
    "",
    "\n\nWhy: because.\n\nFixes: #12",
    "\n\nBREAKING CHANGE: call it\nanother way",
    "\n\nBREAKING-CHANGE: dash",
    "\n\nbreaking change: in small letters",
    "\n\n* fix: squashed one thing\n\n* docs: squashed another",
    "\n\n* feat(io)!: squashed breakage\n\n* chore: and more",
    "\r\n\r\nfeat: after windows line ends\r\n",
)
SQUASH = (
    "Squashed commit of the following:\n\ncommit 63ec09b9e844e616dcaa7bae35a0b66671b59fbb\n"
    "Author: Ann <ann@example.org>\nDate:   Sun Oct 13 12:05:23 2024 -0600\n\n    {}\n"
)


class History(Repository):
    """A history that grows at the tip of `main`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.run("remote", "add", "origin", "https://git.example/team/plugin.git")
        (folder / "pyproject.toml").write_text("[tool.semantic_release]\n", encoding="utf-8")
        self.tip = self.commit("chore: begin")

    def grow(self, *messages: str) -> History:
        for message in messages:
            self.tip = self.commit(message, self.tip)
        return self

    def merge(self, *messages: str, subject: str = "Merge branch 'side'") -> History:
        main = side = self.tip
        for message in messages:
            side = self.commit(message, side)
        self.tip = self.commit(subject, main, side)
        return self

    def tag(self, *names: str) -> History:
        for name in names:
            self.run("update-ref", f"refs/tags/{name}", self.tip)
        return self

    def annotate(self, name: str) -> History:
        self.run("tag", "-a", "-m", name, name, self.tip)
        return self

    def tag_aside(self, name: str) -> History:
        """A release of a branch that `main` does not know."""
        tip, aside = self.tip, self.commit("feat: aside of it", self.tip)
        self.run("update-ref", f"refs/tags/{name}", aside)
        self.run("update-ref", "refs/heads/main", tip)
        return self


def ours(history: History) -> str:
    """What we find; the last version if nothing is due, as the other tool prints it."""
    released = released_before(history.git, "main", "v{version}")
    last = released.version if released else None
    changes = changes_in(commits_since(history.git, "main", released.ref if released else None))
    return str(next_version(last, changes) or last)


def theirs(history: History) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "semantic_release", "--noop", "version", "--print"],
        cwd=history.folder,
        env={name: value for name, value in ENVIRONMENT.items() if name not in ("CI", "GITHUB_ACTIONS")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


CURATED: dict[str, Callable[[History], History]] = {
    "no tag, no conventional commit": lambda h: h.grow("hello there"),
    "no tag, a feature": lambda h: h.grow("feat: first thing"),
    "0.x, nothing since": lambda h: h.tag("v0.3.0"),
    "0.x, a fix since": lambda h: h.tag("v0.3.0").grow("fix: mend it"),
    "only chores since": lambda h: h.tag("v1.4.2").grow("chore: a b", "docs: c d", "update things"),
    "every type since": lambda h: h.tag("v1.4.2").grow(*(f"{kind}(all): do it" for kind in KINDS)),
    "a fix among noise": lambda h: h.annotate("v1.4.2").grow("fix(a/b,c): mend it", "refactor: x y"),
    "a breaking mark on a chore": lambda h: h.tag("v1.4.2").grow("chore(api)!: drop it", "feat: new thing"),
    "a breaking footer": lambda h: h.tag("v1.4.2").grow("fix: a b\n\nBody.\n\nBREAKING CHANGE: call b()"),
    "a merge's own subject, and its side": lambda h: h.tag("v1.4.2").merge(
        "fix: on the side", subject="feat!: merged it all"
    ),
    "a release on a merged side": lambda h: (
        h.tag("v1.0.0").merge("feat: side").tag("v1.1.0").grow("fix: c d")
    ),
    "a revert by git": lambda h: h.tag("v1.4.2").grow(
        'Revert "feat: add it"\n\nThis reverts commit 1234567.'
    ),
    "squashes of two kinds": lambda h: h.tag("v1.4.2").grow(
        "merge all (#12)\n\n* fix: one thing\n\n* feat: two things", SQUASH.format("ci: one two")
    ),
    "candidates, floating, foreign and unreachable tags": lambda h: (
        h.tag("v1.4.2", "tool-9.0.0", "9.9.9")
        .grow("feat: in rc")
        .tag("v1.5.0-rc.1", "v1.5.0-rc.2", "v1", "v2", "v2.1", "v3.0.0-beta")
        .tag_aside("v7.0.0")
        .grow("fix: after rc")
    ),
}


@pytest.mark.parametrize("story", CURATED)
def test_our_next_version_is_semantic_release_s(story: str, tmp_path: Path) -> None:
    history = CURATED[story](History(tmp_path))
    assert ours(history) == theirs(history)


def message_by(dice: random.Random) -> str:
    kind, scope, mark = dice.choice(KINDS), dice.choice(SCOPES), dice.choice(("", "", "", "", "!"))
    message = f"{kind}{scope}{mark}: subject {dice.randrange(99)}{dice.choice(BODIES)}"
    return SQUASH.format(message) if dice.random() < 0.1 else message


def tags_by(dice: random.Random) -> tuple[str, ...]:
    final = f"v{dice.randrange(3)}.{dice.randrange(4)}.{dice.randrange(3)}"
    odd = (
        "v2",
        "v1.3",
        "tool-8.1.0",
        f"{final}-rc.{dice.randrange(1, 12)}",
        f"{final}-beta",
        "v1.0",
        "latest",
    )
    return dice.choice(((final,), (dice.choice(odd),), (final, dice.choice(odd))))


def random_history(seed: int, folder: Path) -> History:
    dice, history = random.Random(seed), History(folder)
    for _ in range(dice.randrange(3, 14)):
        move = dice.choice(("grow", "grow", "grow", "merge", "tag", "aside"))
        if move == "grow":
            history.grow(message_by(dice))
        elif move == "merge":
            side = [message_by(dice) for _ in range(dice.randrange(1, 4))]
            history.merge(*side, subject=dice.choice(("Merge branch 'x'", message_by(dice))))
        elif move == "tag":
            history.tag(*tags_by(dice))
        else:
            history.tag_aside(f"v{dice.randrange(4, 9)}.0.0")
    return history


SEEDS = range(int(os.environ.get("PARITY_SEEDS", "4")))


@pytest.mark.parametrize("seed", SEEDS)
def test_on_a_random_history_as_well(seed: int, tmp_path: Path) -> None:
    history = random_history(seed, tmp_path)
    assert ours(history) == theirs(history)
