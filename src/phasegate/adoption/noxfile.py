"""The noxfile of a repository that has none: sessions for what it can examine, and none that would examine nothing."""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phasegate.adoption.survey import Survey

MKDOCS_FILES = ("mkdocs.yml", "mkdocs.yaml")
_DOCS_REQUIREMENTS = ("docs/requirements.txt", "requirements-docs.txt")
_TEST_REQUIREMENTS = ("requirements-test.txt", "requirements-dev.txt", "tests/requirements.txt")
_TEST_FILE = re.compile(r"test_.+\.py|.+_test\.py")
_MATERIAL = re.compile(r"^(theme:\s*|\s+name:\s*)['\"]?material\b", re.MULTILINE)
_PROJECT = 'nox.project.load_toml("pyproject.toml")'

_HEAD = '''\
"""Verifies: `python -m nox -s NAME` runs one check as `invoke gates` runs it, from the environment that has phasegate."""

import sys

import nox

nox.options.default_venv_backend = "uv|virtualenv"
'''
_PLUGIN = '''
@nox.session(venv_backend="none")
def plugin(session: nox.Session) -> None:
    """The plugin: manifests, commands, hard-coded paths, permissions, version reuse."""
    session.run(sys.executable, "-m", "phasegate.plugin", *(session.posargs or ["."]))
'''
_REHEARSE = '''
@nox.session(venv_backend="none")
def rehearse(session: nox.Session) -> None:
    """The engine: whole rollouts and every rollback on a scratch remote."""
    session.run(sys.executable, "-m", "phasegate", "rehearse", *session.posargs)
'''
_TESTS = '''
@nox.session
def tests(session: nox.Session) -> None:
    """The tests."""
{installs}
    session.run("pytest", *session.posargs)
'''
_DOCS = '''
@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, built into `site/`, which phase docs publishes."""
{installs}
    session.run("mkdocs", "build", "--site-dir", "site", *session.posargs)
'''


def possible_sessions(survey: Survey) -> dict[str, str]:
    """Session name → its code, for all that this repository gives something to examine."""
    sessions = {"plugin": _PLUGIN}
    if has_tests(survey):
        sessions["tests"] = _TESTS.format(installs=_indented(_test_installs(survey)))
    if has_docs(survey):
        sessions["docs"] = _DOCS.format(installs=_indented(_docs_installs(survey)))
    return {**sessions, "rehearse": _REHEARSE}


def noxfile_text(sessions: Iterable[str]) -> str:
    """A noxfile of the sessions whose code is given."""
    return "\n".join([_HEAD, *sessions])


def with_imports(session: str, noxfile: str) -> str:
    """The code of a session to add to `noxfile`, below the imports that it needs and that are not there."""
    needed = [name for name in ("sys", "nox") if f"{name}." in session]
    missing = [name for name in needed if not re.search(rf"^import\b.*\b{name}\b", noxfile, re.MULTILINE)]
    return "".join(f"import {name}\n" for name in missing) + session


def has_docs(survey: Survey) -> bool:
    """Whether there is documentation that MkDocs builds."""
    return any(name in survey.files.paths() for name in MKDOCS_FILES)


def has_tests(survey: Survey) -> bool:
    """Whether there are tests that pytest finds."""
    return any(_TEST_FILE.fullmatch(posixpath.basename(path)) for path in survey.files.paths())


def _test_installs(survey: Survey) -> list[str]:
    project = survey.project or {}
    installs = [["pytest"]]
    installs += [["-r", name] for name in _TEST_REQUIREMENTS if name in survey.files.paths()][:1]
    if "build-system" in project and "project" in project:
        installs.append(["-e", "."])
    return [*map(_install, installs), *_group_install(survey, "test", "tests", "dev")]


def _docs_installs(survey: Survey) -> list[str]:
    listed = [name for name in _DOCS_REQUIREMENTS if name in survey.files.paths()]
    if listed:
        return [_install(["-r", listed[0]])]
    grouped = _group_install(survey, "docs")
    if grouped:
        return grouped
    text = "".join(survey.text(name) for name in MKDOCS_FILES)
    return [_install(["mkdocs<2", *(["mkdocs-material"] if _MATERIAL.search(text) else [])])]


def _group_install(survey: Survey, *names: str) -> list[str]:
    groups = (survey.project or {}).get("dependency-groups", {})
    found = [name for name in names if name in groups]
    return [f'session.install(*nox.project.dependency_groups({_PROJECT}, "{found[0]}"))'] if found else []


def _install(arguments: list[str]) -> str:
    return f"session.install({', '.join(map(json.dumps, arguments))})"


def _indented(lines: list[str]) -> str:
    return "\n".join(f"    {line}" for line in lines)
