"""Objects: read several with one process, build trees, commits and tags without a checkout, index or ref."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.door import checked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phasegate.git.door import Git
    from phasegate.git.repository import Identity, Repository

REGULAR_FILE = "100644"


@dataclass(frozen=True)
class Stamp:
    """Who signs an object, and when (seconds since 1970, UTC)."""

    identity: Identity
    at_s: int

    def environment(self) -> dict[str, str]:
        """The variables by which git takes both roles from this stamp."""
        return {
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in (
                ("NAME", self.identity.name),
                ("EMAIL", self.identity.email),
                ("DATE", f"@{self.at_s} +0000"),
            )
        }


def read_objects(git: Git, names: Sequence[str]) -> dict[str, bytes]:
    """The contents behind object names such as `COMMIT:path`, by one git process; absent ones are left out."""
    lines = [name for name in names if "\n" not in name]
    found = {name: content for name in set(names) - set(lines) for content in _read_alone(git, name)}
    return {**found, **_read_batch(git, lines)}


def _read_alone(git: Git, name: str) -> tuple[bytes, ...]:
    """The content behind a name with a line break, which no batch can ask for before git 2.38."""
    asked = git.attempt("cat-file", "blob", name)
    return (asked.output,) if asked.status == 0 else ()


def _read_batch(git: Git, names: Sequence[str]) -> dict[str, bytes]:
    if not names:
        return {}
    stream = git.run_bytes(
        "cat-file", "--batch", stdin="".join(f"{n}\n" for n in names).encode("utf-8", "surrogateescape")
    )
    found, offset = {}, 0
    for name in names:
        end = stream.index(b"\n", offset)
        header = stream[offset:end].rsplit(b" ", 2)
        offset = end + 1
        if header[-1] == b"missing" or not header[-1].isdigit():
            continue
        size = int(header[-1])
        found[name] = stream[offset : offset + size]
        offset += size + 1
    return found


def write_blobs(git: Git, contents: Sequence[bytes]) -> list[str]:
    """The ids of blobs with `contents`, written to the object database by one process."""
    if not contents:
        return []
    with tempfile.TemporaryDirectory(prefix="phasegate-") as folder:
        paths = [Path(folder, str(number)) for number in range(len(contents))]
        for path, content in zip(paths, contents):
            path.write_bytes(content)
        names = "".join(f"{path.as_posix()}\n" for path in paths)
        return git.run("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=names.encode()).split()


def write_flat_tree(git: Git, files: Mapping[str, bytes]) -> str:
    """The id of a tree that holds just `files`, all in one folder."""
    names = sorted(files)
    blobs = write_blobs(git, [files[name] for name in names])
    rows = [f"{REGULAR_FILE} blob {blob}\t{name}\0" for name, blob in zip(names, blobs)]
    return git.run("mktree", "-z", stdin="".join(rows).encode())


def write_tree(git: Git, base: str | None, replaced: Mapping[str, bytes | None]) -> str:
    """The id of tree `base` (None: the empty tree) with some files replaced, added, or removed (None).

    Modes of replaced files stay. Works in an index of its own; the user's is never read.
    """
    if not replaced and base is not None:
        return tree_id(git, base)
    with tempfile.TemporaryDirectory(prefix="phasegate-") as folder:
        scratch = git.with_environment(GIT_INDEX_FILE=str(Path(folder, "index")))
        scratch.run("read-tree", *([base] if base else ["--empty"]))
        modes = _modes(scratch, sorted(replaced))
        paths = sorted(replaced)
        blobs = write_blobs(git, [replaced[path] or b"" for path in paths])
        rows = []
        for path, blob in zip(paths, blobs):
            mode = modes.get(path, REGULAR_FILE) if replaced[path] is not None else "0"
            rows.append(f"{mode} {blob}	{path}\0")
        scratch.run(
            "update-index", "-z", "--index-info", stdin="".join(rows).encode("utf-8", "surrogateescape")
        )
        return scratch.run("write-tree")


def _modes(scratch: Git, paths: Sequence[str]) -> dict[str, str]:
    listing = scratch.run("--literal-pathspecs", "ls-files", "--full-name", "-s", "-z", "--", *paths)
    rows = (entry.partition("\t") for entry in listing.split("\0") if entry)
    return {path: fields.split(" ")[0] for fields, _, path in rows}


def write_commit(
    repository: Repository, *, tree: str, parents: Sequence[str], message: str, stamp: Stamp
) -> str:
    """The id of a commit, signed where the user's git signs commits."""
    git = repository.git.with_environment(**stamp.environment())
    signing = ["-S"] if repository.is_set("commit.gpgsign") else []
    parent_options = [option for parent in parents for option in ("-p", parent)]
    encoding = ("-c", "i18n.commitEncoding=UTF-8")  # else the user's setting would become part of the id
    return git.run(
        *encoding,
        "commit-tree",
        *signing,
        *parent_options,
        tree,
        stdin=message.encode("utf-8", "surrogateescape"),
    )


