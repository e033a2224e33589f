"""A plugin repository with a real bare remote, and an operator at work in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phasegate.config_file import load_config
from phasegate.git.repository import open_repository
from phasegate.rollout.applying.engine import Done, carry_out
from phasegate.rollout.applying.judging import assume_passed
from phasegate.rollout.desk import Desk
from phasegate.rollout.planning.deploy import DeployRequest, plan_deploy
from phasegate.rollout.planning.rollback import plan_rollback
from phasegate.rollout.planning.targets import RollbackRequest

if TYPE_CHECKING:
    from phasegate.config import Config
    from phasegate.rollout.applying.judging import Judge
    from phasegate.rollout.planning.plan import Plan
    from phasegate.rollout.reading.world import World

START_S = 1_699_948_800
PHASES = ("internal", "canary", "docs", "public")

MARKETPLACE = {
    "name": "market",
    "owner": {"name": "Owner"},
    "plugins": [{"name": "demo", "source": "./demo"}],
}
MANIFEST = '{\n  "name": "demo",\n  "version": "0.0.0",\n  "description": "A demonstration"\n}\n'
FLAGS = '{\n  "schema": 1,\n  "flags": {"fast": {"enabled": true}}\n}\n'
NOXFILE = """\
import os
import nox

for name in ("plugin", "tests", "security", "rehearse"):
    nox.session(lambda session: None, name=name, venv_backend="none")


@nox.session(venv_backend="none")
def docs(session):
    os.makedirs("site", exist_ok=True)
    with open("site/index.html", "w") as page:
        page.write("documentation")
"""
TASKS = "from phasegate.tasks.collection import namespace\n"
FILES = {
    ".claude-plugin/marketplace.json": json.dumps(MARKETPLACE, indent=2) + "\n",
    "demo/.claude-plugin/plugin.json": MANIFEST,
    "demo/commands/hello.md": "---\ndescription: Say hello\n---\nSay hello.\n",
    "demo/flags.json": FLAGS,
    "noxfile.py": NOXFILE,
    "tasks.py": TASKS,
    "CHANGELOG.md": "# Changelog\n",
}


def git(folder: Path, *arguments: str, stdin: str | None = None) -> str:
    """What `git ARGUMENTS` prints in `folder`; it must end well. Line ends are what they are, on Windows too."""
    given = None if stdin is None else stdin.encode("utf-8", "surrogateescape")
    done = subprocess.run(["git", *arguments], cwd=folder, input=given, capture_output=True, check=False)
    assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr.decode('utf-8', 'replace')}"
    return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")


class Workshop:
    """A checkout at `root` with a bare remote beside it; time stands still until it is moved."""

    def __init__(
        self, folder: Path, files: dict[str, str] | None = None, source: str = "main", **settings: Any
    ) -> None:
        self.root, self.remote, self.source = folder / "checkout", folder / "remote.git", source
        self.remote.mkdir(parents=True)
        git(self.remote, "init", "--quiet", "--bare", f"--initial-branch={source}")
        git(folder, "clone", "--quiet", str(self.remote), str(self.root))
        git(self.root, "symbolic-ref", "refs/remotes/origin/HEAD", f"refs/remotes/origin/{source}")
        self.now_s = START_S
        self.said: list[str] = []
        self.settings = settings
        self.secrets: dict[str, str] = {}
        self.judge: Judge = assume_passed
        self.commit("feat: begin", FILES if files is None else files)

    def seen_from(self, root: Path) -> Workshop:
        """The same workshop with the operator at work in the checkout (or bare clone) `root`."""
        twin = copy(self)
        twin.root, twin.said = root, []
        return twin

    def copy(self, folder: Path) -> Workshop:
        """The same workshop in `folder`, remote and all: quicker than making it again."""
        twin = copy(self)
        shutil.copytree(self.root.parent, folder, symlinks=True, dirs_exist_ok=True)
        twin.root, twin.remote, twin.said = folder / self.root.name, folder / self.remote.name, []
        git(twin.root, "remote", "set-url", "origin", str(twin.remote))
        return twin

    @property
    def config(self) -> Config:
        config = replace(load_config(self.root), **self.settings)
        return replace(config, notify=replace(config.notify, console=False))

    @property
    def desk(self) -> Desk:
        return Desk(
            open_repository(self.root),
            self.config,
            self.root / ".git" / "phasegate" / "environments",
            self.said.append,
            self.secrets,
            clock=lambda: self.now_s,
        )

    @property
    def notices(self) -> str:
        """What was written for people in the checkout's own file."""
        path = self.root / ".git" / "phasegate" / "notices.md"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())

    def commit(self, message: str, files: dict[str, str] | None = None, *, push: bool = True) -> str:
        """Commit `files` (or a new line in one) and push; the commit's id."""
        count = len(list(self.root.glob("notes-*.txt")))
        self.write(files or {f"notes-{count}.txt": message})
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--message", message)
        if push:
            git(self.root, "push", "--quiet", "origin", f"HEAD:refs/heads/{self.source}")
        return git(self.root, "rev-parse", "HEAD")

    def commit_elsewhere(self, message: str) -> str:
        """The same from another clone, so that this checkout stays as it is."""
        other = self.root.parent / "other"
        if not other.exists():
            git(self.root.parent, "clone", "--quiet", "--branch", self.source, str(self.remote), str(other))
        with Path(other, "elsewhere.txt").open("a", encoding="utf-8") as file:
            file.write(f"{message}\n")
        git(other, "add", "--all")
        git(other, "commit", "--quiet", "--message", message)
        git(other, "push", "--quiet", "origin", f"HEAD:refs/heads/{self.source}")
        return git(other, "rev-parse", "HEAD")

    def observe(self) -> World:
        return _seen_from(self.desk)

    def plan_deploy(self, phase: str, source: str | None = None, why: str = "") -> Plan:
        desk = self.desk
        request, occasion = DeployRequest(phase, source), desk.occasion(why)
        return plan_deploy(desk.repository.git, _seen_from(desk), desk.config, request, occasion)

    def deploy(self, phase: str, *, source: str | None = None, override: str | None = None) -> Done:
        return self.carry_out(self.plan_deploy(phase, source, override or ""), override=override)

    def release(self, *phases: str) -> None:
        """Go through `phases` (all of them by default), soaking as long as each asks for."""
        for phase in phases or tuple(self.config.phases):
            self.deploy(phase)
            self.now_s += int(self.config.phases[phase].soak_s) + 1

    def plan_rollback(self, kind: str, reason: str = "", **request: Any) -> Plan:
        desk = self.desk
        wanted, occasion = RollbackRequest(kind, **request), desk.occasion(reason)
        return plan_rollback(desk.repository.git, _seen_from(desk), desk.config, wanted, occasion)

    def rollback(self, kind: str, reason: str = "", **request: Any) -> Done:
        return self.carry_out(self.plan_rollback(kind, reason, **request))

    def carry_out(self, plan: Plan, *, override: str | None = None) -> Done:
        desk = self.desk
        return carry_out(desk, _seen_from(desk), plan, override=override, judge=self.judge)

    def remote_refs(self) -> dict[str, str]:
        """Every ref of the remote, by its full name."""
        listing = git(self.remote, "for-each-ref", "--format=%(refname) %(objectname)")
        return dict(line.split(" ") for line in listing.split("\n") if line)

    def published(self, ref: str, path: str) -> str:
        """A file as the remote has it at `ref`."""
        return git(self.remote, "cat-file", "blob", f"{ref}:{path}")

    def version_on(self, channel: str) -> str:
        return str(
            json.loads(self.published(f"refs/heads/{channel}", "demo/.claude-plugin/plugin.json"))["version"]
        )

    def tree_on(self, channel: str) -> str:
        return git(self.remote, "rev-parse", f"refs/heads/{channel}^{{tree}}")


