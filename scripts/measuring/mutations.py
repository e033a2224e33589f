"""Planted mistakes, and whether the suite that should catch them does."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

TIMEOUT_S = 600.0
_PASSED, _FAILED = 0, 1
_ENDING = re.compile(r"^=* ?(.*(?:passed|failed|error).*?) in [\d.]+s.*$", re.MULTILINE)


@dataclass(frozen=True)
class Mutation:
    """A mistake to plant.

    Attributes:
        name: what it breaks, in a few words.
        area: modes, budgets, formats, compatibility, protocol, flags or errors.
        file: the file, relative to the repository.
        old: a text that is there once.
        new: what stands there instead.
        tests: what pytest is given: the suite that should catch it.
    """

    name: str
    area: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def suite(self) -> str:
        """The suite that its tests belong to: their folder below `tests`."""
        return self.tests[0].split("/")[1]


class Fate(Enum):
    """What became of a planted mistake."""

    CAUGHT = "caught"
    SURVIVED = "survived"
    INVALID = "invalid"


@dataclass(frozen=True)
class Outcome:
    """A mutation's fate, and the last words of the tests, or why it could not be tried."""

    mutation: Mutation
    fate: Fate
    words: str


def read_mutations(file: Path) -> tuple[Mutation, ...]:
    """The mutations of a list, `[[mutation]]` tables in TOML.

    Raises:
        ValueError: an entry lacks a field, or has one too many, or two have the same name.
    """
    entries = tomllib.loads(file.read_text(encoding="utf-8"))["mutation"]
    mutations = tuple(_read(entry) for entry in entries)
    names = [mutation.name for mutation in mutations]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"twice in {file.name}: {', '.join(twice)}")
    return mutations


def _read(entry: dict[str, Any]) -> Mutation:
    wanted = set(Mutation.__dataclass_fields__)
    if set(entry) != wanted:
        raise ValueError(f"mutation {entry.get('name')!r} has {sorted(entry)}, and needs {sorted(wanted)}")
    return Mutation(**{**entry, "tests": tuple(entry["tests"])})


def staleness(mutation: Mutation, root: Path) -> str:
    """Why the mutation cannot be planted in the files below `root`, or nothing."""
    file = root / mutation.file
    if not file.is_file():
        return f"{mutation.file} is not there"
    text = file.read_text(encoding="utf-8")
    if text.count(mutation.old) != 1:
        return f"the old text is {text.count(mutation.old)} times in {mutation.file}: {mutation.old!r}"
    if file.suffix == ".py" and not _is_python(text.replace(mutation.old, mutation.new)):
        return f"{mutation.file} would be no Python, which any test would catch"
    missing = [test for test in mutation.tests if not (root / test.split("::")[0]).exists()]
    return f"there is no {', '.join(missing)}" if missing else ""


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def copy_checkout(repository: Path, folder: Path) -> None:
    """Copy the files that git knows or would add, as they are now."""
    listing = ["git", "-C", str(repository), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, check=True, capture_output=True)
    for name in filter(None, os.fsdecode(listed.stdout).split("\0")):
        source, target = repository / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def try_out(mutations: Iterable[Mutation], root: Path) -> Iterable[Outcome]:
    """Plant each in the copy at `root`, run its tests, and mend it again.

    What fails without the mistake cannot catch it: each selection of tests has to pass before.
    """
    untouched: dict[tuple[str, ...], str] = {}
    for mutation in mutations:
        why = staleness(mutation, root)
        if not why and mutation.tests not in untouched:
            status, words = run_tests(mutation.tests, root)
            untouched[mutation.tests] = "" if status == _PASSED else f"fails without it: {words}"
        why = why or untouched[mutation.tests]
        yield Outcome(mutation, Fate.INVALID, why) if why else plant(mutation, root)


def plant(mutation: Mutation, root: Path) -> Outcome:
    """Plant one, run its tests, mend it."""
    file = root / mutation.file
    sound = file.read_bytes()
    text = sound.decode("utf-8").replace(mutation.old, mutation.new)
    file.write_bytes(text.encode("utf-8"))
    try:
        status, words = run_tests(mutation.tests, root)
    finally:
        file.write_bytes(sound)
    fates: dict[int | None, Fate] = {_PASSED: Fate.SURVIVED, _FAILED: Fate.CAUGHT}
    return Outcome(mutation, fates.get(status, Fate.INVALID), words)


def run_tests(tests: Iterable[str], root: Path) -> tuple[int | None, str]:
    """Pytest's exit status, None when it took too long, and its last words.

    Compiled files are neither read nor left: a mutation may be as long as what it replaces, and as old.
    """
    path = os.pathsep.join(str(root / folder) for folder in ("src", "rforge"))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    try:
        ended = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return None, f"took longer than {TIMEOUT_S:g} s"
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", ended.stdout, re.MULTILINE)
    ending = _ENDING.findall(ended.stdout)
    return ended.returncode, " ".join([*failed[:1], *ending[-1:]]) or ended.stdout[-300:] + ended.stderr[
        -300:
    ]
