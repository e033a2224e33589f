"""A sandbox: a bare remote and a clone of it, in one folder, where the real commands run for real."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.door import Git
from phasegate.git.repository import open_repository
from phasegate.strict_json import read_json

if TYPE_CHECKING:
    from pathlib import Path

    from phasegate.config import Config
    from phasegate.git.repository import Repository

_MARKER = "phasegate-sandbox.json"
_CHECKOUT = "checkout"
_DEFAULT_BRANCH = "main"


def open_sandbox(folder: Path, origin: Repository, config: Config) -> Repository:
    """The checkout of the sandbox in `folder`, which is made from `origin`'s HEAD if it is not there yet.

    Raises:
        PhasegateError: `sandbox-invalid` where the folder holds something else; `ref-unknown` without a commit.
    """
    marker = folder / _MARKER
    ready = _is_ready(marker)
    if ready:
        return open_repository(folder / _CHECKOUT)
    if (
        folder.exists()
        and ready is None
        and (not folder.is_dir() or any(path.stem != marker.stem for path in folder.iterdir()))
    ):
        raise PhasegateError(
            ErrorCode.SANDBOX_INVALID,
            f"{folder} is not empty and no sandbox.",
            hint="Name an empty or new folder with --sandbox DIR.",
        )
    if ready is False:
        shutil.rmtree(folder)  # ours, and never finished
    folder.mkdir(parents=True, exist_ok=True)
    _mark(marker, ready=False)
    remote = folder / f"{origin.root.name}-sandbox.git"
    _make_remote(remote, origin, config.source or _DEFAULT_BRANCH)
    checkout = folder / _CHECKOUT
    Git(folder).run("clone", "--quiet", "--origin", config.remote, "--", str(remote), str(checkout))
    _carry_identity(checkout, origin)
    _mark(marker, ready=True)
    return open_repository(checkout)


def _is_ready(marker: Path) -> bool | None:
    """Whether the sandbox was finished; None where there is none, or a marker that is not ours."""
    try:
        return bool(read_json(marker.read_bytes())["ready"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _mark(marker: Path, *, ready: bool) -> None:
    partial = marker.with_suffix(".partial")
    partial.write_text(json.dumps({"schema": 1, "ready": ready}) + "\n", encoding="utf-8")
    partial.replace(marker)  # whoever dies while writing leaves the marker as it was


def _make_remote(remote: Path, origin: Repository, branch: str) -> None:
    head = origin.git.attempt("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if head.status != 0:
        raise PhasegateError(
            ErrorCode.REF_UNKNOWN,
            "This checkout has no commit yet.",
            hint="Commit something, then try again.",
        )
    remote.mkdir(parents=True)
    git = Git(remote)
    git.run("init", "--quiet", "--bare", f"--initial-branch={branch}")
    # The tags in its history come along. Those of releases are outside of it, and mean nothing without the ledger.
    options = ["--quiet", "--update-shallow", "--no-write-fetch-head"]
    git.run("fetch", *options, "--", str(origin.root), f"{head.text}:refs/heads/{branch}")


def _carry_identity(checkout: Path, origin: Repository) -> None:
    git = Git(checkout)
    try:
        identity = origin.identity()
        name, email = identity.name, identity.email
    except PhasegateError:
        name, email = "Sandbox", "sandbox@localhost"
    git.run("config", "user.name", name)
    git.run("config", "user.email", email)