def write_tag(repository: Repository, *, name: str, target: str, message: str, stamp: Stamp) -> str:
    """The id of an annotated tag object on commit `target`, signed where the user's git signs tags."""
    if repository.is_set("tag.gpgsign"):
        return _write_signed_tag(repository, name=name, target=target, message=message, stamp=stamp)
    tagger = f"{stamp.identity} {stamp.at_s} +0000"
    text = f"object {target}\ntype commit\ntag {name}\ntagger {tagger}\n\n{message}\n"
    return repository.git.run("mktag", stdin=text.encode("utf-8", "surrogateescape"))


def _write_signed_tag(repository: Repository, *, name: str, target: str, message: str, stamp: Stamp) -> str:
    """Sign in a scratch repository over the same objects, so that no ref of the user's is created."""
    with tempfile.TemporaryDirectory(prefix="phasegate-") as folder:
        kind = repository.git.run("rev-parse", "--show-object-format")
        repository.git.run("init", "-q", "--bare", f"--object-format={kind}", folder)
        objects = repository.git.run("rev-parse", "--path-format=absolute", "--git-path", "objects")
        signing = {
            key: v for key, v in repository.settings.items() if key.startswith(("gpg.", "user.signingkey"))
        }
        options = [option for key, value in signing.items() for option in ("-c", f"{key}={value}")]
        scratch = repository.git.with_environment(
            **stamp.environment(), GIT_DIR=folder, GIT_OBJECT_DIRECTORY=objects
        )
        scratch.run(
            *options, "tag", "-s", "-F", "-", name, target, stdin=message.encode("utf-8", "surrogateescape")
        )
        return scratch.run("rev-parse", f"refs/tags/{name}")


def is_ancestor(git: Git, older: str, newer: str) -> bool:
    """Whether commit `newer` holds `older` in its history, or is it; a commit that is not here holds nothing.

    Raises:
        PhasegateError: `git-failed`: git could not tell.
    """
    command = ("merge-base", "--is-ancestor", "--end-of-options", older, newer)
    asked = git.attempt(*command)
    if asked.status > 1 and "Not a valid commit name" in asked.errors:
        return False
    return checked(asked, command, expected=(0, 1)).status == 0


def tree_id(git: Git, name: str) -> str:
    """The id of the tree behind the commit, tag or tree `name`.

    Raises:
        PhasegateError: `git-failed`, where there is none.
    """
    return git.run("rev-parse", "--verify", "--end-of-options", f"{name}^{{tree}}")


def resolve_commit(git: Git, name: str) -> str:
    """The id of the commit that a user's word for it names.

    Raises:
        PhasegateError: `ref-unknown`.
    """
    asked = git.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if asked.status != 0:
        raise PhasegateError(
            ErrorCode.REF_UNKNOWN,
            f"{name!r} names no commit here.",
            hint="Fetch it, or name a branch, tag or commit that `git log` knows.",
        )
    return asked.text
