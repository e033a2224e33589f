"""Verifies. `nox -s NAME` runs one check as CI and `invoke gates` run it; tasks.py operates.

A session installs only what it runs, and its environment is kept: the second run starts at once.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import nox

if TYPE_CHECKING:
    from collections.abc import Sequence

nox.needs_version = ">=2026.4.10"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
DEPENDENCIES = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["notify"]]
EDITABLE = ["-e", ".[notify]"]
SOURCE = {"PYTHONPATH": os.pathsep.join(str(Path(folder).resolve()) for folder in ("src", "rforge"))}
CODE = ["src", "rforge", "noxfile.py", "tasks.py", "scripts"]
DIST, SITE = Path("dist").resolve(), Path("site").resolve()
LINKS = [
    "--offline",
    "--include-fragments",
    "--index-files=index.html",
    "--no-progress",
    f"--root-dir={SITE}",
]
SECRETS = ["--no-validate", "--no-update-check", "--git-history", "none", "--redact", "--quiet"]
QUIET = {"NO_MKDOCS_2_WARNING": "1"}
COVERAGE = {"3.12": ["--cov", "--cov-report=term", "--cov-fail-under=90"]}
ALL_ON, ELSEWHERE = "3.11", ["-m", "not once"]


def install(session: nox.Session, *groups: str, project: Sequence[str] = DEPENDENCIES) -> None:
    """Install dependency groups of pyproject.toml, and what phasegate needs where the session imports it."""
    packages = [package for group in groups for package in nox.project.dependency_groups(PROJECT, group)]
    session.install(*packages, *project)


@nox.session
def lint(session: nox.Session) -> None:
    """Style: ruff's rules and ruff's format."""
    install(session, "lint", project=())
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """Types: mypy, strict, over all that ships."""
    install(session, "types")
    session.run("mypy", *session.posargs)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The suites on every Python; what takes whole rollouts on one, and 90 % coverage is asked on another."""
    install(session, "test", project=EDITABLE)
    python = str(session.python)
    chosen = [*COVERAGE.get(python, []), *([] if python == ALL_ON else ELSEWHERE)]
    session.run("pytest", "-n", "auto", *(session.posargs or chosen))


@nox.session
def imports(session: nox.Session) -> None:
    """Architecture: the direction of imports, and the purity of what is pure."""
    install(session, "imports")
    session.run("lint-imports", *session.posargs, env=SOURCE)


@nox.session
def security(session: nox.Session) -> None:
    """Security: bandit, ruff's S rules, secrets, workflows, and known vulnerabilities of what users install."""
    install(session, "security")
    session.run("bandit", "--quiet", "--recursive", "--configfile", "pyproject.toml", *CODE)
    session.run("ruff", "check", "--select", "S", "--ignore", "S404,S603", *CODE)
    session.run("kingfisher", "scan", ".", *SECRETS)
    session.run("zizmor", "--offline", "--quiet", ".github/workflows")
    session.run("python", "-m", "phasegate.gates.audit", *session.posargs, env=SOURCE)


@nox.session
def plugin(session: nox.Session) -> None:
    """The plugin: manifests, commands, hard-coded paths, permissions, version reuse."""
    install(session)
    session.run("python", "-m", "phasegate.plugin", *(session.posargs or ["."]), env=SOURCE)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation: generated pages are current, the site builds into `site/`, links lead somewhere, spelling."""
    install(session, "docs")
    session.run("python", "-m", "phasegate.tasks.reference", "--check", env=SOURCE)
    session.run("mkdocs", "build", "--strict", "--quiet", "--site-dir", "site", env=QUIET)
    session.run("lychee", *LINKS, "site/**/*.html")
    session.run("codespell", "docs", "README.md", "CONTRIBUTING.md", "SECURITY.md", *CODE)


@nox.session
def build(session: nox.Session) -> None:
    """The packages in `dist/`: wheel, sdist and plugin archive, and whether they hold what they should."""
    install(session, "build")
    session.run("uv", "build", "--quiet", "--clear", "--out-dir", "dist")
    session.run("twine", "check", "--strict", *map(str, DIST.glob("phasegate-*")))
    session.run("check-wheel-contents", "--toplevel", "phasegate", "--package", "src/phasegate", "dist")
    archive = ["archive", "--format=zip", f"--output={DIST / 'rforge.zip'}", "HEAD", "."]
    session.run("git", "-C", "rforge", *archive, external=True)
    unpacked = session.create_tmp()
    session.run("python", "-m", "zipfile", "-e", str(DIST / "rforge.zip"), unpacked)
    session.run("python", "-m", "phasegate.plugin", unpacked, env=SOURCE)


@nox.session
def rehearse(session: nox.Session) -> None:
    """The engine: a whole rollout and every rollback on a scratch remote."""
    install(session)
    session.run("python", "-m", "invoke", "rehearse", *session.posargs, env=SOURCE)


@nox.session
def faults(session: nox.Session) -> None:
    """Faults: operations killed, raced, cut off and starved, and the laws under all that; `-- --seed N` repeats a run."""
    install(session, "test", project=EDITABLE)
    session.run("pytest", "-n", "auto", "--whole", "tests/faults", *session.posargs)


@nox.session
def client(session: nox.Session) -> None:
    """Delivery: the real Claude Code clients that PHASEGATE_CLIENTS names follow rollouts, rollbacks and accidents."""
    install(session, "test", project=EDITABLE)
    session.run("pytest", "-n", "auto", "tests/client", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Benchmarks: they print ratios, interleaved, and never fail on time."""
    install(session, "bench", project=EDITABLE)
    session.run("pytest", "-m", "performance", "-s", "tests/performance", *session.posargs)
