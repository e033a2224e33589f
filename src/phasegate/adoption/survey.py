"""A repository as it is before its adoption: looked at, never changed."""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phasegate.config_file import OWN_FILE, PROJECT_FILE, own_table, read_config
from phasegate.errors import ErrorCode, PhasegateError
from phasegate.gates.session import listed_sessions, nox_command
from phasegate.git.remote import list_remote
from phasegate.plugin.manifest import Catalogue, read_catalogue
from phasegate.plugin.tree import checkout_files
from phasegate.toml_table import read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from phasegate.config import Config
    from phasegate.git.repository import Repository
    from phasegate.plugin.tree import Files

NOXFILE, TASKS = "noxfile.py", "tasks.py"
_DEFAULT_REMOTE = "origin"
_LONGEST_S = 120.0
_HEADS, _TAGS = "refs/heads/", "refs/tags/"


@dataclass(frozen=True)
class Survey:
    """What is there.

    Attributes:
        repository: the checkout.
        files: its files, as git sees them.
        settings: the files that configuration may stand in, by their names, as they were when they were looked at.
        config: what is configured already, or None.
        catalogue: its plugins and its marketplace.
        project: pyproject.toml, read; None where there is none.
        sessions: the sessions of its noxfile; None where there is none.
        remotes: the names of its remotes.
        remote: the remote that releases go to; None where that is not clear.
        default: the remote's default branch (without a remote, the branch that is checked out), or None.
        branches: branch → commit, on the remote.
        tags: the names of the tags there.
    """

    repository: Repository
    files: Files
    settings: Mapping[str, bytes]
    config: Config | None
    catalogue: Catalogue
    project: Mapping[str, Any] | None
    sessions: tuple[str, ...] | None
    remotes: tuple[str, ...]
    remote: str | None
    default: str | None
    branches: Mapping[str, str]
    tags: tuple[str, ...]

    def has(self, path: str) -> bool:
        """Whether anything has that name in the checkout, tracked, ignored, or a link to nowhere."""
        return os.path.lexists(self.repository.root / path)

    def text(self, path: str) -> str:
        """A file of the checkout; empty where there is none."""
        return (self.files.read(path) or b"").decode("utf-8", "replace")


def survey(repository: Repository) -> Survey:
    """Look at the checkout and ask its remote.

    Raises:
        PhasegateError: `usage` in a bare repository, `config-invalid`, `remote-unreachable`, `gate-error` where the
            noxfile cannot be read.
    """
    if repository.is_bare:
        raise PhasegateError(
            ErrorCode.USAGE,
            "A bare repository has no files to add to.",
            hint="Run it in a checkout, then commit and push what it wrote.",
        )
    settings = _settings(repository.root)
    config = read_config(settings) if own_table(settings) is not None else None
    files = checkout_files(repository.git)
    remotes = tuple(
        key[len("remote.") : -len(".url")]
        for key in repository.settings
        if key.startswith("remote.") and key.endswith(".url")
    )
    remote = config.remote if config else _choose_remote(remotes)
    default, refs = _refs(repository, remote if remote in remotes else None)
    return Survey(
        repository=repository,
        files=files,
        settings=settings,
        config=config,
        catalogue=read_catalogue(files, config.plugins if config else ()),
        project=read_toml(PROJECT_FILE, settings[PROJECT_FILE]) if PROJECT_FILE in settings else None,
        sessions=_sessions(repository.root / NOXFILE),
        remotes=remotes,
        remote=remote,
        default=default,
        branches={ref[len(_HEADS) :]: found for ref, found in refs.items() if ref.startswith(_HEADS)},
        tags=tuple(ref[len(_TAGS) :] for ref in refs if ref.startswith(_TAGS)),
    )


def _settings(root: Path) -> dict[str, bytes]:
    return {n: (root / n).read_bytes() for n in (OWN_FILE, PROJECT_FILE) if (root / n).is_file()}


def _choose_remote(remotes: tuple[str, ...]) -> str | None:
    if _DEFAULT_REMOTE in remotes:
        return _DEFAULT_REMOTE
    return remotes[0] if len(remotes) == 1 else None


def _refs(repository: Repository, remote: str | None) -> tuple[str | None, Mapping[str, str]]:
    if remote is not None:
        listing = list_remote(repository, remote, "HEAD", f"{_HEADS}*", f"{_TAGS}*")
        return listing.default, listing.refs
    here = repository.git.attempt("symbolic-ref", "--quiet", "--short", "HEAD")
    rows = repository.git.run("for-each-ref", "--format=%(refname) %(objectname)", _HEADS, _TAGS)
    return here.text or None, dict(_pair(row) for row in rows.split("\n") if row)


def _pair(row: str) -> tuple[str, str]:
    ref, _, found = row.rpartition(" ")
    return ref, found


def _sessions(noxfile: Path) -> tuple[str, ...] | None:
    """What nox says: sessions may be made in a loop, so that only running the noxfile tells."""
    if not os.path.lexists(noxfile):
        return None
    with tempfile.TemporaryDirectory(prefix="phasegate-nox-") as elsewhere:
        try:
            asked = subprocess.run(
                [*nox_command(noxfile), "--list", "--json"],
                cwd=elsewhere,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=_LONGEST_S,
            )
        except subprocess.TimeoutExpired as error:
            raise _unreadable(f"It has not answered for {_LONGEST_S:.0f} seconds.") from error
    listed = listed_sessions(asked.stdout.decode("utf-8", "replace"))
    if not listed:
        raise _unreadable(asked.stderr.decode("utf-8", "replace").strip())
    return tuple(dict.fromkeys(str(row["name"]) for row in listed))


def _unreadable(why: str) -> PhasegateError:
    return PhasegateError(
        ErrorCode.GATE_ERROR,
        f"{NOXFILE} has no session, or cannot be read.",
        why=why,
        hint="See that `nox --list` shows its sessions, then repeat the command; nothing was written.",
    )
