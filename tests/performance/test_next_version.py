"""`invoke next-version` against the tools it replaces, on 10k commits and 2k tags."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import phasegate
from performance.pairing import Command, pair

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMITS = 10_000
COMMITS_PER_TAG = 5
KINDS = (
    "feat(core): add part",
    "fix: mend part",
    "docs: tell part",
    "chore: tidy part",
    "perf(io): hasten part",
)
FILES = {
    "tasks.py": "from phasegate.tasks.collection import namespace\n",
    "pyproject.toml": '[tool.commitizen]\nversion_provider = "scm"\ntag_format = "v$version"\n',
}
BIN = Path(sys.executable).parent


def fast_import_stream() -> Iterator[str]:
    yield "reset refs/heads/main\n"
    for number in range(1, COMMITS + 1):
        message = f"{KINDS[number % len(KINDS)]} {number}\n"
        stamp = f"Ann <ann@example.org> {1_600_000_000 + number * 600} +0000"
        yield f"commit refs/heads/main\nmark :{number}\ncommitter {stamp}\n{data(message)}"
        if number == 1:
            yield "".join(f"M 100644 inline {name}\n{data(text)}" for name, text in FILES.items())
        yield f"M 100644 inline part-{number % 50}.txt\n{data(str(number))}"
        if number % COMMITS_PER_TAG == 0 and number < COMMITS:
            release = number // COMMITS_PER_TAG
            tag = f"v1.{release // 40}.{release % 40}"
            yield f"tag {tag}\nfrom :{number}\ntagger {stamp}\n{data(tag)}"
    yield f"reset refs/tags/v1\nfrom :{COMMITS - 5}\n\nreset refs/tags/tool-9.0.0\nfrom :{COMMITS - 3}\n\n"


def data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone as people have them: packed refs, and a remote that answers under a name that only git resolves."""
    room = tmp_path_factory.mktemp("large")
    folder, remotes = room / "repository", room / "remotes"
    stream = "".join(fast_import_stream()).encode()
    for arguments, stdin in (
        (["init", "--quiet", "--initial-branch=main", str(folder)], b""),
        (["-C", str(folder), "fast-import", "--quiet"], stream),
        (["-C", str(folder), "pack-refs", "--all"], b""),
        (["-C", str(folder), "reset", "--quiet", "--hard"], b""),
        (["clone", "--quiet", "--bare", str(folder), str(remotes / "large.git")], b""),
        (
            ["-C", str(folder), "config", f"url.{remotes.as_uri()}/.insteadOf", "https://git.example/team/"],
            b"",
        ),
        (["-C", str(folder), "remote", "add", "origin", "https://git.example/team/large.git"], b""),
        (["-C", str(folder), "fetch", "--quiet", "origin"], b""),
        (["-C", str(folder), "remote", "set-head", "origin", "main"], b""),
    ):
        subprocess.run(["git", *arguments], input=stdin, check=True)
    return folder


@pytest.fixture
def next_version(repository: Path) -> Command:
    environment = {**os.environ, "PYTHONPATH": str(Path(phasegate.__file__).parents[1])}
    return Command(
        "invoke next-version", [sys.executable, "-m", "invoke", "next-version"], repository, environment
    )


def test_next_version_against_semantic_release(next_version: Command, repository: Path) -> None:
    arguments = [str(BIN / "semantic-release"), "--noop", "version", "--print"]
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "GITHUB_ACTIONS")}
    pair(next_version, Command("semantic-release", arguments, repository, environment), rounds=3)


def test_next_version_against_commitizen(next_version: Command, repository: Path) -> None:
    pair(
        next_version,
        Command("cz bump", [str(BIN / "cz"), "bump", "--dry-run", "--yes"], repository),
        rounds=9,
    )