def _seen_from(desk: Desk) -> World:
    return desk.judged(desk.observe())


def snapshot(root: Path) -> dict[str, bytes]:
    """The checkout as its user sees it, byte for byte: files with their modes and times, index, refs, stash, operations.

    Left out is what follows the remote: phasegate's own refs, remote-tracking branches (all refs, in a mirror), objects,
    and how much of history a shallow clone has.
    """
    there = Path(git(root, "rev-parse", "--absolute-git-dir"))
    common = Path(git(root, "rev-parse", "--path-format=absolute", "--git-common-dir"))
    shown = {
        str(path.relative_to(root)): _seen(path) for path in root.rglob("*") if _is_the_users(path, root)
    }
    for name in (
        "index",
        "HEAD",
        "config",
        "FETCH_HEAD",
        "ORIG_HEAD",
        "MERGE_HEAD",
        "MERGE_MSG",
        "logs/HEAD",
    ):
        path = (common if name == "config" else there) / name
        shown[f".git/{name}"] = path.read_bytes() if path.exists() else b"absent"
    own = () if b"mirror = true" in shown[".git/config"] else ("refs/heads", "refs/tags", "refs/stash")
    shown["refs"] = git(root, "for-each-ref", *own).encode() if own else b""
    shown["worktrees"] = git(root, "worktree", "list", "--porcelain").encode()
    return shown


def _is_the_users(path: Path, root: Path) -> bool:
    return ".git" not in path.relative_to(root).parts and not (root / "objects").is_dir()


def _seen(path: Path) -> bytes:
    status = path.lstat()
    content = (
        os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else b""
    )
    return b"%o %d " % (status.st_mode, 0 if path.is_dir() else status.st_mtime_ns) + content
