"""What an operation costs, counted from git's own trace."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from verbs import invoke
from workshop import Workshop, git

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.once  # the same on every Python, and not swift

OPERATIONS = {
    "deploy internal": ("deploy", "--phase", "internal", "--yes"),
    "deploy public": ("deploy", "--phase", "public", "--override", "at once", "--yes"),
    "rollback quick": ("rollback", "--quick", "--yes"),
    "rollback full": ("rollback", "--full", "--yes"),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_one_fetch_one_push_and_one_push_of_its_effects_whatever_the_history(
    name: str, tmp_path: Path
) -> None:
    short, long = Workshop(tmp_path / "short"), Workshop(tmp_path / "long")
    lengthen(short, commits=3, tags=1)
    lengthen(long, commits=300, tags=100)
    counts = []
    for workshop in (short, long):
        bring_near(workshop, name)
        trace = tmp_path / f"{workshop.root.parent.name}.trace"
        done = invoke(workshop.root, *OPERATIONS[name], GIT_TRACE2_EVENT=str(trace))
        assert done.returncode == 0, done.stderr
        counts.append(commands_of(trace))
    assert counts[0] == counts[1]
    assert (counts[0]["fetch"], counts[0]["push"], counts[0]["ls-remote"]) == (1, 2, 0)


def bring_near(workshop: Workshop, name: str) -> None:
    """To where the operation is the next thing to do."""
    if name.startswith("rollback"):
        workshop.release()
        workshop.commit("feat: break it", {"demo/broken.py": "boom\n"})
        workshop.release()
    elif name == "deploy public":
        workshop.release("internal", "canary", "docs")


def commands_of(trace: Path) -> Counter[str]:
    """How often each git command was started by phasegate itself, and not by another git."""
    events = [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()]
    return Counter(e["name"] for e in events if e["event"] == "cmd_name" and "/" not in e["sid"])


def lengthen(workshop: Workshop, *, commits: int, tags: int) -> None:
    """A long history before the first release, all of it made by one process."""
    stream = ["reset refs/heads/main\nfrom refs/heads/main^0\n\n"]
    for number in range(commits):
        message = f"feat: part {number}"
        stream.append(
            f"commit refs/heads/main\nmark :{number + 1}\n"
            f"committer Ann <ann@example.test> {1_700_000_000 + number} +0000\ndata {len(message)}\n{message}\n\n"
        )
    stream += [f"reset refs/tags/v0.{number}.0\nfrom :{number + 1}\n\n" for number in range(tags)]
    git(workshop.root, "fast-import", "--quiet", stdin="".join(stream))
    git(workshop.root, "reset", "--quiet", "--hard", "main")
    git(workshop.root, "push", "--quiet", "origin", "main", "--tags")
