"""The git repository that a package lies in: branch, commit, tag, and how much is changed.

Branch and commit are read from git's files (gitrepository-layout). What only git knows is asked of git, in a way that
runs nothing that the repository brings: no hook, no file system monitor, no filter.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rforge.package.folder import PackageFolder

MAX_PARENTS = 8
"""How many folders above the package its repository may begin."""

MAX_GIT_S = 10.0
"""One call of git takes no longer, even where the budget would allow it."""

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_HEAD_BYTES = 4096
_SAFE = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "core.untrackedCache=false",
)


@dataclass(frozen=True)
class GitState:
    """The state of a checkout.

    Attributes:
        branch: the branch, or empty when no branch is checked out.
        commit: the commit's full id, or empty before the first commit.
        changed: how many files below the package folder differ from the commit, new ones included; None when git was
            not found, refused, or had no time.
        tag: the tag at that commit (the last one by name), or empty.
    """

    branch: str
    commit: str
    changed: int | None = None
    tag: str = ""


def read_git(folder: PackageFolder) -> GitState | None:
    """The state of the repository that the package in `folder` lies in, or None outside of one."""
    place = _git_folder(folder)
    if place is None:
        return None
    head = _text(place / "HEAD")
    reference = head[len("ref:") :].strip() if head.startswith("ref:") else ""
    branch = reference[len("refs/heads/") :] if reference.startswith("refs/heads/") else ""
    commit = _resolve(place, reference) if reference else head
    commit = commit if _COMMIT.fullmatch(commit) else ""
    program = _find_git(folder.root)
    if program is None:
        return GitState(branch, commit, tag=max(_tags_in_files(place, commit), default=""))
    status = _run(folder, program, *_status_arguments(folder, program))
    tags = _run(folder, program, "tag", "--points-at", "HEAD") if commit else None
    changed = None if status is None else _count_changes(status)
    if tags is None:
        return GitState(branch, commit, changed, max(_tags_in_files(place, commit), default=""))
    return GitState(branch, commit, changed, max(tags.split("\n")).strip())


def _git_folder(folder: PackageFolder) -> Path | None:
    """Where the repository keeps what belongs to this checkout; a file `.git` says where that is."""
    root = folder.root.resolve()
    for place in (root, *list(root.parents)[:MAX_PARENTS]):
        folder.deadline.check()
        found = place / ".git"
        try:
            if found.is_dir():
                return found if (found / "HEAD").is_file() else None
            if found.is_file():
                text = _text(found)
                target = place / text[len("gitdir:") :].strip()
                return target if text.startswith("gitdir:") and (target / "HEAD").is_file() else None
        except OSError:
            return None
    return None


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return stream.read(_HEAD_BYTES).decode("utf-8", "replace").strip()
    except (OSError, ValueError):
        return ""


def _common(place: Path) -> Path:
    """Where the branches and tags of all worktrees of the repository are kept."""
    text = _text(place / "commondir")
    return place / text if text else place


def _resolve(place: Path, reference: str) -> str:
    """The commit that a reference names."""
    if not re.fullmatch(r"refs/[^\s\\:]+", reference) or ".." in reference:
        return ""
    common = _common(place)
    own = _text(place / reference) or _text(common / reference)
    return own or next((commit for commit, name, _ in _packed(common) if name == reference), "")


def _packed(common: Path) -> Iterator[tuple[str, str, str]]:
    """The references in `packed-refs`: object, name, and the commit that an annotated tag names."""
    try:
        lines = (common / "packed-refs").read_text("utf-8", "replace").split("\n")
    except OSError:
        return
    for line, following in zip(lines, [*lines[1:], ""]):
        words = line.split(" ", 1)
        if len(words) == 2 and _COMMIT.fullmatch(words[0]):
            yield words[0], words[1], following[1:] if following.startswith("^") else ""


def _tags_in_files(place: Path, commit: str) -> list[str]:
    """The tags of a commit as far as files tell: an annotated tag that is not packed stays unknown."""
    if not commit:
        return []
    common = _common(place)
    prefix = "refs/tags/"
    packed = [name[len(prefix) :] for own, name, peeled in _packed(common) if commit in (own, peeled)]
    try:
        names = sorted(file.name for file in (common / "refs" / "tags").iterdir())
    except OSError:
        names = []
    loose = [name for name in names if _text(common / "refs" / "tags" / name) == commit]
    return [name for name in (*packed, *loose) if not name.startswith("refs/")]


def _find_git(root: Path) -> str | None:
    """The program `git`, unless it lies in the folder under inspection (Windows looks there first)."""
    import shutil

    program = shutil.which("git")
    if program is None:
        return None
    place = Path(program).resolve()
    inspected = (root.resolve(), Path.cwd().resolve())
    return None if any(each in place.parents for each in inspected) else str(place)


def _status_arguments(folder: PackageFolder, program: str) -> list[str]:
    """`status`, with every filter of the repository switched off: filters are programs that it names."""
    names = _run(folder, program, "config", "--name-only", "--get-regexp", r"^filter\.") or ""
    off = [f"{name}={'false' if name.endswith('.required') else ''}" for name in names.split("\n") if name]
    options = [word for each in off for word in ("-c", each)]
    return [*options, "status", "--porcelain", "-z", "--ignore-submodules=dirty", "--", "."]


def _count_changes(status: str) -> int:
    """How many paths `status --porcelain -z` names; behind a rename stands its old path."""
    count = 0
    rows = iter(status.split("\0"))
    for row in rows:
        if row:
            count += 1
            if row[0] in "RC" or row[1:2] in ("R", "C"):
                next(rows, None)
    return count


def _run(folder: PackageFolder, program: str, *arguments: str) -> str | None:
    """What git answers, or None when it fails or has no time."""
    import subprocess  # nosec B404

    folder.deadline.check()
    left_s = folder.deadline.remaining_s
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    # Settings of the person are theirs to keep; the rest keeps git from asking, fetching and writing.
    kept = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM")
    environment.update({name: os.environ[name] for name in kept if name in os.environ})
    environment.update(GIT_OPTIONAL_LOCKS="0", GIT_TERMINAL_PROMPT="0", GIT_NO_LAZY_FETCH="1", LC_ALL="C")
    try:
        done = subprocess.run(
            [program, *_SAFE, *arguments],
            cwd=folder.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=max(0.01, min(left_s, MAX_GIT_S)),
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
