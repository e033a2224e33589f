"""What the actions that our workflows use come to on this machine; an action that is not here cannot be done.

Each takes the job's place and its own inputs, does its work and says how that ended.
"""

from __future__ import annotations

import fnmatch
import os
import shutil
import subprocess
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Result(Enum):
    """How a step or a job ended. What could not be done here is none of the good ones."""

    SUCCESS = "success"
    FAILURE = "failure"
    TIMED_OUT = "timed out"
    IMPOSSIBLE = "impossible here"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Ending:
    """A result, and the reason where it is no plain success."""

    result: Result
    reason: str = ""


@dataclass
class Place:
    """Where a job works: the repository it comes from, its own folder, what jobs hand on, and what its steps add to."""

    repository: Path
    folder: Path
    artifacts: Path
    temporary: Path
    environment: dict[str, str]


def perform(uses: str, inputs: Mapping[str, str], place: Place) -> Ending:
    """Do what the action `uses` (`owner/name@ref`) does."""
    action = _ACTIONS.get(uses.partition("@")[0])
    if action is None:
        return Ending(Result.IMPOSSIBLE, f"what {uses.partition('@')[0]} does is not known here")
    done, inputs_known = action
    unknown = sorted(set(inputs) - inputs_known)
    if unknown:
        return Ending(Result.IMPOSSIBLE, f"what {', '.join(unknown)} asks of it is not known here")
    return done(inputs, place)


def _check_out(inputs: Mapping[str, str], place: Place) -> Ending:
    """A clean clone of HEAD: what is not committed is not there, as on GitHub."""
    depth = inputs.get("fetch-depth", "1")
    shallow = [] if depth == "0" else [f"--depth={depth}"]
    head = _git(place.repository, "rev-parse", "HEAD")
    if head.returncode != 0:
        return Ending(Result.FAILURE, head.stderr.strip())
    place.folder.mkdir(parents=True, exist_ok=True)
    commands = (
        ("init", "--quiet", "."),
        ("remote", "add", "origin", str(place.repository)),
        (
            "fetch",
            "--quiet",
            "--update-shallow",
            *shallow,
            place.repository.as_uri(),
            f"+{head.stdout.strip()}:refs/remotes/origin/head",
        ),
        *((("fetch", "--quiet", "--update-shallow", "--tags", "origin"),) if depth == "0" else ()),
        ("checkout", "--quiet", "--detach", "refs/remotes/origin/head"),
    )
    for command in commands:
        done = _git(place.folder, *command)
        if done.returncode != 0:
            return Ending(Result.FAILURE, f"git {command[0]}: {done.stderr.strip()}")
    return Ending(Result.SUCCESS, head.stdout[:12])


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)


def _set_up_python(inputs: Mapping[str, str], place: Place) -> Ending:
    """The Python of that version that this machine has becomes `python` and `python3`; none is downloaded."""
    version = inputs.get("python-version", "")
    program = shutil.which(f"python{version}", path=place.environment.get("PATH"))
    asked = [program or "", "-c", "import sys; print(sys.executable, '%d.%d' % sys.version_info[:2])"]
    told = subprocess.run(asked, capture_output=True, encoding="utf-8", check=False).stdout if program else ""
    executable, _, found = told.strip().rpartition(" ")
    if found != version:
        return Ending(Result.IMPOSSIBLE, f"there is no python{version} here")
    folder = place.temporary / "python"
    folder.mkdir()
    for name in ("python", "python3", f"python{version}"):
        (folder / name).write_text(f'#!/bin/sh\nexec "{executable}" "$@"\n', encoding="utf-8")
        (folder / name).chmod(0o755)
    place.environment["PATH"] = os.pathsep.join([str(folder), place.environment.get("PATH", "")])
    return Ending(Result.SUCCESS, executable)


def _keep_cache(_inputs: Mapping[str, str], _place: Place) -> Ending:
    return Ending(Result.SKIPPED, "the caches of this machine are used as they are")


def _upload(inputs: Mapping[str, str], place: Place) -> Ending:
    """Copy what is there to the folder of that artifact; hidden files are left out, as on GitHub."""
    source = place.folder / inputs["path"]
    files = [path for path in source.rglob("*") if path.is_file()] if source.is_dir() else []
    files = [
        path for path in files if not any(part.startswith(".") for part in path.relative_to(source).parts)
    ]
    if source.is_file():
        files, source = [source], source.parent
    if not files:
        fails = inputs.get("if-no-files-found", "warn") == "error"
        return Ending(Result.FAILURE if fails else Result.SKIPPED, f"there is nothing in {inputs['path']}")
    goal = place.artifacts / inputs["name"]
    if goal.exists():
        return Ending(Result.FAILURE, f"there is an artifact {inputs['name']} already")
    for file in files:
        _copy(file, goal / file.relative_to(source))
    return Ending(Result.SUCCESS, f"{len(files)} files")


def _download(inputs: Mapping[str, str], place: Place) -> Ending:
    """Copy artifacts to a folder: one by `name`, or all that fit a `pattern`, side by side or merged."""
    there = sorted(place.artifacts.iterdir()) if place.artifacts.is_dir() else []
    pattern = inputs.get("name") or inputs.get("pattern", "*")
    found = [folder for folder in there if fnmatch.fnmatchcase(folder.name, pattern)]
    if not found and "name" in inputs:
        return Ending(Result.FAILURE, f"there is no artifact {inputs['name']}")
    goal = place.folder / inputs.get("path", ".")
    merged = "name" in inputs or inputs.get("merge-multiple") == "true"
    for artifact in found:
        for file in (path for path in artifact.rglob("*") if path.is_file()):
            _copy(file, (goal if merged else goal / artifact.name) / file.relative_to(artifact))
    return Ending(Result.SUCCESS, f"{len(found)} artifacts")


def _copy(file: Path, goal: Path) -> None:
    goal.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, goal)


_ACTIONS: dict[str, tuple[Callable[[Mapping[str, str], Place], Ending], set[str]]] = {
    "actions/checkout": (_check_out, {"fetch-depth", "persist-credentials"}),
    "actions/setup-python": (_set_up_python, {"python-version"}),
    "actions/cache": (_keep_cache, {"path", "key", "restore-keys"}),
    "actions/upload-artifact": (_upload, {"name", "path", "if-no-files-found", "retention-days"}),
    "actions/download-artifact": (_download, {"name", "pattern", "path", "merge-multiple"}),
}
