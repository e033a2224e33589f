"""The user's repository: where it is, who works in it, what its config says. Nothing here changes it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.door import Git
from phasegate.redaction import Discretion, secrets_in, secrets_in_settings

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Identity:
    """Who acts, as git knows them."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


@dataclass(frozen=True)
class Repository:
    """A git repository on this machine.

    Attributes:
        git: the door to it, standing in its top folder.
        root: its top folder (the repository itself where it is bare).
        state_folder: where phasegate keeps what is only of this machine: evidence, logs, environments.
        settings: git's configuration, lower-case key → last value.
        secrets: what of it nobody may see.
        is_bare: whether it has no working folder.
    """

    git: Git
    root: Path
    state_folder: Path
    settings: Mapping[str, str]
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    is_bare: bool = False

    def identity(self) -> Identity:
        """Who git says the committer is.

        Raises:
            PhasegateError: `identity-missing`; git's guess from the host name is not taken.
        """
        asked = self.git.attempt("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
        if asked.status != 0:
            raise PhasegateError(
                ErrorCode.IDENTITY_MISSING,
                "git does not know who you are.",
                why="Every operation is recorded with its author.",
                hint="Set user.name and user.email with `git config --global`.",
            )
        name, _, rest = asked.text.partition(" <")
        return Identity(name, rest.partition(">")[0])

    def is_set(self, key: str) -> bool:
        """Whether the boolean setting `key` is on."""
        return self.settings.get(key.lower(), "").lower() in ("true", "yes", "on", "1")

    def require_remote(self, remote: str) -> None:
        """Raise `remote-missing` where git has no remote of that name."""
        if f"remote.{remote}.url" in self.settings:
            return
        raise PhasegateError(
            ErrorCode.REMOTE_MISSING,
            f"This repository has no remote {remote!r}.",
            why="Releases are published to a remote, and the ledger lives there.",
            hint=f"Add it with `git remote add {remote} URL`, name another in the config, or try --sandbox.",
        )


def open_repository(folder: Path) -> Repository:
    """The repository that `folder` is in.

    Raises:
        PhasegateError: `not-a-repository`.
    """
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"):
        os.environ.pop(name, None)  # a git hook sets them, and they would point us elsewhere
    questions = ("--git-common-dir", "--is-bare-repository", "--show-toplevel")
    asked = Git(folder).attempt("rev-parse", "--path-format=absolute", *questions)
    lines = asked.output.decode("utf-8", "surrogateescape").splitlines()
    if not lines:
        raise PhasegateError(
            ErrorCode.NOT_A_REPOSITORY,
            f"{folder} is in no git repository.",
            why=asked.errors.strip(),
            hint="Change to a checkout of the plugin's repository.",
        )
    common = Path(lines[0])
    root = Path(lines[2]) if len(lines) == len(questions) else common
    listing = Git(root).run("config", "--list", "-z")
    settings = [_setting(entry) for entry in listing.split("\0") if entry]
    secrets = secrets_in_settings(settings)
    return Repository(
        Git(root, discreet=Discretion(secrets_in(os.environ) | secrets)),
        root,
        common / "phasegate",
        dict(settings),
        secrets,
        is_bare=lines[1] == "true",
    )


def _setting(entry: str) -> tuple[str, str]:
    key, newline, value = entry.partition("\n")
    return key, value if newline else "true"
